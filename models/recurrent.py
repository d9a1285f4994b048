"""Recurrent encoder-decoder with attention, for translation (Bahdanau, Cho and Bengio 2015)."""

from dataclasses import dataclass
from typing import Literal

from models.settings import POSITIVE, SHARE, check


@dataclass(frozen=True)
class Recurrent:
    """A source read from both ends, and a decoder of two recurrent layers that looks at it at every step."""

    units: int = 256
    """Size of the recurrent states."""
    embedding_units: int = 256
    """Size of the vectors of tokens."""
    encoder_layers: int = 1
    """Recurrent layers of the encoder, each in both directions."""
    cell: Literal["gru", "lstm"] = "gru"
    """Recurrent layer: GRU, or LSTM, which has a memory of its own and takes longer."""
    attention: Literal["additive", "multiplicative"] = "additive"
    """How the decoder's questions meet the source: in a small network (Bahdanau), or as a product (Luong)."""
    dropout: float = 0.4
    """Fraction of vectors, of outputs of the encoder and of features dropped in training, in [0, 1)."""

    def __post_init__(self):
        check(self, units=POSITIVE, embedding_units=POSITIVE, encoder_layers=POSITIVE, dropout=SHARE)

    def build(self, source_size: int | None, target_size: int):
        """Return a `keras.Model` from {"source", "target"} to float32 logits of the next token.

        Arguments and shapes are those of `models.transformer.Transformer.build`.
        """
        import keras

        from layers import GRU, LSTM, Bidirectional, Dropout, RecurrentDecoder
        from models.part_names import ENCODED
        from models.translator import inputs_and_embeddings

        inputs, x, target, embedding = inputs_and_embeddings(source_size, target_size, self.embedding_units)
        cell = {"gru": GRU, "lstm": LSTM}[self.cell]
        for number in range(self.encoder_layers):
            x = Dropout(self.dropout, name=f"encoder_dropout_{number}")(x)
            x = Bidirectional(cell(self.units, return_sequences=True), name=f"encoder_{number}")(x)
        x = Dropout(self.dropout, name=ENCODED)(x)
        decoder = RecurrentDecoder(self.units, self.cell, self.attention, self.dropout, name="decoder")
        logits = embedding(decoder(target, x), transposed=True)
        return keras.Model(inputs, logits, name="recurrent")
