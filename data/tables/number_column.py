"""Columns of numbers as features."""

from dataclasses import asdict, dataclass

import numpy as np
import tensorflow as tf

from data.tables.column_kinds import ColumnKind

FAR = 100.0  # standard deviations beyond which a network has nothing to go by
HEAVY_TAIL = 10.0  # distances between quartiles from the median to the farthest value


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
    form: str = "plain"  # how files write it, see `column_kinds`
    absent: tuple[str, ...] = ()  # words of files that count as missing
    double: bool = False  # whether raw input is float64: float32 could not tell its numbers apart

    @classmethod
    def fit(cls, name, values, kind=ColumnKind("number", "plain")):  # noqa: B008
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
        return cls(
            name, mean, std, float(median), quartiles, not bool(known.all()), kind.form, kind.absent, kind.double
        )

    @property
    def kind(self):
        return ColumnKind("number", self.form, absent=self.absent, double=self.double)

    @property
    def dtype(self):
        return tf.float64 if self.double else tf.float32

    @property
    def width(self):
        return 2 if self.missing else 1

    def feature_names(self):
        return [self.name] + [f"{self.name} missing"] * self.missing

    def encode(self, values):
        """Raw values (N,) -> float32 (N, width)."""
        return encode([self], values[:, None])

    def far(self, values):
        """Boolean (N,): raw values more than `FAR` standard deviations from the mean, or too large for their type."""
        with np.errstate(invalid="ignore", over="ignore"):
            values = np.asarray(values, np.float64)
            squashed = np.arcsinh((values - self.median) / self.quartiles) if self.quartiles else values
            return np.abs(squashed - self.mean) > FAR * self.std

    def restore(self, features):
        """float32 (N, width) -> float32 or float64 (N,), in the units of the column."""
        # In float64: `sinh` multiplies what rounding leaves.
        values = tf.cast(features[:, 0], tf.float64) * self.std + self.mean
        if self.quartiles:
            values = tf.sinh(values) * self.quartiles + self.median
        return tf.cast(values, self.dtype)

    def shown(self, values):
        """Raw values (N,) as text, object (N,)."""
        return np.array([f"{value:.15g}" if np.isfinite(value) else "" for value in values], dtype=object)

    def config(self):
        return {"kind": "number", **asdict(self)}


def alike(column):
    """Number columns that give the same of this can be encoded together."""
    return column.double, column.quartiles > 0


def encode(columns, values):
    """Raw values (N, K) of columns that are alike -> float32 (N, features): of each column those of its width."""
    dtype = columns[0].dtype.as_numpy_dtype

    def each(numbers):
        return np.array(list(numbers), dtype)

    known = tf.math.is_finite(values)
    if columns[0].quartiles:
        values = tf.asinh((values - each(c.median for c in columns)) * each(1.0 / c.quartiles for c in columns))
    values = (values - each(c.mean for c in columns)) * each(1.0 / c.std for c in columns)
    values = tf.cast(tf.where(known, values, dtype(0)), tf.float32)
    gaps = [place for place, column in enumerate(columns) if column.missing]
    if not gaps:
        return values
    both = tf.concat([values, 1.0 - tf.cast(tf.gather(known, gaps, axis=1), tf.float32)], axis=1)
    order = []
    for place, column in enumerate(columns):
        order += [place, len(columns) + gaps.index(place)] if column.missing else [place]
    return tf.gather(both, order, axis=1)
