"""Columns of free text as features."""

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from data.tables.column_kinds import ColumnKind
from data.text.vocabulary import Vocabulary

MOST_WORDS = 2000
RARE = 2  # rows: words seen in fewer are left out
ROWS_AT_ONCE = 65536


@dataclass(frozen=True)
class TextColumn:
    """Free text: tf-idf of lower-cased words over the most frequent words of the training rows, of length one.

    `(1 + ln count) * (1 + ln((1 + rows) / (1 + rows with the word)))`, divided by the Euclidean norm of the row. A
    word is a run of letters and digits of any script. Where blanks part no words, as in Chinese or among emoji, each
    character and each pair of neighbours counts as a word. Text that is missing or all unknown gives zeros.
    """

    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    counted: str = ""  # what a word is: "" or "characters"

    dtype = tf.string

    @classmethod
    def fit(cls, name, values, kind=ColumnKind("text")):  # noqa: B008
        rows_with = Counter()
        for start in range(0, len(values), ROWS_AT_ONCE):
            words = _split(tf.constant(values[start : start + ROWS_AT_ONCE].tolist(), tf.string), kind.form)
            for row in words.to_list():
                rows_with.update(dict.fromkeys(row, 1))  # in the order of the text: it decides between equal counts
        frequent = [(word, count) for word, count in rows_with.most_common(MOST_WORDS) if count >= RARE]
        frequent.sort()
        weights = [float(1 + np.log((1 + len(values)) / (1 + count))) for _, count in frequent]
        return cls(name, tuple(word.decode() for word, _ in frequent), tuple(weights), kind.form)

    @property
    def kind(self):
        return ColumnKind("text", self.counted)

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.words)

    @property
    def width(self):
        return len(self.words)

    def feature_names(self):
        return [f"{self.name}:{word}" for word in self.words]

    def encode(self, values):
        """string (N,) -> float32 (N, width)."""
        words = _split(values, self.counted)
        counts = tf.raw_ops.RaggedBincount(
            splits=words.row_splits,
            values=self._vocabulary.find(words.values),
            size=len(self.words) + 1,
            weights=tf.zeros([0], tf.float32),
        )[:, :-1]  # the last count is that of unknown words
        scores = tf.where(counts > 0, 1.0 + tf.math.log(tf.maximum(counts, 1.0)), 0.0)
        scores *= np.array(self.weights, np.float32)
        norms = tf.sqrt(tf.reduce_sum(tf.square(scores), axis=1, keepdims=True))
        return scores / tf.maximum(norms, 1e-12)

    def config(self):
        return {"kind": "text", **asdict(self)}


def _split(values, counted):
    """string (N,) -> ragged string (N, words)."""
    lower = tf.strings.lower(values, encoding="utf-8")
    if counted != "characters":
        return tf.strings.split(tf.strings.regex_replace(lower, r"[^\p{L}\p{M}\p{N}]+", " "))
    runs = tf.strings.split(tf.strings.regex_replace(lower, r"[^\p{L}\p{M}\p{N}\p{So}\p{Sk}]+", " "))
    characters = tf.strings.unicode_split(runs.values, "UTF-8")
    grams = tf.strings.ngrams(characters, (1, 2), separator="")
    return tf.RaggedTensor.from_row_splits(grams.values, tf.gather(grams.row_splits, runs.row_splits))
