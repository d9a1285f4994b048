"""The different cells of a column, and where they stand: what is decided about a column is decided on these."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.tables.raw_table import MISSING

LONGEST_MISSING = max(map(len, MISSING))


@dataclass(frozen=True, eq=False)
class DistinctCells:
    """A column of strings.

    Attributes:
        words: object (K,), the different cells in order of appearance.
        codes: int (N,), the place in `words` of each row's cell.
    """

    words: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, cells):
        """Of strings, object (N,)."""
        import pandas

        codes, words = pandas.factorize(cells, use_na_sentinel=False)
        return cls(np.asarray(words, dtype=object), codes)

    @cached_property
    def counts(self):
        """int (K,): rows of each word."""
        return np.bincount(self.codes, minlength=len(self.words))

    @cached_property
    def missing(self):
        """bool (K,): the words that say nothing, such as "" and "n/a"."""
        return np.array([says_nothing(word) for word in self.words], dtype=bool)

    def row(self, mask):
        """The first row whose word is in `mask` (K,)."""
        return int(np.argmax(mask[self.codes]))


def says_nothing(cell):
    """Whether a cell is empty or a word for that."""
    return len(cell) <= LONGEST_MISSING and cell.lower() in MISSING
