"""Which columns an answer hangs on: how much the error grows when a column's values are shuffled among the rows.

Reference: Breiman 2001, Random forests, section 10.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.evenly import evenly

MOST_ROWS = 2000


@dataclass(frozen=True)
class Importance:
    """A column: mean growth of the RMSE over the repeats, and its standard deviation, in the units of the target."""

    column: str
    growth: float
    std: float


def permutation_importance(
    predict: Callable, inputs: Mapping[str, np.ndarray], targets, *, repeats: int = 5, seed: int = 0
) -> list[Importance]:
    """The raw columns of a table, the most important first.

    Args:
        predict: raw columns as a dict of arrays (n,) -> predictions (n,).
        inputs: raw columns, each (N,); at most 2,000 rows, evenly spread, are looked at.
        targets: (N,).
        repeats: shuffles of each column.
        seed: of the shuffles.
    """
    targets = np.asarray(targets, np.float64)
    chosen = evenly(len(targets), MOST_ROWS)
    inputs, targets = {name: np.asarray(values)[chosen] for name, values in inputs.items()}, targets[chosen]
    random = np.random.default_rng(seed)

    def rmse(columns):
        return float(np.sqrt(np.mean((targets - predict(columns)) ** 2)))

    whole = rmse(inputs)
    found = []
    for name, values in inputs.items():
        growths = [rmse({**inputs, name: random.permutation(values)}) - whole for _ in range(repeats)]
        found.append(Importance(name, float(np.mean(growths)), float(np.std(growths))))
    return sorted(found, key=lambda one: -one.growth)
