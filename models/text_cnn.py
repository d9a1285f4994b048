"""A convolutional network for sentences (Kim 2014)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.settings import COUNT, POSITIVE, SHARE, check
from models.text_inputs import TextShape, inputs_of, logits_of, row_of


@dataclass(frozen=True)
class TextCNN:
    """Filters over windows of words, of each the largest answer anywhere in the text."""

    NAME: ClassVar[str] = "textcnn"
    """As the user types it."""
    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--filters", "regularize": "--dropout"}
    """The flags that `tasks/advice.py` recommends for it."""
    UPDATES: ClassVar[int] = 500
    """Unless epochs are named: thousands of texts are learned by heart in a few epochs."""
    FEWEST_EPOCHS: ClassVar[int] = 8
    """Passes over the training rows, at least."""

    units: int = 300
    """Size of the vectors of words or subwords."""
    filters: int = 100
    """Filters of each width."""
    widths: tuple[int, ...] = (2, 3, 4, 5)
    """Words or subwords that a filter sees."""
    hidden: tuple[int, ...] = ()
    """Units of hidden layers before the logits, which see the other columns too."""
    dropout: float = 0.5
    """Fraction of vectors and of answers dropped in training, in [0, 1)."""
    tokens: Literal["words", "subwords"] | None = None
    """What is read as one, learned from the training texts. Default: words, rare ones by their shape (XX, Xx, x, 9);
    subwords where blanks part no words, or of further texts over 30% of the words would be new."""
    vocab_size: int | None = None
    """Most words or subwords. Default: 20000 words; 8000 subwords, more for scripts of thousands of characters."""
    longest: int = 400
    """Words or subwords of a row that are read."""

    def __post_init__(self):
        check(self, units=POSITIVE, filters=POSITIVE, dropout=SHARE, hidden=COUNT)

    def build(self, text: TextShape, num_outputs: int):
        """Return a `keras.Model` from {"ids"} (batch, length), and "features", to logits (batch, num_outputs)."""
        import keras
        from keras import ops

        from layers import Conv2D, Dropout, Embedding, HeNormal, MaskedPooling, Normal

        inputs = inputs_of(text)
        counts = ops.not_equal(inputs["ids"], 0)  # (batch, length)
        x = Embedding(text.vocab_size, self.units, embeddings_initializer=Normal(stddev=0.1), name="embedding")(
            inputs["ids"]
        )
        if self.dropout:
            x = Dropout(self.dropout / 2, name="dropped_vectors")(x)
        # What fills up is zero as what lies outside, so that a text gives the same whatever it is filled up to.
        x = x * ops.cast(ops.expand_dims(counts, -1), x.dtype)
        row = ops.expand_dims(x, 1)  # (batch, 1, length, units): oneDNN is twice as fast along a row as along a column
        found = []
        for width in self.widths:
            conv = Conv2D(
                self.filters,
                (1, width),
                padding="same",
                activation="relu",
                kernel_initializer=HeNormal(),
                name=f"windows_{width}",
            )
            answers = ops.squeeze(conv(row), 1)
            found.append(MaskedPooling("max", name=f"largest_{width}")(answers, mask=counts))
        vector = found[0] if len(found) == 1 else keras.layers.Concatenate(name="largest")(found)
        logits = logits_of(row_of(vector, inputs), self.hidden, self.dropout, num_outputs)
        return keras.Model(inputs, logits, name=self.NAME)
