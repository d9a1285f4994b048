"""Which classes a classifier does not find: with a rare one, an accuracy of 0.99 may be that of never answering it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

RARE = 0.5  # times the share of a class if all were equally frequent
SELDOM = 0.5  # recall up to which a rare class is missed
FEW_ROWS = 4  # of fewer held out, the training rows have to say the same
SOME_ROWS = 10  # of which none is found: that is no chance
SURE = 0.01  # probability that a baseline finds so many more rows by chance


@dataclass(frozen=True)
class ClassRecall:
    """How a class is found.

    Attributes:
        name: Of the class.
        share: Of the training rows, 0-1.
        rare: Whether that is less than half of what all classes would have if they were equally frequent.
        rows, found: Of the class among the rows held out, and how many of them are answered rightly.
        answered: Test rows that are answered as this class; rows held out where it is in no test row.
        train_recall: Share of its training rows that are answered rightly; NaN where none was looked at.
        rival, rival_found: The baseline that finds most of the rows held out, "" if there is none, and how many.
        beaten: Whether it is rare and that baseline finds more by more than chance.
    """

    name: str
    share: float
    rare: bool
    rows: int
    found: int
    answered: int
    train_recall: float
    rival: str
    rival_found: int
    beaten: bool

    @property
    def missed(self) -> bool:
        """Whether the classifier cannot be said to know this class."""
        if not self.answered and (self.rows or not self.train_recall):
            return True
        none = self.rows >= SOME_ROWS and not self.found
        seldom = self.rare and self.found <= SELDOM * self.rows
        seldom = seldom and (self.rows >= FEW_ROWS or self.train_recall < SELDOM)
        return none or seldom or self.beaten

    @property
    def told(self) -> str:
        """The sentence about it."""
        found = f"class {self.name!r}, {self.share:.1%} of the training rows: {self.found} of {self.rows} rows held out"
        found += " are found" if self.answered or not self.rows else " are found, and no test row is answered so"
        beside = f"; {self.rival} finds {self.rival_found}" if self.rival and self.rival_found > self.found else ""
        return found + beside


def recalls(
    classes: Sequence[str],
    counts: Sequence[int],
    train: tuple[np.ndarray, np.ndarray],
    held_out: tuple[np.ndarray, np.ndarray],
    test_rows: int,
    rivals: Mapping[str, np.ndarray],
) -> list[ClassRecall]:
    """How each class that occurs in training is found.

    Args:
        classes: K names.
        counts: K numbers of training rows.
        train, held_out: Labels and the network's answers, class indices (N,) each.
        test_rows: How many of the rows held out, the last ones, are those of the test.
        rivals: Name of a baseline that looks at the inputs -> its answers for the rows held out.
    """
    found = []
    (train_labels, train_answers), (labels, answers) = train, held_out
    for number in np.flatnonzero(counts):
        own, mine = train_labels == number, labels == number
        right = answers[mine] == number
        tested = answers[-test_rows:] if mine[-test_rows:].any() else answers
        theirs = {name: given[mine] == number for name, given in rivals.items()}
        rival = max(theirs, key=lambda name: theirs[name].sum(), default="")
        share = counts[number] / sum(counts)
        rare = bool(share < RARE / len(classes))
        found.append(
            ClassRecall(
                str(classes[number]),
                float(share),
                rare,
                int(mine.sum()),
                int(right.sum()),
                int(np.sum(tested == number)),
                float(np.mean(train_answers[own] == number)) if own.any() else float("nan"),
                rival,
                int(theirs[rival].sum()) if rival else 0,
                bool(rival) and rare and _more(theirs[rival], right, len(classes)),
            )
        )
    return found


def _more(theirs: np.ndarray, ours: np.ndarray, tests: int) -> bool:
    """Whether the first finds more of the rows than the second by more than chance (sign test)."""
    only_theirs, only_ours = int(np.sum(theirs & ~ours)), int(np.sum(ours & ~theirs))
    if only_theirs <= only_ours:
        return False
    return bool(binomtest(only_theirs, only_theirs + only_ours, alternative="greater").pvalue < SURE / tests)
