"""What every source yields: three parts of raw records, and the function that prepares a record for the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from data.evenly import evenly

if TYPE_CHECKING:
    from data.images.augmentation import Augmentation
    from data.images.images import ImagePrepare
    from data.tables.decided_column import DecidedColumn
    from data.tables.table_features import TablePrepare


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a dataset: raw records in a fixed order.

    Attributes:
        inputs: tables: column name -> array (N,), float32 for numbers (NaN is missing) or strings for categories
            and text ("" is missing). Images: `{"image": array}`, either (N,) bytes, (N,) paths (str) or
            uint8 (N, height, width, channels).
        labels: (N,): class indices int32, or numbers to estimate float32; zeros where nothing is predicted.
        origins: (N,) strings that say where each record came from, such as "people.csv:17".
        groups: (N,) strings, where rows of one group must stay in one split; else None.
        fixed: prepared arrays already computed for this split, kept by `pipeline.fixed_part`.
    """

    inputs: dict[str, np.ndarray]
    labels: np.ndarray
    origins: np.ndarray
    groups: np.ndarray | None = None
    fixed: dict = field(default_factory=dict, init=False, repr=False)

    def __len__(self):
        return len(self.labels)

    def take(self, rows):
        """Returns the split that holds `rows` (indices or a mask), in that order."""
        groups = None if self.groups is None else self.groups[rows]
        inputs = {name: values[rows] for name, values in self.inputs.items()}
        return Split(inputs, self.labels[rows], self.origins[rows], groups)

    def spread(self, most):
        """Returns the split that holds `most` rows evenly spread over this one, or all where there are no more."""
        if len(self) <= most:
            return self
        return self.take(evenly(len(self), most))


@dataclass(frozen=True, eq=False)
class Splits:
    """A dataset ready to train on.

    Attributes:
        name: short, for names of runs: "digits", "people", "tfds-mnist".
        kind: "table" or "image".
        train, validation, test: the three parts; they never overlap.
        prepare: the one function from raw records to model input; its statistics come from `train` only.
        classes: class index -> class name; empty where the labels are no classes.
        notes: sentences for the user that say what was decided.
        target: name of the column that is predicted; None where the source has no columns, or nothing is.
        augmentation: how training images may be varied without changing their label; None for tables.
        cross_validated: whether validation is one fold of a cross-validation, which is not to be trained on.
        columns: what was decided about each column of a table that a user brings.
    """

    name: str
    kind: str
    train: Split
    validation: Split
    test: Split
    prepare: ImagePrepare | TablePrepare
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    augmentation: Augmentation | None = None
    target: str | None = None
    cross_validated: bool = False
    columns: tuple[DecidedColumn, ...] = ()

    @property
    def input_shape(self):
        """The shape of one prepared record, without the batch."""
        return self.prepare.input_shape
