"""Yields row indices of the parts of a dataset: stratified by class, by group, or by time.

Every function returns one sorted index array per fraction. The parts never overlap and together hold every row.
"""

import numpy as np

from data.errors import DataError

THREE_PARTS = (0.64, 0.16, 0.20)  # train, validation, test: a fifth is tested, a fifth of the rest validates
MOST_CARVED = 5000  # rows are enough for a validation split carved from a large training split


def fractions(carve, rows):
    """Returns the share of training and of each part in `carve` (some of "validation", "test") of `rows` rows."""
    if carve == ["validation"]:
        validation = min(0.15, MOST_CARVED / rows)
        return 1 - validation, validation
    return (0.8, 0.2) if carve == ["test"] else THREE_PARTS


def missing_parts(given):
    """Returns which of "validation" and "test" are not `given`, and so have to be carved out of the training rows."""
    return [part for part in ("validation", "test") if part not in given]


def stratified(labels, fractions, seed, groups=None):
    """Splits so that each part holds each class in the same proportion.

    A class with a single row stays in the first part (training); one with fewer rows than parts fills the first
    and the last part first. Where that leaves a part empty, the classes are not looked at.

    Args:
        labels: (N,) class indices.
        fractions: share of each part, summing to 1.
        seed: of the random order.
        groups: (N,) optional keys; rows with equal keys stay together (they count as one row of the first's class).

    Raises:
        DataError: there are fewer rows, or different keys, than parts.
    """
    units, unit_labels, _ = _units(labels, groups)
    if len(unit_labels) < len(fractions):
        raise DataError(f"{len(unit_labels)} different records cannot fill {len(fractions)} parts. Give more.")
    for strata in (unit_labels, np.zeros(len(unit_labels))):
        random = np.random.default_rng(seed)
        part_of_unit = np.zeros(len(unit_labels), np.int8)
        for label in np.unique(strata):
            members = random.permutation(np.flatnonzero(strata == label))
            part_of_unit[members] = np.repeat(np.arange(len(fractions)), _counts(len(members), fractions))
        if len(np.unique(part_of_unit)) == len(fractions):
            break
    return _indices(part_of_unit[units], len(fractions))


def dealt(labels, folds, seed, groups=None):
    """Deals rows out into folds: class after class, each in random order, a row to each fold in turn.

    So folds differ by one row at most, and so do the rows of each class in them. Rows with equal keys count as one.

    Args:
        labels: (N,) class indices.
        folds: how many.
        seed: of the random order.
        groups: (N,) optional keys; rows with equal keys stay together (with the class of the first of them).

    Raises:
        DataError: there are fewer rows, or different keys, than folds.
    """
    units, unit_labels, sizes = _units(labels, groups)
    if len(unit_labels) < folds:
        raise DataError(f"{len(unit_labels)} different records cannot be dealt into {folds} folds. Ask for fewer.")
    order = np.random.default_rng(seed).permutation(len(unit_labels))
    order = order[np.lexsort([-sizes[order], unit_labels[order]])]  # the largest first, so that small ones even out
    fold_of_unit = np.empty(len(order), int)
    fold_of_unit[order] = np.arange(len(order)) % folds
    return _indices(fold_of_unit[units], folds)


def _units(labels, groups):
    """Of rows that stay together: the unit of each row, and the class and the number of rows of each unit."""
    labels = np.asarray(labels)
    keys = np.arange(len(labels)) if groups is None else groups
    _, first, units, sizes = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return units, labels[first], sizes


def _counts(rows, fractions):
    """Rows of one class that go to each part: rounded, at least one each, the rest to training."""
    parts = len(fractions)
    if rows < parts:
        counts = [0] * parts
        for part in (0, parts - 1)[:rows]:
            counts[part] = 1
        return counts
    counts = [max(1, round(rows * fraction)) for fraction in fractions[1:]]
    while sum(counts) >= rows:
        counts[counts.index(max(counts))] -= 1
    return [rows - sum(counts), *counts]


def carved(units, parts, size, seed):
    """Returns part -> rows (N,) bool: `size` units for each of `parts`, drawn at random, the rest under "train".

    Args:
        units: (N,) from 0; rows of one stay together.
        parts: names.
        size: units of each part.
        seed: of the random order.
    """
    place = np.random.default_rng(seed).permutation(int(np.max(units)) + 1)[units]
    rows = {part: (place >= number * size) & (place < (number + 1) * size) for number, part in enumerate(parts)}
    return {"train": place >= len(parts) * size} | rows


def by_group(groups, fractions, seed):
    """Splits so that no group is in two parts: each group goes to the part that is furthest below its share.

    Args:
        groups: (N,) strings, such as a patient or a customer.
        fractions: share of each part, in rows.
        seed: of the random order in which the groups are placed; large groups are placed first.

    Raises:
        DataError: there are fewer groups than parts.
    """
    names, units, sizes = np.unique(np.asarray(groups, dtype=str), return_inverse=True, return_counts=True)
    if len(names) < len(fractions):
        raise DataError(
            f"a split by group needs at least {len(fractions)} different groups, one for each part. "
            f"Received: {len(names)} group(s). Use another --group column, or none."
        )
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    wanted = np.asarray(fractions) * len(units)
    filled = np.zeros(len(fractions))
    part_of_group = np.zeros(len(names), np.int8)
    for group in order:
        part = int(np.argmax((wanted - filled) / wanted))  # an empty part lacks most, so none stays empty
        part_of_group[group] = part
        filled[part] += sizes[group]
    return _indices(part_of_group[units], len(fractions))


def by_time(times, fractions):
    """Splits so that each part is later than the one before it; rows of one moment stay together.

    Args:
        times: (N,) numbers; larger is later.
        fractions: share of each part, in rows, from the earliest to the latest.

    Raises:
        DataError: there are fewer moments than parts.
    """
    times = np.asarray(times, dtype=np.float64)
    moments, units, sizes = np.unique(times, return_inverse=True, return_counts=True)
    parts = len(fractions)
    if len(moments) < parts:
        raise DataError(
            f"a split by time needs at least {parts} different moments, one for each part. "
            f"Received: {len(moments)} moment(s). Use another --time column, or none."
        )
    middle = (np.cumsum(sizes) - sizes / 2) / len(times)  # the share of rows before the middle of each moment
    part_of_moment = np.searchsorted(np.cumsum(fractions)[:-1], middle, side="right")
    for part in range(parts):  # no part may stay empty
        part_of_moment[part] = min(part_of_moment[part], part)
        part_of_moment[len(moments) - parts + part] = max(part_of_moment[len(moments) - parts + part], part)
    part_of_moment = np.maximum.accumulate(part_of_moment)
    return _indices(part_of_moment[units], parts)


def _indices(part_of_row, parts):
    return [np.flatnonzero(part_of_row == part) for part in range(parts)]
