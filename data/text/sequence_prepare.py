"""Text as a sequence of tokens, words or subwords, which are learned from the training rows."""

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.tables.table_features import TablePrepare
from data.text import subwords
from data.text.dictionary_size import fitting
from data.text.markup import is_html, readable
from data.text.subwords import END, Subwords
from data.text.text_prepare import TextPrepare, apart
from data.text.words import Words

USUAL = 8000  # subwords
MOST_UNSEEN = 0.3  # of the running words of further texts, beyond which subwords are read
MOST_LEARNED = 20_000_000  # characters of training text that tokens are learned from


class SequencePrepare(TextPrepare):
    """Ids of words or subwords; the texts of a row stand one after the other, each with an end of its own.

    Args:
        pieces: `Words` or `Subwords`, these lower-cased, of all text columns.
        longest: ids of a row; of a longer text the rest is not read.
        html: columns whose tags are taken out.
        forms, rest, order: see `TextPrepare`.
    """

    form = "sequence"

    def __init__(self, pieces, longest, html, forms, rest, order):
        super().__init__(forms, rest, order)
        self.pieces, self.longest, self.html = pieces, longest, tuple(html)

    @classmethod
    def fit(cls, inputs, kinds, *, tokens=None, vocab_size=None, longest=400):
        """Learn words or subwords from the training rows.

        Args:
            inputs: the raw columns of the training split.
            kinds: column name -> `ColumnKind`.
            tokens: "words" or "subwords"; None for words where blanks part them and few of further texts will be new.
            vocab_size: number of tokens, fewer where the texts do not yield so many; None for the usual number.
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
        return cls(_tokens(read, forms, tokens, vocab_size), longest, html, forms, rest, order)

    def refitted(self, inputs):
        """The same, of other training rows."""
        size = len(self.pieces)
        return SequencePrepare.fit(inputs, self.kinds, tokens=self.tokens, vocab_size=size, longest=self.longest)

    @property
    def tokens(self):
        """What an id is: "words" or "subwords"."""
        return "words" if isinstance(self.pieces, Words) else "subwords"

    @property
    def units(self):
        """The same, as `described` says it."""
        return self.tokens

    @property
    def vocab_size(self):
        return len(self.pieces)

    def cut(self, texts):
        each = max(self.longest // len(self.forms), 1)
        parts = []
        for name in self.forms:
            ids = self.pieces.tokenize(readable(texts[name], name in self.html))[:, : each - 1]
            ends = tf.fill([ids.nrows(), 1], END)
            parts.append(tf.concat([ids, tf.RaggedTensor.from_tensor(ends)], axis=1))
        ids = parts[0] if len(parts) == 1 else tf.concat(parts, axis=1)
        return ids.value_rowids(), ids.values, ids.values

    def _own_config(self):
        own = {"tokens": self.tokens, "pieces": self.pieces.config()}
        return own | {"longest": self.longest, "html": list(self.html)}

    @classmethod
    def from_config(cls, config):
        rest = config["rest"] and TablePrepare.from_config(config["rest"])
        # Runs of earlier versions have subwords and do not say so.
        pieces = {"words": Words, "subwords": Subwords}[config.get("tokens", "subwords")].from_config(config["pieces"])
        return cls(pieces, config["longest"], config["html"], config["forms"], rest, config["order"])


def _tokens(texts, forms, tokens, size):
    """`Words` or `Subwords` of readable training texts."""
    unspaced = [name for name, form in forms.items() if form == "characters"]
    if tokens == "words" and unspaced:
        raise UserError(
            f"`--tokens words` needs blanks between words, and the script of column {unspaced[0]!r} has none. Allowed: "
            "--tokens subwords"
        )
    if tokens == "words" or tokens is None and not unspaced:
        words = Words.learn(texts, size)
        if tokens == "words" or words.unseen <= MOST_UNSEEN:
            return words
    size, coverage, _ = fitting(texts, USUAL, size, None, lower=True)
    return subwords.learn(texts, size, lower=True, coverage=coverage)


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
