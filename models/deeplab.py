"""DeepLabV3+: what a pretrained backbone sees, looked at in several widths, sharpened by its early features.

Chen et al., 2018: Encoder-decoder with atrous separable convolution for semantic image segmentation (arXiv:1802.02611),
at output stride 16: dilations 6, 12 and 18, and the features at 1/4.
"""

from dataclasses import dataclass
from typing import ClassVar

from models.feature_maps import Backbone, feature_maps
from models.settings import INSIDE, SHARE, check


@dataclass(frozen=True)
class DeepLab(Backbone):
    """Pretrained backbone with dilated convolutions and early features (DeepLabV3+)."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--channels", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""

    channels: int = 128
    """Channels of the head."""
    low_channels: int = 32
    """Channels that the early features are reduced to."""
    dilations: tuple[int, ...] = (6, 12, 18)
    """Distances between the pixels that a 3x3 kernel sees, in features at 1/16."""
    dropout: float = 0.1
    """Fraction of the features dropped before the classes in training, in [0, 1)."""

    def __post_init__(self):
        check(self, backbone_rate=INSIDE, dropout=SHARE)

    def build(self, input_shape: tuple[int | None, int | None, int], num_outputs: int):
        """Return a `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to logits `(batch, height, width,
        num_outputs)`, float32. Height and width are multiples of 16, or not known. Raises UserError where there are no
        weights."""
        import keras

        from layers import Conv2D, Dropout, GlorotUniform, Upsampling2D

        inputs, (low, high) = feature_maps(self.backbone, self.weights, input_shape, (4, 16))
        seen = [self._normed(self._pointwise(high, self.channels, "aspp_1x1"), "aspp_1x1")]
        seen += [self._separable(high, self.channels, f"aspp_{one}", one) for one in self.dilations]
        x = keras.layers.Concatenate(name="aspp")(seen)
        x = self._pointwise(x, self.channels, "project")
        # The mean of the picture, through its part of the 1x1 convolution: the same as enlarged and laid beside.
        mean = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean")(high)
        mean = self._normed(self._pointwise(mean, self.channels, "aspp_mean"), "aspp_mean")
        x = keras.layers.Add(name="with_mean")([x, self._pointwise(mean, self.channels, "project_mean")])
        x = self._normed(x, "project")
        x = Upsampling2D(4, name="to_quarter")(x)
        low = self._normed(self._pointwise(low, self.low_channels, "low"), "low")
        x = keras.layers.Concatenate(name="beside")([x, low])
        for number in (1, 2):
            x = self._separable(x, self.channels, f"decoder_{number}")
        if self.dropout:
            x = Dropout(self.dropout, name="dropout")(x)
        x = Conv2D(num_outputs, 1, kernel_initializer=GlorotUniform(), dtype="float32", name="logits_quarter")(x)
        logits = Upsampling2D(4, dtype="float32", name="logits")(x)
        return keras.Model(inputs, logits, name="deeplab")

    @staticmethod
    def _pointwise(x, filters: int, name: str):
        from layers import Conv2D, HeNormal

        return Conv2D(filters, 1, use_bias=False, kernel_initializer=HeNormal(), name=f"{name}_conv")(x)

    @staticmethod
    def _normed(x, name: str):
        from layers import Activation, BatchNorm

        return Activation("relu", name=f"{name}_relu")(BatchNorm(momentum=0.9, name=f"{name}_norm")(x))

    def _separable(self, x, filters: int, name: str, dilation: int = 1):
        """A 3x3 convolution of each channel, then a 1x1 of all, both normed."""
        import keras

        x = keras.layers.DepthwiseConv2D(
            3, padding="same", dilation_rate=dilation, use_bias=False, name=f"{name}_depthwise"
        )(x)
        return self._normed(self._pointwise(self._normed(x, f"{name}_depthwise"), filters, name), name)
