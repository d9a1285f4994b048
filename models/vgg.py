"""VGG, second in ILSVRC 2014: nothing but 3x3 convolutions, 11 to 19 layers deep.

Simonyan, Zisserman, 2015: Very deep convolutional networks for large-scale image recognition (arXiv:1409.1556),
configurations A, B, D and E. With batch norm as torchvision distributes it; the paper is older.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.published import PaperTraining, Published

FILTERS = (64, 128, 256, 512, 512)
# depth -> convolutions per stage
STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


@dataclass(frozen=True)
class VGG(Published):
    """VGG (2015): five stages of 3x3 convolutions, each halved by max pooling, and three dense layers."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--depth", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {
            "optimizer": "momentum",
            "learning_rate": 0.01,
            "momentum": 0.9,
            "batch_size": 256,
            "epochs": 74,
            "schedule": "exponential",
            "decay": 0.911,
        },
        l2=2.5e-4,
        source="Simonyan and Zisserman 2015, section 3.1",
        instead="the paper divides the rate by 10 three times, when the validation accuracy stands still; here it "
        "falls as far evenly. From N(0, 0.01) only 11 layers learn without batch norm: the paper begins deeper ones "
        "with the layers of a trained one, for which there is `--from`",
    )
    SMALLEST: ClassVar[int] = 32

    depth: Literal[11, 13, 16, 19] = 16
    """Layers with weights."""
    batch_norm: bool = False
    """Batch normalization between each convolution and its ReLU."""

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Raises UserError on other than images, and on images of less than 32 pixels.
        """
        import keras

        from layers import Activation, BatchNorm, MaxPool2D

        inputs = x = self.images(input_shape)
        for stage, (filters, convolutions) in enumerate(zip(FILTERS, STAGES[self.depth], strict=True), start=1):
            for number in range(1, convolutions + 1):
                name = f"conv{stage}_{number}"
                x = self.conv(x, self.scaled(filters), 3, name, padding="same")  # (batch, height, width, filters)
                if self.batch_norm:
                    x = BatchNorm(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
                x = Activation("relu", name=f"{name}_relu")(x)
            x = MaxPool2D(2, name=f"pool{stage}")(x)  # (batch, height / 2, width / 2, filters)
        x = keras.layers.Flatten(name="flatten")(x)
        for name in ("fc6", "fc7"):
            x = self.hidden(x, 4096, name)
        norm = "_norm" if self.batch_norm else ""
        return keras.Model(inputs, self.logits(x, num_outputs), name=f"vgg{self.depth}{norm}")
