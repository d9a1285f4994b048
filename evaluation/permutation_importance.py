"""Which columns an answer hangs on: how much the error grows when a column's values are shuffled among the rows.

Reference: Breiman 2001, Random forests, section 10.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.evenly import evenly

MOST_ROWS = 2000
MOST_COLUMNS = 100  # that are shuffled


@dataclass(frozen=True)
class Importance:
    """A column: mean growth of the RMSE over the repeats, and its standard deviation, in the units of the target."""

    column: str
    growth: float
    std: float


def permutation_importance(
    predict: Callable, inputs: Mapping[str, np.ndarray], targets, *, repeats: int = 5, seed: int = 0
) -> list[Importance]:
    """The raw columns of a table, the most important first; of many those that go with the predictions most.

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

    whole, chosen = rmse(inputs), inputs
    if len(inputs) > MOST_COLUMNS:
        answers = np.asarray(predict(inputs), np.float64)
        strength = {name: explained(values, answers) for name, values in inputs.items()}
        strongest = sorted(inputs, key=lambda name: -strength[name])[:MOST_COLUMNS]
        chosen = {name: inputs[name] for name in strongest}
    found = []
    for name, values in chosen.items():
        growths = [rmse({**inputs, name: random.permutation(values)}) - whole for _ in range(repeats)]
        found.append(Importance(name, float(np.mean(growths)), float(np.std(growths))))
    return sorted(found, key=lambda one: -one.growth)


def explained(values: np.ndarray, answers: np.ndarray) -> float:
    """The share of the variance of answers (N,) that a raw column (N,) explains: by a line, or by the mean per word."""
    spread = answers - answers.mean()
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        numbers = np.where(known, values, values[known].mean() if known.any() else 0.0).astype(np.float64)
        means = numbers - numbers.mean()
        means = means * (means @ spread) / max(means @ means, np.finfo(np.float64).tiny)
    else:
        _, words, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
        means = (np.bincount(words, spread) / counts)[words]
    return float(means @ means) / max(float(spread @ spread), np.finfo(np.float64).tiny)
