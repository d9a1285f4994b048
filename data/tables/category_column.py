"""Columns of categories as features."""

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from data.tables.column_kinds import ColumnKind
from data.text.vocabulary import Vocabulary

MOST_CATEGORIES = 256
RARE = 2  # rows: values seen less often than this are "other"


@dataclass(frozen=True)
class CategoryColumn:
    """A category: one-hot over the values of the training rows.

    Rare values share the place "other", missing ones have their own; these places exist only if training rows were
    there to learn from. An unknown value is "other", or all zeros where there is no such place: a place that was
    never seen in training would add a random weight.
    """

    name: str
    words: tuple[str, ...]
    other: bool
    missing: bool
    kind = ColumnKind("category")
    dtype = tf.string

    @classmethod
    def fit(cls, name, values, kind=kind):
        counts = Counter(text.strip() for text in values)
        missing = counts.pop("", 0) > 0
        frequent = [word for word, count in counts.most_common(MOST_CATEGORIES) if count >= RARE]
        if len(frequent) < 2:  # so few rows that every value is rare
            frequent = [word for word, _ in counts.most_common(MOST_CATEGORIES)]
        return cls(name, tuple(sorted(frequent)), len(counts) > len(frequent), missing)

    @property
    def width(self):
        return len(self.words) + self.other + self.missing

    def feature_names(self):
        names = [f"{self.name}={word}" for word in self.words]
        return names + [f"{self.name} other"] * self.other + [f"{self.name} missing"] * self.missing

    @cached_property
    def _alone(self):
        return CategoryColumns([self])

    def encode(self, values):
        """string (N,) -> float32 (N, width)."""
        return self._alone.encode(values[:, None])

    def restore(self, features):
        """float32 (N, width) -> string (N,): the value with the largest feature; "other", or "" for missing."""
        names = [*self.words, *["other"] * self.other, *[""] * self.missing]
        return tf.gather(tf.constant(names, tf.string), tf.argmax(features, axis=1))

    def config(self):
        return {"kind": "category", **asdict(self)}


class CategoryColumns:
    """Category columns that are encoded together: one look-up for the words of all.

    Args:
        columns: `CategoryColumn` objects.
    """

    def __init__(self, columns):
        words = dict.fromkeys(word for column in columns for word in (*column.words, ""))
        self._vocabulary = Vocabulary(words)
        position = {word: place for place, word in enumerate(words)}
        self._width = sum(column.width for column in columns)
        self._unknown, places, start = [], {}, 0
        for number, column in enumerate(columns):
            first = number * (len(words) + 1)  # a key is a column and the position of a word
            places |= {first + position[word]: start + place for place, word in enumerate(column.words)}
            if "" not in column.words:
                places[first + position[""]] = start + column.width - 1 if column.missing else self._width
            self._unknown.append(start + len(column.words) if column.other else self._width)
            start += column.width
        self._keys = np.array(sorted(places), np.int64)
        self._places = np.array([places[key] for key in self._keys.tolist()], np.int64)

    def encode(self, values):
        """string (N, K) -> float32 (N, features): side by side the places of each column, one of them 1, or none."""
        rows, count = tf.shape(values, tf.int64)[0], len(self._unknown)
        first = np.arange(count, dtype=np.int64) * (len(self._vocabulary) + 1)
        key = tf.cast(self._vocabulary.find(tf.strings.strip(values)), tf.int64) + first
        near = tf.minimum(tf.searchsorted(self._keys, tf.reshape(key, [-1])), len(self._keys) - 1)
        near = tf.reshape(near, tf.shape(key))
        found = tf.gather(self._keys, near) == key
        place = tf.where(found, tf.gather(self._places, near), np.array(self._unknown, np.int64))
        row = tf.broadcast_to(tf.range(rows)[:, None], tf.shape(place))
        indices = tf.stack([tf.reshape(row, [-1]), tf.reshape(place, [-1])], axis=1)
        ones = tf.ones(tf.shape(indices)[:1])
        # Rows without a place of their own fall behind the last one, which is cut off.
        return tf.scatter_nd(indices, ones, tf.stack([rows, np.int64(self._width + 1)]))[:, :-1]
