"""Keeps one class out of training, so that the test split holds records of a kind that was never seen."""

from dataclasses import replace

import numpy as np

from data.errors import DataError, listing, suggestion
from data.images.images import ImagePrepare


def keep_out(splits, name):
    """Returns `splits` without the class `name` in training and validation; the test split stays whole.

    What a table's preparing function has learned is learned anew from the rows that are left.

    Args:
        splits: the `Splits`, with classes.
        name: one of its classes.

    Raises:
        DataError: there are no classes, `name` is none of them, or too little is left of a split.
    """
    if not splits.classes:
        raise DataError(
            f"--anomaly {name}: {splits.name} has no classes. For a table name their column with --target; for images "
            f"give a folder with one folder per class."
        )
    if name not in splits.classes:
        raise DataError(
            f"--anomaly {name!r} is no class of {splits.name}.{suggestion(name, splits.classes)} "
            f"Allowed: {listing(splits.classes)}."
        )
    anomaly = splits.classes.index(name)
    kept = {part: getattr(splits, part).labels != anomaly for part in ("train", "validation")}
    for part, mask in kept.items():
        if not mask.any():
            raise DataError(f"--anomaly {name}: no {part} record is left, all are of that class.")
    count = int((splits.test.labels == anomaly).sum())
    if not count or count == len(splits.test):
        what = "no" if not count else "only"
        raise DataError(
            f"--anomaly {name}: the test split holds {what} record(s) of that class, so nothing is compared."
        )
    train, validation = (getattr(splits, part).take(np.flatnonzero(mask)) for part, mask in kept.items())
    prepare = splits.prepare
    if not isinstance(prepare, ImagePrepare):
        prepare = prepare.fit(train.inputs, prepare.kinds)
    gone = len(splits.train) + len(splits.validation) - len(train) - len(validation)
    note = f"Class {name!r} is the anomaly: {gone} records are kept out of training, {count} are in the test split."
    return replace(splits, train=train, validation=validation, prepare=prepare, notes=(*splits.notes, note))
