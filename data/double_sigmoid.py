"""Yields noisy samples of a double sigmoid, a curve that a network of two hidden sigmoid units reproduces exactly.

`y(x) = b + (a - b) / (1 + exp(-k1 (x - m1))) + (c - b) / (1 + exp(-k2 (x - m2)))`

The units compute `s(k1 x - k1 m1)` and `s(k2 x - k2 m2)`, the output `(a - b) s1 + (c - b) s2 + b`.
"""

from dataclasses import dataclass

import numpy as np

from data.splits import Split, Splits
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare

ROWS = (1600, 400, 2000)  # train, validation, test
NOISE = 0.05  # standard deviation of what is added to y: no network can expect a smaller RMSE
RANGE = (-4.0, 8.0)


@dataclass(frozen=True)
class DoubleSigmoid:
    """The curve: levels a, b, c, slopes k1, k2, middles m1, m2."""

    a: float = 2.0
    b: float = 0.5
    c: float = -1.0
    k1: float = 3.0
    m1: float = 0.0
    k2: float = 2.0
    m2: float = 4.0

    def __call__(self, x):
        """y at x, arrays of any shape, in float64."""
        x = np.asarray(x, np.float64)
        first = 1 / (1 + np.exp(-self.k1 * (x - self.m1)))
        second = 1 / (1 + np.exp(-self.k2 * (x - self.m2)))
        return self.b + (self.a - self.b) * first + (self.c - self.b) * second

    def weights(self):
        """The network that equals the curve: hidden kernel (1, 2) and bias (2,), output kernel (2, 1) and bias (1,)."""
        hidden = np.array([[self.k1, self.k2]]), np.array([-self.k1 * self.m1, -self.k2 * self.m2])
        return *hidden, np.array([[self.a - self.b], [self.c - self.b]]), np.array([self.b])


def make(seed, curve=DoubleSigmoid(), rows=ROWS):  # noqa: B008  a frozen value
    """Makes the splits, each with its own draws: x uniform in `RANGE`, y with a normal error of `NOISE`.

    Args:
        seed: of the draws.
        curve: the `DoubleSigmoid`.
        rows: of training, validation and test.
    """
    parts = []
    for part, count in zip(("train", "validation", "test"), rows, strict=True):
        random = np.random.default_rng([seed, len(parts)])
        x = random.uniform(*RANGE, count).astype(np.float32)
        y = (curve(x) + NOISE * random.normal(size=count)).astype(np.float32)
        origins = np.array([f"double_sigmoid/{part}[{row}]" for row in range(count)], dtype=object)
        parts.append(Split({"x": x}, y, origins))
    prepare = TablePrepare.fit(parts[0].inputs, {"x": ColumnKind("number", "plain")})
    note = (
        f"Made data: {' / '.join(map(str, rows))} rows for training, validation and test, drawn with seed {seed}; "
        f"the noise has a standard deviation of {NOISE}, so no RMSE below it can be expected."
    )
    return Splits("double_sigmoid", "table", *parts, prepare=prepare, classes=(), notes=(note,), target="y")
