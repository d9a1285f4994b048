"""When a trial is hopeless: its best so far is worse than the median of what others had at the same part of theirs."""

import math
from collections.abc import Sequence
from statistics import median

from tuning.trial import Trial

PARTS = 20  # in which a training is compared
WARM_UP = 0.2  # share of its epochs in which no trial is judged
FEWEST = 4  # completed trials to compare with


class Pruned(Exception):
    """Ends the training of a hopeless trial."""


def bars(trials: Sequence[Trial], objective: str, direction: str) -> list[float] | None:
    """The value that a trial must reach by each twentieth of its epochs; None while too few are completed.

    Trainings of different length are compared at the same share of their epochs, since the course of the learning
    rate is stretched with them.

    Args:
        trials: Those that ended before the one to judge began; only completed ones count.
        objective: A column of their histories.
        direction: "min" or "max".
    """
    curves = [
        best_so_far([row[objective] for row in trial.history], direction)
        for trial in trials
        if usable(trial, objective)
    ]
    if len(curves) < FEWEST:
        return None
    return [
        median(curve[max(math.ceil(part * len(curve) / PARTS), 1) - 1] for curve in curves)
        for part in range(1, PARTS + 1)
    ]


def usable(trial: Trial, objective: str) -> bool:
    """Whether a trial tells what can be expected."""
    return trial.ranked and bool(trial.history) and all(objective in row for row in trial.history)


def best_so_far(values: Sequence[float], direction: str) -> list[float]:
    """The best of the first 1, 2, ... values; one that is no number is worse than all."""
    best, found = math.inf if direction == "min" else -math.inf, []
    for value in values:
        if not math.isnan(value):
            best = min(best, value) if direction == "min" else max(best, value)
        found.append(best)
    return found


def hopeless(values: Sequence[float], epochs: int, bars: Sequence[float] | None, direction: str) -> bool:
    """Whether a trial with these `values`, one per epoch so far, of `epochs` planned, shall stop."""
    share = len(values) / epochs
    if not bars or share < WARM_UP or share >= 1:
        return False
    best = best_so_far(values, direction)[-1]
    bar = bars[max(math.floor(share * PARTS), 1) - 1]
    return best > bar if direction == "min" else best < bar
