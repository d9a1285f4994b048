"""Show and Tell: a caption from the image as a whole (Vinyals et al. 2015)."""

from dataclasses import dataclass
from typing import Literal

from models.settings import POSITIVE, SHARE, check


@dataclass(frozen=True)
class ShowTell:
    """A recurrent decoder that sees the mean of all regions: at its start, and at every word."""

    units: int = 512
    """Size of the recurrent states."""
    embedding_units: int = 256
    """Size of the vectors of tokens."""
    cell: Literal["gru", "lstm"] = "lstm"
    """Recurrent layer: LSTM, as published, or GRU, which is faster."""
    dropout: float = 0.5
    """Fraction of vectors, of the image's features and of outputs dropped in training, in [0, 1)."""

    def __post_init__(self):
        check(self, units=POSITIVE, embedding_units=POSITIVE, dropout=SHARE)

    def build(self, inputs_name: str, shape: tuple[int, int, int], target_size: int):
        """Return a `keras.Model` from {`inputs_name`, "target"} to float32 logits of the next token.

        Args:
            inputs_name, shape, target_size: See `models.captioner.start`.

        Returns:
            Model from float (batch, *shape) and int32 (batch, length) to (batch, length, target_size). One table gives
            the tokens' vectors and the logits.
        """
        import keras

        from layers import Dense, Dropout, RecurrentDecoder
        from models.captioner import start
        from models.part_names import ENCODED

        inputs, grid, target, embedding = start(inputs_name, shape, target_size, self.embedding_units)
        x = keras.layers.GlobalAveragePooling2D(name="pooling")(grid)
        x = Dense(self.units, "relu", kernel_initializer="he_normal", name="projection")(x)
        x = keras.layers.Reshape((1, self.units), name="whole")(x)
        x = Dropout(self.dropout, name=ENCODED)(x)
        # Of one region, attention takes all: what is left is a decoder without attention.
        decoder = RecurrentDecoder(self.units, self.cell, "additive", self.dropout, name="decoder")
        return keras.Model(inputs, embedding(decoder(target, x), transposed=True), name="show_tell")
