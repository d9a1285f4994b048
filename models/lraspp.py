"""LR-ASPP: a pretrained backbone with the lightest head that answers for each pixel.

Howard et al., 2019: Searching for MobileNetV3 (arXiv:1905.02244), section 6.4: features at 1/16 times a gate of their
mean over the picture, enlarged to 1/8, and the classes read off them and off the features at 1/8. The mean is that of
the whole picture here, as in torchvision, not of windows of 49x49.
"""

from dataclasses import dataclass

from models.feature_maps import Backbone, feature_maps
from models.settings import INSIDE, check


@dataclass(frozen=True)
class LRASPP(Backbone):
    """Pretrained backbone with a light head (LR-ASPP)."""

    channels: int = 128
    """Channels of the head."""

    def __post_init__(self):
        check(self, backbone_rate=INSIDE)

    def build(self, input_shape: tuple[int | None, int | None, int], num_outputs: int):
        """Return a `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to logits `(batch, height, width,
        num_outputs)`, float32. Height and width are multiples of 16, or not known. Raises UserError where there are no
        weights."""
        import keras

        from layers import Activation, BatchNorm, Conv2D, GlorotUniform, HeNormal, Upsampling2D

        inputs, (low, high) = feature_maps(self.backbone, self.weights, input_shape, (8, 16))
        form = {"use_bias": False, "kernel_initializer": HeNormal()}
        x = Conv2D(self.channels, 1, **form, name="head_conv")(high)  # (batch, height / 16, width / 16, channels)
        x = Activation("relu", name="head_relu")(BatchNorm(momentum=0.9, name="head_norm")(x))
        mean = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean")(high)  # (batch, 1, 1, channels)
        gate = Conv2D(self.channels, 1, use_bias=False, name="gate_conv")(mean)
        x = keras.layers.Multiply(name="gated")([x, Activation("sigmoid", name="gate")(gate)])
        x = Upsampling2D(2, name="to_eighth")(x)
        linear = {"kernel_initializer": GlorotUniform(), "dtype": "float32"}
        x = keras.layers.Add(name="logits_eighth", dtype="float32")(
            [Conv2D(num_outputs, 1, **linear, name="low")(low), Conv2D(num_outputs, 1, **linear, name="high")(x)]
        )
        logits = Upsampling2D(8, dtype="float32", name="logits")(x)
        return keras.Model(inputs, logits, name="lraspp")
