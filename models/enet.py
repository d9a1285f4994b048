"""ENet's encoder as a classifier of images; whole it labels pixels, see `models/enet_blocks.py`.

Paszke, Chaurasia, Kim, Culurciello, 2016: ENet, a deep neural network architecture for real-time semantic segmentation
(arXiv:1606.02147).
"""

from dataclasses import dataclass
from typing import ClassVar

from cli.errors import UserError
from models.published import PaperTraining, Published


@dataclass(frozen=True)
class ENet(Published):
    """ENet (2016): its encoder, 29 bottlenecks of few channels, and the mean over the image."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {"optimizer": "adam", "learning_rate": 5e-4, "batch_size": 10, "epochs": 300, "schedule": "constant"},
        l2=1e-4,
        source="Paszke et al. 2016, section 5, and the authors' e-lab/ENet-training; He's first weights",
    )
    SMALLEST: ClassVar[int] = 16

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Raises UserError on other than images, on images of less than 16 pixels, and on sides that 8 does not divide.
        """
        import keras

        inputs = self.images(input_shape)
        if input_shape[0] % 8 or input_shape[1] % 8:
            raise UserError(
                "`enet` halves images three times, so that 8 must divide their sides. Use `--image-size` with a "
                f"multiple of 8. Received: {input_shape[0]}x{input_shape[1]}"
            )
        x, _ = self.blocks().encoder(inputs)
        x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # (batch, 128)
        return keras.Model(inputs, self.logits(x, num_outputs), name="enet")

    def start(self):
        from layers import HeNormal

        return HeNormal()

    def blocks(self):
        """What builds the encoder and the decoder."""
        from models.enet_blocks import ENetBlocks

        return ENetBlocks(self.width, self.penalty(), self.start)
