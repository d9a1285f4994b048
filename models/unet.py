"""U-Net: convolutions down, the same up again, and at each size what was seen on the way down laid beside.

Ronneberger et al., 2015: U-Net: convolutional networks for biomedical image segmentation (arXiv:1505.04597), with
padding, so that the answer is as large as the picture, batch normalisation, and bilinear enlargement. Most of the time
of a convolution with few channels goes into moving pixels: a first convolution of stride 2 halves the picture, and a
transposed one at the end answers for each pixel again.
"""

from dataclasses import dataclass
from typing import ClassVar

from models.settings import SHARE, check


@dataclass(frozen=True)
class UNet:
    """U-Net: 3x3 convolutions, halved by max pooling, doubled again beside what each stage has seen."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--filters", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    LEARNING_RATE: ClassVar[float] = 4e-3
    """Highest learning rate where none is given."""

    filters: tuple[int, ...] = (32, 64, 128)
    """Channels of each stage, five at most; each halves the picture."""
    convolutions: int = 1
    """Convolutions of a stage."""
    dropout: float = 0.0
    """Fraction of the features of the last stage dropped in training, in [0, 1)."""

    def __post_init__(self):
        from cli.errors import UserError

        check(self, dropout=SHARE)
        if len(self.filters) > 5:
            raise UserError(f"`filters` must be at most 5 sizes: sides are multiples of 32. Received: {self.filters}")

    def build(self, input_shape: tuple[int | None, int | None, int], num_outputs: int):
        """Return a `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to logits `(batch, height, width,
        num_outputs)`, float32. Height and width are multiples of 32, or not known."""
        import keras

        from layers import Conv2DTranspose, Dropout, GlorotUniform, Upsampling2D

        inputs = keras.Input(input_shape, name="inputs")
        x = keras.layers.Rescaling(1 / 127.5, -1.0, name="rescaling")(inputs)
        seen = []
        for number, filters in enumerate(self.filters, start=1):
            if number == 1:
                x = self._convolution(x, filters, "stem", size=4, strides=2)
            else:
                x = keras.layers.MaxPooling2D(2, name=f"pool_{number}")(x)
            x = self._stage(x, filters, f"down_{number}")  # (batch, height / 2^number, width / 2^number, filters)
            seen.append(x)
        if self.dropout:
            x = Dropout(self.dropout, name="dropout")(x)
        for number in range(len(self.filters) - 1, 0, -1):
            x = Upsampling2D(2, name=f"larger_{number}")(x)
            x = keras.layers.Concatenate(name=f"beside_{number}")([seen[number - 1], x])
            x = self._stage(x, self.filters[number - 1], f"up_{number}")
        form = {"kernel_initializer": GlorotUniform(), "dtype": "float32", "name": "logits"}
        logits = Conv2DTranspose(num_outputs, 2, strides=2, **form)(x)
        return keras.Model(inputs, logits, name="unet")

    def _stage(self, x, filters: int, name: str):
        for number in range(1, self.convolutions + 1):
            x = self._convolution(x, filters, f"{name}_{number}")
        return x

    @staticmethod
    def _convolution(x, filters: int, name: str, size: int = 3, strides: int = 1):
        from layers import Activation, BatchNorm, Conv2D, HeNormal

        form = {"padding": "same", "use_bias": False, "kernel_initializer": HeNormal()}
        x = Conv2D(filters, size, strides, **form, name=f"{name}_conv")(x)
        x = BatchNorm(momentum=0.9, name=f"{name}_norm")(x)
        return Activation("relu", name=f"{name}_relu")(x)
