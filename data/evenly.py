"""Some rows of many, evenly spread: the first, the last, and others as far apart from each other as they can be."""

import numpy as np


def evenly(count: int, most: int) -> np.ndarray:
    """At most `most` of the rows 0 to `count` - 1, int (n,) in their order; all, where there are no more."""
    return np.unique(np.linspace(0, count - 1, min(most, count)).astype(int))
