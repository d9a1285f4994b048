"""Finds columns that alone tell the target: copies of it, or what is known only afterwards."""

import numpy as np

FEWEST_ROWS = 20  # fewer may agree by chance
MOST_ROWS = 20_000  # evenly spread, that are looked at
STRAYS = 0.005  # share of the rows, and a tenth of that of the smallest class, that need not agree
ALIKE = 0.9999  # rank correlation of a copy


def tells(values, labels, classes):
    """Whether a column alone gives the target of nearly every row.

    Args:
        values: raw input, (N,): numbers with NaN for missing, or strings.
        labels: (N,) class indices, or numbers to estimate.
        classes: how many there are; 0 for numbers to estimate.
    """
    step = -(-len(values) // MOST_ROWS)
    values, labels = values[::step], labels[::step]
    numeric = values.dtype != object
    if numeric:
        known = np.isfinite(values)
        if not known.mean() > 0.5:
            return False
        values, labels = values[known], labels[known]
    if len(labels) < FEWEST_ROWS:
        return False
    if not classes:
        return numeric and _same_order(values, labels)
    _, labels, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        return False
    strays = int(min(STRAYS * len(labels), 10 * STRAYS * sizes.min()))
    if numeric:
        order = np.lexsort([labels, values])
        changes = np.count_nonzero(np.diff(labels[order]))
        torn = np.diff(labels[order])[np.diff(values[order]) == 0]
        return changes - (len(sizes) - 1) <= 2 * strays and np.count_nonzero(torn) <= strays
    _, words = np.unique(values.astype(str), return_inverse=True)
    table = np.zeros((words.max() + 1, len(sizes)), int)
    np.add.at(table, (words, labels), 1)
    return len(table) <= 2 * len(sizes) and len(labels) - table.max(axis=1).sum() <= strays


def _same_order(values, labels):
    import pandas

    ranks = [pandas.Series(one).rank().to_numpy() for one in (values, labels)]
    if min(rank.std() for rank in ranks) == 0:
        return False
    return bool(abs(np.corrcoef(*ranks)[0, 1]) >= ALIKE)
