"""ENet for pixels: the encoder, and the decoder that puts maxima back where they were.

Paszke, Chaurasia, Kim, Culurciello, 2016: ENet (arXiv:1606.02147), see `models/enet_blocks.py`. As the authors do, the
encoder learns first, on classes of every eighth pixel; then the decoder is put on it, and all learn on all pixels.
"""

from dataclasses import dataclass
from typing import ClassVar

from models.settings import POSITIVE, SHARE, check


@dataclass(frozen=True)
class ENetSegmenter:
    """ENet (2016), from random weights: few parameters, made for many pictures a second."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": None, "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    LEARNING_RATE: ClassVar[float] = 5e-3
    """Highest learning rate where none is given; the authors' is 5e-4, for 300 epochs. The decoder is narrow and learns
    slowly: after three epochs its loss was 1.46 at 2e-3 and 1.29 at 6e-3 (CamVid)."""

    width: float = 1.0
    """Factor of all channels; 1 is the published network."""
    encoder_share: float = 0.25
    """Share of the epochs in which the encoder learns alone, on every eighth pixel; in [0, 1), 0 for none."""

    def __post_init__(self):
        check(self, width=POSITIVE, encoder_share=SHARE)

    def build(self, input_shape: tuple[int | None, int | None, int], num_outputs: int):
        """Return a `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to logits `(batch, height, width,
        num_outputs)`, float32. Height and width are multiples of 8, or not known."""
        import keras

        inputs, x = self._scaled(input_shape)
        blocks = self._blocks()
        x, indices = blocks.encoder(x)
        return keras.Model(inputs, blocks.decoder(x, indices, num_outputs), name="enet")

    def build_encoder(self, input_shape: tuple[int | None, int | None, int], num_outputs: int):
        """Return the encoder alone, with logits `(batch, height / 8, width / 8, num_outputs)`; its layers are called as
        those of `build`."""
        import keras

        from layers import Conv2D, Normal

        inputs, x = self._scaled(input_shape)
        x, _ = self._blocks().encoder(x)
        # Small: x is a sum over the blocks, and weights of the usual size would begin at a loss far above guessing.
        small = {"kernel_initializer": Normal(stddev=1e-3), "dtype": "float32"}
        logits = Conv2D(num_outputs, 1, **small, name="encoder_logits")(x)
        return keras.Model(inputs, logits, name="enet_encoder")

    def _scaled(self, input_shape):
        import keras

        inputs = keras.Input(input_shape, name="inputs")
        return inputs, keras.layers.Rescaling(1 / 127.5, -1.0, name="rescaling")(inputs)

    def _blocks(self):
        from layers import HeNormal
        from models.enet_blocks import ENetBlocks

        return ENetBlocks(self.width, None, HeNormal)
