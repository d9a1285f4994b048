"""A bag of n-grams: linear, or wide and deep where there are other columns (Cheng et al. 2016)."""

from dataclasses import dataclass
from typing import ClassVar

from cli.errors import UserError
from models.settings import COUNT, SHARE, check
from models.text_inputs import TextShape, inputs_of, logits_of, row_of

COLUMNS = (64,)  # hidden units over the other columns, unless others are asked for


@dataclass(frozen=True)
class Bag:
    """Bag of n-grams of words and characters, tf-idf; a linear layer that begins as naive Bayes, and an MLP beside."""

    NAME: ClassVar[str] = "bag"
    """As the user types it."""
    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--hidden", "regularize": "--dropout"}
    """The flags that `tasks/advice.py` recommends for it."""
    LEARNING_RATE: ClassVar[float] = 0.01
    """Unless one is named: sums of few terms need larger steps than dense layers."""

    UPDATES: ClassVar[int] = 1000
    """Unless epochs are named: a linear layer learns in fewer updates than a deep network."""

    words: int = 2
    """Longest n-gram of words."""
    characters: tuple[int, int] | None = None
    """Shortest and longest n-gram of characters, 0 0 for none. Default: 1 5 for texts of a line or two, else none."""
    opening: int | None = None
    """First words that are paired with each later word, 0 for none. Default: 2 where three texts in four begin with one
    of ten words, as questions do, else none."""
    shapes: int | None = None
    """Longest n-gram of words of which the rare ones are shapes (XX, Xx, x, 9), 0 for none. Default: 3 for texts of a
    line or two with capitals, whose n-grams of characters then keep their case, else none."""
    vocab_size: int = 200_000
    """Most n-grams of a column; the most frequent are kept."""
    hidden: tuple[int, ...] = ()
    """Units of hidden layers over a sum of vectors of the n-grams and the other columns, beside the linear part.
    Default: 64 over the other columns alone, none for text alone."""
    units: int = 32
    """Size of those vectors."""
    dropout: float = 0.3
    """Fraction of n-grams, and of hidden units, dropped in training, in [0, 1)."""
    naive_bayes: float | None = None
    """Classes: share of the log-count ratios of naive Bayes that the linear part begins with. Default: 0.05 for two
    classes, 0 for more."""

    def __post_init__(self):
        if self.characters is not None and not (
            len(self.characters) == 2 and 0 <= self.characters[0] <= self.characters[1] <= 10
        ):
            raise UserError(
                "`characters` must be the shortest and the longest n-gram, at most 10, or 0 0 for none. Received: "
                f"characters={self.characters}"
            )
        if not 1 <= self.words <= 5:
            raise UserError(f"`words` must be from 1 to 5. Received: words={self.words}")
        if self.shapes is not None and self.shapes > 5:
            raise UserError(f"`shapes` must be at most 5. Received: shapes={self.shapes}")
        check(self, dropout=SHARE, hidden=COUNT, opening=COUNT, shapes=COUNT)

    def build(self, text: TextShape, num_outputs: int, start=None):
        """Return a `keras.Model` from {"ids", "weights"} (batch, length), and "features", to float32 logits.

        Args:
            text: What a row is.
            num_outputs: Logits.
            start: Vectors (vocab_size, num_outputs), bias (num_outputs,) and, where there are other columns, a kernel
                (num_features, num_outputs) that the linear part begins with; None for zeros.
        """
        import keras

        from layers import Activation, Dense, Dropout, EmbeddingBag

        inputs = inputs_of(text, weighted=True)
        weights = inputs["weights"]
        if self.dropout:
            weights = Dropout(self.dropout, name="dropped_terms")(weights)
        linear = EmbeddingBag(
            text.vocab_size, num_outputs, embeddings_initializer="zeros", dtype="float32", name="linear"
        )
        logits, parts = linear(weights, inputs["ids"]), []
        if text.num_features:
            columns = Dense(
                num_outputs, use_bias=False, kernel_initializer="zeros", dtype="float32", name="linear_columns"
            )
            logits = keras.layers.Add(dtype="float32", name="linear_sum")([logits, columns(inputs["features"])])
            parts.append(columns)
        if start is not None:
            linear.set_weights(list(start[:2]))
            for part, kernel in zip(parts, start[2:], strict=True):
                part.set_weights([kernel])
        deep = None
        if self.hidden:
            vector = EmbeddingBag(text.vocab_size, self.units, name="vector")(weights, inputs["ids"])
            vector = Activation("relu", name="relu")(vector)
            deep = logits_of(row_of(vector, inputs), self.hidden, self.dropout, num_outputs)
        elif text.num_features:
            deep = logits_of(inputs["features"], COLUMNS, self.dropout, num_outputs)
        if deep is not None:
            logits = keras.layers.Add(dtype="float32", name="sum")([logits, deep])
        return keras.Model(inputs, logits, name=self.NAME)
