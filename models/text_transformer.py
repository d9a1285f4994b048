"""A Transformer's encoder over a text, and the mean of its outputs (Vaswani et al. 2017)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from cli.errors import UserError
from models.settings import COUNT, POSITIVE, SHARE, check
from models.text_inputs import TextShape, inputs_of, logits_of, row_of


@dataclass(frozen=True)
class TextTransformer:
    """Blocks of self-attention over words; the mean of what they give."""

    NAME: ClassVar[str] = "transformer"
    """As the user types it."""
    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--num-layers", "regularize": "--dropout"}
    """The flags that `tasks/advice.py` recommends for it."""
    UPDATES: ClassVar[int] = 500
    """Unless epochs are named: thousands of texts are learned by heart in a few epochs."""
    FEWEST_EPOCHS: ClassVar[int] = 8
    """Passes over the training rows, at least."""

    units: int = 128
    """Size of the vectors; a multiple of the number of heads."""
    num_layers: int = 2
    """Blocks."""
    num_heads: int = 4
    """Attention heads of each block."""
    feed_forward_units: int = 256
    """Hidden units of the feed-forward networks."""
    hidden: tuple[int, ...] = ()
    """Units of hidden layers before the logits, which see the other columns too."""
    dropout: float = 0.3
    """Fraction dropped of vectors and of what each part of a block adds, in training, in [0, 1)."""
    tokens: Literal["words", "subwords"] | None = None
    """What is read as one, learned from the training texts. Default: words, rare ones by their shape (XX, Xx, x, 9);
    subwords where blanks part no words, or of further texts over 30% of the words would be new."""
    vocab_size: int | None = None
    """Most words or subwords. Default: 20000 words; 8000 subwords, more for scripts of thousands of characters."""
    longest: int = 200
    """Words or subwords of a row that are read."""

    def __post_init__(self):
        check(
            self,
            units=POSITIVE,
            num_layers=POSITIVE,
            num_heads=POSITIVE,
            feed_forward_units=POSITIVE,
            dropout=SHARE,
            hidden=COUNT,
        )
        if self.units % self.num_heads:
            raise UserError(
                f"`units` must be a multiple of `num_heads`. Received: units={self.units}, num_heads={self.num_heads}"
            )

    def build(self, text: TextShape, num_outputs: int):
        """Return a `keras.Model` from {"ids"} (batch, length), and "features", to logits (batch, num_outputs)."""
        import keras

        from layers import (
            Dropout,
            Embedding,
            LayerNorm,
            MaskedPooling,
            Normal,
            SinusoidalPositions,
            TransformerEncoderBlock,
        )

        inputs = inputs_of(text)
        x = Embedding(
            text.vocab_size,
            self.units,
            mask_zero=True,
            embeddings_initializer=Normal(stddev=self.units**-0.5),
            name="embedding",
        )(inputs["ids"])
        x = SinusoidalPositions(scale_inputs=True, name="positions")(x)
        if self.dropout:
            x = Dropout(self.dropout, name="dropped_vectors")(x)
        for number in range(1, self.num_layers + 1):
            x = TransformerEncoderBlock(self.num_heads, self.feed_forward_units, self.dropout, name=f"block_{number}")(
                x
            )
        vector = MaskedPooling("mean", name="mean")(LayerNorm(name="norm")(x))
        logits = logits_of(row_of(vector, inputs), self.hidden, self.dropout, num_outputs)
        return keras.Model(inputs, logits, name=self.NAME)


def reads_by_attention(model) -> bool:
    """Whether a `keras.Model` has the layers that `TextTransformer.build` gives it, so that `attention` can ask it."""
    return {"embedding", "positions", "block_1"} <= {layer.name for layer in model.layers}


def attention(model, ids) -> list:
    """Where each token of texts looks: of each block NumPy (batch, heads, length, length), the first block first.

    Args:
        model: `keras.Model` that `TextTransformer.build` gave.
        ids: int (batch, length).
    """
    from keras import ops

    x = model.get_layer("embedding")(ops.convert_to_tensor(ids))
    mask = ops.not_equal(ops.convert_to_tensor(ids), 0)
    x = model.get_layer("positions")(x)
    found = []
    for block in (layer for layer in model.layers if layer.name.startswith("block_")):
        found.append(ops.convert_to_numpy(block.weights_of(x, mask)))
        x = block(x, mask=mask)
    return found
