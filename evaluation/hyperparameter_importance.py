"""How much of the difference between trials each hyperparameter makes, by functional analysis of variance.

A random forest learns the rank of a trial's score from its values. Drawn evenly over the ranges, its answers vary; the
share of a hyperparameter is the variance of their mean at each of its values, the others drawn at random, in all of
that variance. Shares add up to 1 at most; the rest is how hyperparameters act together. What the forest says of the
trials that its trees have not seen tells whether to believe any of it.

Hutter, Hoos & Leyton-Brown, 2014: An efficient approach for assessing hyperparameter importance (ICML).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.hyperparameter_scale import Range, is_choice, position, value_at

FEWEST_TRIALS = 8
SAMPLES, PLACES, TREES = 512, 16, 100
CREDIBLE = 0.1  # of the variance of trials unseen: below, the shares are of noise


@dataclass(frozen=True)
class Importance:
    """name: of a hyperparameter; share: of the variance between trials, 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True)
class Importances:
    """found: the largest share first; explained: R2 of the forest on trials unseen, NaN where there are too few."""

    found: tuple[Importance, ...]
    explained: float

    @property
    def credible(self) -> bool:
        """Whether the forest knows enough about trials that it has not seen."""
        return self.explained >= CREDIBLE


def importances(
    values: Sequence[Mapping], scores: Sequence[float], ranges: Mapping[str, Range], *, seed: int = 0
) -> Importances:
    """The share of each hyperparameter of `ranges`.

    Args:
        values: of each trial, hyperparameter -> value; one that a trial lacks counts as the middle of its range.
        scores: of each trial; its direction does not matter. Trials with None or NaN are left out.
        ranges: as in hyperparameter_scale.

    Returns:
        None found, where fewer than eight trials have a score, or all have the same.
    """
    from sklearn.ensemble import RandomForestRegressor

    rows = [(one, score) for one, score in zip(values, scores, strict=True) if score is not None]
    rows = [(one, score) for one, score in rows if not math.isnan(score)]
    if len(rows) < FEWEST_TRIALS or len({score for _, score in rows}) == 1 or not ranges:
        return Importances((), math.nan)
    x = np.array([encoded(one, ranges) for one, _ in rows])
    owner = [name for name, span in ranges.items() for _ in range(width(span))]
    # Ranks, since one diverged trial would otherwise be all the variance.
    y = np.array([score for _, score in rows]).argsort().argsort() / (len(rows) - 1)
    forest = RandomForestRegressor(TREES, min_samples_leaf=2, oob_score=True, random_state=seed, n_jobs=1).fit(x, y)
    random = np.random.default_rng(seed)
    drawn = np.array([encoded(draw(ranges, random), ranges) for _ in range(SAMPLES)])
    total = forest.predict(drawn).var()
    shares = []
    for name, span in ranges.items():
        columns = [number for number, of in enumerate(owner) if of == name]
        means = []
        for code in codes(span):
            drawn_here = drawn.copy()
            drawn_here[:, columns] = code
            means.append(forest.predict(drawn_here).mean())
        shares.append(Importance(name, float(np.var(means) / total) if total > 0 else 0.0))
    ordered = sorted(shares, key=lambda one: -one.share)
    return Importances(tuple(ordered), float(forest.oob_score_))


def in_order(span: Range) -> bool:
    """Whether neighbours in the range are alike: numbers are, names are not."""
    return not is_choice(span) or all(isinstance(one, int | float) for one in span["choices"])


def width(span: Range) -> int:
    """Columns that a hyperparameter takes for the forest."""
    return 1 if in_order(span) else len(span["choices"])


def codes(span: Range) -> list[list[float]]:
    """Columns of the forest for values all over the range."""
    if not is_choice(span):
        return [[place] for place in (np.arange(PLACES) + 0.5) / PLACES]
    return [code(one, span) for one in span["choices"]]


def code(value, span: Range) -> list[float]:
    """The columns of one value."""
    if in_order(span):
        place = 0.5 if value is None else position(value, span)
        return [0.5 if math.isnan(place) else place]
    return [float(value == one) for one in span["choices"]]


def encoded(values: Mapping, ranges: Mapping[str, Range]) -> list[float]:
    """The columns of a trial."""
    return [number for name, span in ranges.items() for number in code(values.get(name), span)]


def draw(ranges: Mapping[str, Range], random: np.random.Generator) -> dict:
    """Values drawn evenly, each by its scale."""
    return {
        name: span["choices"][random.integers(len(span["choices"]))]
        if is_choice(span)
        else value_at(random.uniform(), span)
        for name, span in ranges.items()
    }
