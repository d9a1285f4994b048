"""Yields model input from one column of a table: numbers, categories or free text.

Each class learns from the training rows (`fit`), encodes with core TensorFlow ops (`encode`) and is rebuilt from
JSON. Encoding works row by row: the result does not depend on which rows come together.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from data.text.vocabulary import Vocabulary

HEAVY_TAIL = 10.0  # distances between quartiles from the median to the farthest value
MOST_CATEGORIES = 256
MOST_WORDS = 2000
RARE = 2  # rows: values seen less often than this are "other"


@dataclass(frozen=True)
class NumberColumn:
    """A number: `(x - mean) / std` over the training rows; a missing one is the mean, told apart by an indicator.

    A heavy-tailed column is first squashed by `asinh((x - median) / quartile distance)`, which is linear near the
    median and logarithmic far out, and unlike a logarithm takes zero and negative numbers.
    """

    name: str
    mean: float
    std: float
    median: float
    quartiles: float  # distance between the quartiles if the column is squashed, else 0
    missing: bool  # whether training rows missed it, so that there is an indicator
    form: str = "plain"  # how files write it: "plain", "comma" (decimal comma) or "date" (read as days since 1970)

    @classmethod
    def fit(cls, name, values, form="plain"):
        known = np.isfinite(values)
        numbers = values[known].astype(np.float64)
        median = quartiles = 0.0
        if len(numbers):
            low, median, high = np.percentile(numbers, [25, 50, 75])
            if 0 < HEAVY_TAIL * (high - low) < np.abs(numbers - median).max():
                quartiles = float(high - low)
                numbers = np.arcsinh((numbers - median) / quartiles)
        mean = float(numbers.mean()) if len(numbers) else 0.0
        std = float(numbers.std()) if len(numbers) else 0.0
        std = std if std > 0 else 1.0
        return cls(name, mean, std, float(median), quartiles, not bool(known.all()), form)

    @property
    def width(self):
        return 2 if self.missing else 1

    @property
    def spec(self):
        return tf.TensorSpec([None], tf.float32, name=self.name)

    def encode(self, values):
        """float32 (N,) -> float32 (N, width)."""
        known = tf.math.is_finite(values)
        if self.quartiles:
            values = tf.asinh((values - np.float32(self.median)) * np.float32(1.0 / self.quartiles))
        values = (values - np.float32(self.mean)) * np.float32(1.0 / self.std)
        columns = [tf.where(known, values, 0.0)]
        if self.missing:
            columns.append(1.0 - tf.cast(known, tf.float32))
        return tf.stack(columns, axis=1)

    def restore(self, features):
        """float32 (N, width) -> float32 (N,), in the units of the column."""
        # In float64: `sinh` multiplies what rounding leaves.
        values = tf.cast(features[:, 0], tf.float64) * self.std + self.mean
        if self.quartiles:
            values = tf.sinh(values) * self.quartiles + self.median
        return tf.cast(values, tf.float32)

    def config(self):
        return {"kind": "number", **asdict(self)}


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

    @classmethod
    def fit(cls, name, values):
        counts = Counter(text.strip() for text in values)
        missing = counts.pop("", 0) > 0
        frequent = [word for word, count in counts.most_common(MOST_CATEGORIES) if count >= RARE]
        if len(frequent) < 2:  # so few rows that every value is rare
            frequent = [word for word, _ in counts.most_common(MOST_CATEGORIES)]
        return cls(name, tuple(sorted(frequent)), len(counts) > len(frequent), missing)

    @cached_property
    def _vocabulary(self):
        return Vocabulary([*self.words, ""])

    @property
    def width(self):
        return len(self.words) + self.other + self.missing

    @property
    def spec(self):
        return tf.TensorSpec([None], tf.string, name=self.name)

    def encode(self, values):
        """string (N,) -> float32 (N, width)."""
        nothing = self.width
        other = len(self.words) if self.other else nothing
        missing = self.width - 1 if self.missing else nothing
        places = np.array([*range(len(self.words)), missing, other], np.int32)
        return tf.one_hot(tf.gather(places, self._vocabulary.find(tf.strings.strip(values))), self.width)

    def restore(self, features):
        """float32 (N, width) -> string (N,): the value with the largest feature; "other", or "" for missing."""
        names = [*self.words, *["other"] * self.other, *[""] * self.missing]
        return tf.gather(tf.constant(names, tf.string), tf.argmax(features, axis=1))

    def config(self):
        return {"kind": "category", **asdict(self)}


@dataclass(frozen=True)
class TextColumn:
    """Free text: tf-idf of lower-cased words over the most frequent words of the training rows, of length one.

    `(1 + ln count) * (1 + ln((1 + rows) / (1 + rows with the word)))`, divided by the Euclidean norm of the row. A
    word is a run of letters and digits of any script. Text that is missing or all unknown gives zeros.
    """

    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]

    @classmethod
    def fit(cls, name, values):
        rows_with = Counter()
        for start in range(0, len(values), 65536):
            words = _words(tf.constant(values[start : start + 65536].tolist(), tf.string))
            for row in words.to_list():
                rows_with.update(dict.fromkeys(row, 1))  # in the order of the text: it decides between equal counts
        frequent = [(word, count) for word, count in rows_with.most_common(MOST_WORDS) if count >= RARE]
        frequent.sort()
        weights = [float(1 + np.log((1 + len(values)) / (1 + count))) for _, count in frequent]
        return cls(name, tuple(word.decode() for word, _ in frequent), tuple(weights))

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.words)

    @property
    def width(self):
        return len(self.words)

    @property
    def spec(self):
        return tf.TensorSpec([None], tf.string, name=self.name)

    def encode(self, values):
        """string (N,) -> float32 (N, width)."""
        words = _words(values)
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


def _words(values):
    """string (N,) -> ragged string (N, words)."""
    plain = tf.strings.regex_replace(tf.strings.lower(values, encoding="utf-8"), r"[^\p{L}\p{M}\p{N}]+", " ")
    return tf.strings.split(plain)


KINDS = {"number": NumberColumn, "category": CategoryColumn, "text": TextColumn}


def from_config(config):
    """Rebuilds a column from `column.config()`, also after a round trip through JSON."""
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    return KINDS[settings.pop("kind")](**settings)
