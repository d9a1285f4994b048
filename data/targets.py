"""Yields labels from the column of a table that is to be predicted: classes, numbers, or nothing at all."""

import math
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from data.errors import DataError, listing, suggestion
from data.tables import column_kinds
from data.tables.raw_table import MISSING_LABEL

MOST_CLASSES = 1000
ROWS_OF_A_BIN = 5  # from so many rows each of three parts gets its share
FORMS = ("plain", "comma")
LARGEST = float(np.finfo(np.float32).max)
CLOSE = 2.0**-20  # float32 keeps 24 bits: with a smaller spread than this share of the value, fewer than 4 are left


@dataclass(frozen=True)
class ClassTarget:
    """Classes by name: label int32, the index in `classes`."""

    name: str
    classes: tuple[str, ...]
    app: ClassVar[str] = "apps.classify"  # what messages recommend for data with this target

    @classmethod
    def fit(cls, name, table):
        """The classes of a column, sorted naturally.

        Raises:
            DataError: there is one class only, or the column holds numbers to be estimated rather than classes.
        """
        cells = table.columns[name]
        names = sorted(set(column_kinds.strings(cells).tolist()), key=natural)
        if len(names) < 2:
            raise DataError(
                f"{table.path}: every row has the same value {names[0]!r} in the target column {name!r}. "
                f"A classifier needs at least two classes. Choose another --target."
            )
        values = column_kinds.numbers(np.array(names, dtype=object), "plain")
        continuous = not np.isnan(values).any() and (len(names) > 20 and np.any(values % 1) or len(names) > 200)
        if continuous or len(names) > min(MOST_CLASSES, 0.5 * len(cells) + 5):
            advice = "To estimate a number use apps.regress; else" if continuous else "To classify"
            raise DataError(
                f"{table.path}: the target column {name!r} has {len(names)} different values in {len(cells)} rows "
                f"(such as {listing(names[:3])}), too many for classes. {advice} choose another --target."
            )
        return cls(name, tuple(names))

    @staticmethod
    def missing(cells):
        """Boolean (N,): cells without a label."""
        if cells.dtype != object:
            return np.isnan(cells)
        return np.array([cell.lower() in MISSING_LABEL for cell in cells], dtype=bool)

    def encode(self, table):
        """Labels of the rows: int32 (N,). Raises DataError on one that is none of the classes."""
        index = {name: position for position, name in enumerate(self.classes)}
        names = column_kinds.strings(table.columns[self.name])
        labels = np.array([index.get(name, -1) for name in names], np.int32)
        if (labels < 0).any():
            row = int(np.argmax(labels < 0))
            if names[row].lower() in MISSING_LABEL:
                raise DataError(
                    f"{table.place(row)}: no value in the target column {self.name!r}. "
                    f"Give the class or remove the row."
                )
            raise DataError(
                f"{table.place(row)}: class {names[row]!r} in column {self.name!r} is not in the training data."
                f"{suggestion(names[row], self.classes)} Allowed: {listing(self.classes)}. "
                f"Mend the label or remove the row."
            )
        return labels

    def strata(self, labels):
        """Class indices (N,) that a random split keeps in proportion."""
        return labels

    def described(self):
        return f"target {self.name!r} with {len(self.classes)} classes"


@dataclass(frozen=True)
class NumberTarget:
    """A number to estimate: label float32, in the units of the file."""

    name: str
    form: str = "plain"  # how the file writes it: "plain" or "comma" (decimal comma)
    classes = ()
    app: ClassVar[str] = "apps.regress"

    @classmethod
    def fit(cls, name, table):
        """The form in which a column writes its numbers.

        Raises:
            DataError: a cell is no finite number, all are equal, or they differ too little for float32.
        """
        cells = table.columns[name]
        read = {form: column_kinds.numbers(cells, form) for form in FORMS}
        form = min(FORMS, key=lambda form: np.isnan(read[form]).sum())
        target = cls(name, form)
        if np.isnan(read[form]).all():
            raise DataError(
                f"{table.place(0)}: the target column {name!r} holds no numbers. Received: {str(cells[0])!r}. "
                f"Regression estimates a number; for classes use apps.classify, or choose another --target."
            )
        values = target._numbers(table)
        spread, size = np.ptp(values), np.abs(values).max()
        if spread == 0:
            raise DataError(
                f"{table.path}: every row has the same value {values[0]:g} in the target column {name!r}. "
                f"There is nothing to estimate. Choose another --target."
            )
        if spread < CLOSE * size:
            raise DataError(
                f"{table.path}: the values of the target column {name!r} lie between {values.min():.12g} and "
                f"{values.max():.12g}; single precision cannot tell them apart. Subtract {values.min():.12g} from all."
            )
        return target

    @staticmethod
    def missing(cells):
        """Boolean (N,): cells without a number."""
        return column_kinds.missing(cells)

    def encode(self, table):
        """Targets of the rows: float32 (N,). Raises DataError on a cell that is no finite number."""
        return self._numbers(table).astype(np.float32)

    def _numbers(self, table):
        cells = table.columns[self.name]
        values = column_kinds.numbers(cells, self.form)
        bad = ~(np.abs(values) <= LARGEST)
        if bad.any():
            row = int(np.argmax(bad))
            raise DataError(
                f"{table.place(row)}: the target column {self.name!r} must hold a finite number in every row "
                f"({bad.sum()} cell(s) do not). Received: {str(cells[row])!r}. Mend the cell or remove the row."
            )
        return values

    def strata(self, labels):
        """Ten bins of equal count (N,), fewer for few rows, so that a random split keeps the distribution."""
        bins = min(10, max(1, len(labels) // ROWS_OF_A_BIN))
        return np.searchsorted(np.quantile(labels, np.linspace(1 / bins, 1 - 1 / bins, bins - 1)), labels)

    def described(self):
        return f"target {self.name!r}, a number"


@dataclass(frozen=True)
class NoTarget:
    """Nothing is predicted: label 0 for every row."""

    name = None
    classes = ()
    app: ClassVar[str] = "apps.autoencode"

    def encode(self, table):
        return np.zeros(len(table), np.int32)

    def strata(self, labels):
        return labels

    def described(self):
        return "no target"


Target = ClassTarget | NumberTarget | NoTarget


def natural(name):
    """Key that sorts "2" before "10" and "class 2" before "class 10". Different names have different keys."""
    try:
        number = float(name)
    except ValueError:
        number = math.nan
    if not math.isnan(number):
        return 0, number, [], name
    parts = re.split(r"(\d{1,4000})", name)  # Python reads no whole number of more than 4,300 digits
    return 1, 0.0, [(int(part) if part.isdecimal() else 0, part.lower()) for part in parts], name
