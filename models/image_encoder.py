"""What a captioner sees with: a stem of its own, learned from scratch, or a pretrained backbone."""

from dataclasses import dataclass, field
from typing import Literal

from cli.errors import UserError
from models.pretrained import BACKBONES
from models.settings import COUNT, POSITIVE, check

STEM = ((32, 4, 4), (48, 3, 1), (96, 3, 2), (128, 3, 1))
"""Filters, kernel size and stride of the convolutions of the stem, which makes one region of 8x8 pixels."""


@dataclass(frozen=True)
class ImageEncoder:
    """Where the features of an image come from."""

    encoder: Literal[
        "auto",
        "stem",
        "mobilenet_v2",
        "resnet50_v2",
        "xception",
        "inception_v3",
        "efficientnet_b0",
        "efficientnet_v2_b0",
        "convnext_tiny",
        "efficientnet-lite0",
    ] = "auto"
    """A network of keras.applications, efficientnet-lite0, or stem: four convolutions that are learned with the
    captions. auto: stem for scenes, else mobilenet_v2."""
    weights: str = field(default="imagenet", metadata={"files": True})
    """Of the backbone: imagenet (downloaded once by Keras into KERAS_HOME, or installed), none, or the path of a
    weights file."""
    fine_tune_epochs: int = 0
    """Epochs in which the backbone learns too, after the captioner has learned on its features."""
    fine_tune_learning_rate: float = 1e-5
    """Highest learning rate of those epochs."""

    def __post_init__(self):
        check(self, fine_tune_epochs=COUNT, fine_tune_learning_rate=POSITIVE)
        if self.encoder == "stem" and self.fine_tune_epochs:
            raise UserError("`fine_tune_epochs` is for a backbone: the stem is learned all along. Leave it out.")


def backbone(name: str, weights: str, input_shape: tuple[int, int, int]):
    """Return a frozen `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to features `(batch, rows, columns,
    channels)`.

    Args:
        name: Of `models.pretrained.BACKBONES`.
        weights: imagenet, none, or the path of a weights file.
        input_shape: (height, width, 3).

    Raises:
        UserError: There are no such weights.
    """
    import keras

    from models.pretrained import pretrained_backbone

    _, scale, offset = BACKBONES[name]
    inputs = keras.Input(input_shape, name="image")
    x = keras.layers.Rescaling(scale, offset, name="rescaling")(inputs)
    features = pretrained_backbone(name, weights, input_shape, pooling=None)(x)
    return keras.Model(inputs, features, name="encoder")


def stem(image):
    """Features `(batch, rows, columns, 128)` of standardised pixels `(batch, height, width, 3)`, a region of 8x8 each.

    It halves early and wide: most of the work is done on few positions.
    """
    from layers import Activation, BatchNorm, Conv2D, HeNormal

    x = image
    for number, (filters, size, stride) in enumerate(STEM):
        form = {"padding": "same", "use_bias": False, "kernel_initializer": HeNormal()}
        x = Conv2D(filters, size, stride, name=f"convolution_{number}", **form)(x)
        x = BatchNorm(momentum=0.9, name=f"norm_{number}")(x)
        x = Activation("relu", name=f"relu_{number}")(x)
    return x
