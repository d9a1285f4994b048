"""Show, Attend and Tell: for each word another look at the regions of the image (Xu et al. 2015, soft attention)."""

from dataclasses import dataclass
from typing import Literal

from models.settings import POSITIVE, SHARE, check


@dataclass(frozen=True)
class ShowAttendTell:
    """A recurrent decoder that looks, at every word, at the regions that matter for it."""

    units: int = 512
    """Size of the recurrent states, and of the features of a region once projected."""
    embedding_units: int = 256
    """Size of the vectors of tokens."""
    cell: Literal["gru", "lstm"] = "gru"
    """Recurrent layer: GRU, or LSTM, as published, which takes longer."""
    attention: Literal["additive", "multiplicative"] = "additive"
    """How the decoder's questions meet the regions: in a small network, as published, or as a product."""
    positions: bool = False
    """Whether a region knows where in the image it is, by a learned vector."""
    dropout: float = 0.5
    """Fraction of vectors, of features of regions and of outputs dropped in training, in [0, 1)."""

    def __post_init__(self):
        check(self, units=POSITIVE, embedding_units=POSITIVE, dropout=SHARE)

    def build(self, inputs_name: str, shape: tuple[int, int, int], target_size: int):
        """Return a `keras.Model` from {`inputs_name`, "target"} to float32 logits of the next token.

        Arguments and shapes are those of `models.show_tell.ShowTell.build`.
        """
        import keras

        from layers import Dense, Dropout, LearnedPositions, RecurrentDecoder
        from models.captioner import regions, start
        from models.part_names import ENCODED

        inputs, grid, target, embedding = start(inputs_name, shape, target_size, self.embedding_units)
        x = Dense(self.units, "relu", kernel_initializer="he_normal", name="projection")(regions(grid))
        x = LearnedPositions(x.shape[1], name="region_positions")(x) if self.positions else x
        x = Dropout(self.dropout, name=ENCODED)(x)
        decoder = RecurrentDecoder(self.units, self.cell, self.attention, self.dropout, name="decoder")
        return keras.Model(inputs, embedding(decoder(target, x), transposed=True), name="show_attend_tell")
