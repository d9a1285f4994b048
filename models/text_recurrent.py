"""A recurrent network that reads a text from both ends (Schuster and Paliwal 1997; Cho et al. 2014)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.settings import COUNT, POSITIVE, SHARE, check
from models.text_inputs import TextShape, inputs_of, logits_of, row_of


@dataclass(frozen=True)
class TextRecurrent:
    """GRU or LSTM over words in both directions; the largest value of each state anywhere in the text."""

    NAME: ClassVar[str] = "recurrent"
    """As the user types it."""
    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--recurrent-units", "regularize": "--dropout"}
    """The flags that `tasks/advice.py` recommends for it."""
    UPDATES: ClassVar[int] = 500
    """Unless epochs are named: thousands of texts are learned by heart in a few epochs."""
    FEWEST_EPOCHS: ClassVar[int] = 8
    """Passes over the training rows, at least."""

    units: int = 128
    """Size of the vectors of words or subwords."""
    recurrent_units: int = 64
    """Size of the states, in each direction."""
    num_layers: int = 1
    """Recurrent layers, each in both directions."""
    cell: Literal["gru", "lstm"] = "gru"
    """Recurrent layer: GRU, or LSTM, which has a memory of its own and takes longer."""
    hidden: tuple[int, ...] = ()
    """Units of hidden layers before the logits, which see the other columns too."""
    dropout: float = 0.5
    """Fraction of vectors and of states dropped in training, in [0, 1)."""
    tokens: Literal["words", "subwords"] | None = None
    """What is read as one, learned from the training texts. Default: words, rare ones by their shape (XX, Xx, x, 9);
    subwords where blanks part no words, or of further texts over 30% of the words would be new."""
    vocab_size: int | None = None
    """Most words or subwords. Default: 20000 words; 8000 subwords, more for scripts of thousands of characters."""
    longest: int = 200
    """Words or subwords of a row that are read."""

    def __post_init__(self):
        check(self, units=POSITIVE, recurrent_units=POSITIVE, num_layers=POSITIVE, dropout=SHARE, hidden=COUNT)

    def build(self, text: TextShape, num_outputs: int):
        """Return a `keras.Model` from {"ids"} (batch, length), and "features", to logits (batch, num_outputs)."""
        import keras

        from layers import GRU, LSTM, Bidirectional, Dropout, Embedding, MaskedPooling, Normal

        inputs = inputs_of(text)
        cell = {"gru": GRU, "lstm": LSTM}[self.cell]
        x = Embedding(
            text.vocab_size, self.units, mask_zero=True, embeddings_initializer=Normal(stddev=0.1), name="embedding"
        )(inputs["ids"])
        for number in range(1, self.num_layers + 1):
            if self.dropout:
                x = Dropout(self.dropout, name=f"dropped_{number}")(x)
            x = Bidirectional(cell(self.recurrent_units, return_sequences=True), name=f"both_ways_{number}")(x)
        vector = MaskedPooling("max", name="largest")(x)
        return keras.Model(
            inputs, logits_of(row_of(vector, inputs), self.hidden, self.dropout, num_outputs), name=self.NAME
        )
