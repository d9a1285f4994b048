"""Simple methods beside a network on the same rows, and how much of a difference chance alone explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

SURE = 2.576  # standard errors: chance alone makes so large a difference once in a hundred times
FEWEST_ROWS = 10  # of fewer, no difference is told from chance


@dataclass(frozen=True)
class Rival:
    """A method without a network on rows that the network is scored on, too.

    Attributes:
        name: Of the method.
        ours, theirs: Score of the network and of the method; more is better.
        doubt: Difference of the two that chance alone explains.
        rows: Number of them.
        trivial: Whether it knows nothing of what is to be learned: to be as good as it is no success.
    """

    name: str
    ours: float
    theirs: float
    doubt: float
    rows: int
    trivial: bool = False

    @property
    def wins(self) -> bool:
        """Whether it is better than the network by more than chance; a trivial one, unless it is worse by as much."""
        if self.trivial:
            return self.ours - self.theirs <= self.doubt
        return self.theirs - self.ours > self.doubt

    @property
    def told(self) -> bool:
        """Whether the rows suffice to tell the two apart at all."""
        return self.rows >= FEWEST_ROWS


def paired(name: str, ours, theirs, *, trivial: bool = False) -> Rival:
    """A rival of which the score of each row is known.

    Args:
        name: Of the method.
        ours, theirs: (N,) scores of the rows; more is better.
        trivial: See `Rival`.
    """
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    rows = len(ours)
    doubt = SURE * float((ours - theirs).std(ddof=1)) / sqrt(rows) if rows >= FEWEST_ROWS else inf
    return Rival(name, float(ours.mean()), float(theirs.mean()), doubt, rows, trivial)


def guessing(labels, answers, num_classes: int) -> Rival:
    """Answers in the same shares, dealt out at random: what the accuracy of a classifier has to exceed.

    With classes of very different sizes the accuracy of the most frequent one is hardly exceeded by anything; whether
    answers hang together with the truth at all is what Cohen's kappa tests.

    Args:
        labels, answers: (N,) class indices.
        num_classes: Classes.

    Reference:
        Fleiss, Cohen & Everitt 1969, Large sample standard errors of kappa and weighted kappa.
    """
    rows = len(labels)
    true, given = (np.bincount(one, minlength=num_classes) / rows for one in (labels, answers))
    expected = float(true @ given)
    variance = expected + expected**2 - float(true @ (given * (true + given)))
    doubt = SURE * sqrt(max(variance, 0.0) / rows) if rows >= FEWEST_ROWS else inf
    return Rival("guessing", float(np.mean(np.equal(labels, answers))), expected, doubt, rows, trivial=True)


def best(rivals: Sequence[Rival]) -> Rival | None:
    """The rival with the largest lead, None where there is none."""
    return max(rivals, key=lambda one: one.theirs - one.ours, default=None)
