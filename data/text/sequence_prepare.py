"""Text as a sequence of subwords, which are learned from the training rows."""

import numpy as np
import tensorflow as tf

from data.tables.table_features import TablePrepare
from data.text import subwords
from data.text.dictionary_size import fitting
from data.text.markup import is_html, readable
from data.text.subwords import END, Subwords
from data.text.text_prepare import TextPrepare, apart

USUAL = 8000  # subwords
MOST_LEARNED = 20_000_000  # characters of training text that subwords are learned from


class SequencePrepare(TextPrepare):
    """Ids of subwords, lower-cased; the texts of a row stand one after the other, each with an end of its own.

    Args:
        pieces: `Subwords` of all text columns.
        longest: ids of a row; of a longer text the rest is not read.
        html: columns whose tags are taken out.
        forms, rest, order: see `TextPrepare`.
    """

    form = "sequence"
    units = "subwords"

    def __init__(self, pieces, longest, html, forms, rest, order):
        super().__init__(forms, rest, order)
        self.pieces, self.longest, self.html = pieces, longest, tuple(html)

    @classmethod
    def fit(cls, inputs, kinds, *, vocab_size=None, longest=400):
        """Learn subwords from the training rows.

        Args:
            inputs: the raw columns of the training split.
            kinds: column name -> `ColumnKind`.
            vocab_size: number of subwords, fewer where the texts do not yield so many; None for the usual number.
            longest: ids of a row.
        """
        forms, rest, order = apart(inputs, kinds)
        html = [name for name in forms if is_html(inputs[name])]
        lines, held = [], 0
        for row in zip(*(inputs[name] for name in forms), strict=True):
            for name, text in zip(forms, row, strict=True):
                if text and held < MOST_LEARNED:
                    lines.append((name, text))
                    held += len(text)
        read = _read(lines, html)
        size, coverage, _ = fitting(read, USUAL, vocab_size, None, lower=True)
        pieces = subwords.learn(read, size, lower=True, coverage=coverage)
        return cls(pieces, longest, html, forms, rest, order)

    def refitted(self, inputs):
        """The same, of other training rows."""
        return SequencePrepare.fit(inputs, self.kinds, vocab_size=len(self.pieces), longest=self.longest)

    @property
    def vocab_size(self):
        return len(self.pieces)

    def cut(self, texts):
        each = max(self.longest // len(self.forms), 1)
        parts = []
        for name in self.forms:
            ids = self.pieces.graph.tokenize(readable(texts[name], name in self.html))[:, : each - 1]
            ends = tf.fill([ids.nrows(), 1], END)
            parts.append(tf.concat([ids, tf.RaggedTensor.from_tensor(ends)], axis=1))
        ids = parts[0] if len(parts) == 1 else tf.concat(parts, axis=1)
        return ids.value_rowids(), ids.values, ids.values

    def _own_config(self):
        return {"pieces": self.pieces.config(), "longest": self.longest, "html": list(self.html)}

    @classmethod
    def from_config(cls, config):
        rest = config["rest"] and TablePrepare.from_config(config["rest"])
        pieces = Subwords.from_config(config["pieces"])
        return cls(pieces, config["longest"], config["html"], config["forms"], rest, config["order"])


def _read(lines, html):
    """Pairs of a column and a text -> texts as they are read."""
    found = np.empty(len(lines), dtype=object)
    names = np.array([name for name, _ in lines], dtype=object)
    for name in dict.fromkeys(names):
        chosen = np.flatnonzero(names == name)
        for start in range(0, len(chosen), 8192):
            some = chosen[start : start + 8192]
            texts = readable(tf.constant([lines[place][1] for place in some], tf.string), name in html)
            found[some] = [text.decode() for text in texts.numpy()]
    return found.tolist()
