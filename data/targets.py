"""Yields labels from the column of a table that is to be predicted: classes, numbers, or nothing at all."""

import math
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from data.errors import DataError, listing, suggestion
from data.tables import column_decision, column_kinds, number_form
from data.tables.column_kinds import LARGEST
from data.tables.distinct_cells import DistinctCells
from data.tables.number_form import NumberForm, Unclear
from data.tables.raw_table import MISSING_LABEL
from data.tables.spelling import alike_note

MOST_CLASSES = 1000
ROWS_OF_A_BIN = 5  # from so many rows each of three parts gets its share
FEW_NUMBERS = 10  # different whole numbers that may stand for classes
CLOSE = 2.0**-20  # float32 keeps 24 bits: with a smaller spread than this share of the value, fewer than 4 are left
TAGS = re.compile(r"\s*[|;,]\s*")


@dataclass(frozen=True)
class ClassTarget:
    """Classes by name: label int32, the index in `classes`."""

    name: str
    classes: tuple[str, ...]
    app: ClassVar[str] = "apps.classify"  # what messages recommend for data with this target

    @classmethod
    def fit(cls, name, table, writing, asked=""):
        """The classes of a column, sorted naturally.

        Args:
            name: of the column.
            table: the `RawTable` of the rows that have a class.
            writing: is not used.
            asked: what the user says that the column is: "category" or "".

        Raises:
            DataError: there is one class only, or the column holds numbers to be estimated rather than classes.
        """
        if asked not in {"", "category"}:
            raise DataError(f"`--columns {name}={asked}`: this column is the target, a class. Allowed: category.")
        cells = table.columns[name]
        names = sorted(set(column_kinds.strings(cells).tolist()), key=natural)
        if len(names) < 2:
            raise DataError(
                f"{table.path}: every row has the same value {names[0]!r} in the target column {name!r}. "
                f"A classifier needs at least two classes. Choose another --target."
            )
        values = number_form.plain(np.array(names, dtype=object))
        continuous = not np.isnan(values).any() and (len(names) > 20 and np.any(values % 1) or len(names) > 200)
        if continuous or len(names) > min(MOST_CLASSES, 0.5 * len(cells) + 5):
            advice = "To estimate a number use apps.regress; else" if continuous else "To classify"
            raise DataError(
                f"{table.path}: the target column {name!r} has {len(names)} different values in {len(cells)} rows "
                f"(such as {listing(names[:3])}), too many for classes. {advice} choose another --target."
            )
        return cls(name, tuple(names))

    @staticmethod
    def missing(cells, asked=""):
        """Boolean (N,): cells without a label; of a column that the user calls a category only the empty ones."""
        if cells.dtype != object:
            return np.isnan(cells)
        return np.array([not cell or (not asked and cell.lower() in MISSING_LABEL) for cell in cells], dtype=bool)

    def notes(self, table):
        """Sentences for the user on classes that may not be what they look like."""
        found = [alike_note(self.name, self.classes)]
        tags = {name: TAGS.split(name) for name in self.classes}
        combined = {name: parts for name, parts in tags.items() if len(parts) > 1}
        later = {tag for parts in combined.values() for tag in parts[1:]}
        first = {parts[0] for parts in combined.values()}
        reused = first & later | (first | later) & (tags.keys() - combined.keys())
        if 2 * sum(not reused.isdisjoint(parts) for parts in combined.values()) > len(combined):
            found.append(
                f"Target {self.name!r}: {next(iter(combined))!r} counts as one class of its own ({len(combined)} such "
                f"classes of several labels); a row has one label here."
            )
        return [note for note in found if note]

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
    form: str = "plain"  # how the file writes it, see `number_form`
    classes = ()
    app: ClassVar[str] = "apps.regress"

    @classmethod
    def fit(cls, name, table, writing, asked=""):
        """The form in which a column writes its numbers.

        Args:
            name: of the column.
            table: the `RawTable` of the rows that have a number.
            writing: its `Writing`.
            asked: what the user says that the column is: "number", "decimal-point", "decimal-comma" or "".

        Raises:
            DataError: a cell is no finite number, all are equal, or they differ too little for float32.
        """
        if asked not in {"", "number", *number_form.DECIMAL}:
            raise DataError(
                f"`--columns {name}={asked}`: this column is the target, a number. "
                f"Allowed: number, {', '.join(number_form.DECIMAL)}."
            )
        cells = table.columns[name]
        target = cls(name, "plain" if cells.dtype != object else _form(name, cells, table, writing, asked))
        if np.isnan(target.read(cells)).all():
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
    def missing(cells, asked=""):
        """Boolean (N,): cells without a number."""
        return column_kinds.missing(cells)

    def notes(self, table):
        """Sentences for the user: how the numbers were read, and that they may be classes."""
        cells = table.columns[self.name]
        values, found = self._numbers(table), []
        if cells.dtype == object:
            words = DistinctCells.of(cells).words
            found.append(column_decision.finished(self.name, "number", self.form, words, self.read(words)).note)
        different = np.unique(values)
        if len(different) <= FEW_NUMBERS and not np.any(different % 1):
            found.append(
                f"Target {self.name!r} holds only {len(different)} different whole numbers "
                f"({', '.join(f'{value:g}' for value in different)}); if they stand for classes, use apps.classify."
            )
        return [note for note in found if note]

    def encode(self, table):
        """Targets of the rows: float32 (N,). Raises DataError on a cell that is no finite number."""
        return self._numbers(table).astype(np.float32)

    def read(self, cells):
        """float64 (N,) of cells (N,), NaN where one is no number."""
        return NumberForm.of(self.form).read(cells) if cells.dtype == object else cells.astype(np.float64)

    def _numbers(self, table):
        cells = table.columns[self.name]
        values = self.read(cells)
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

    def notes(self, table):
        return []

    def strata(self, labels):
        return labels

    def described(self):
        return "no target"


Target = ClassTarget | NumberTarget | NoTarget


def _form(name, cells, table, writing, asked):
    """Name of the form of strings (N,) of which most, but perhaps not all, are numbers."""
    column = DistinctCells.of(cells)
    try:
        is_plain = not np.isnan(number_form.plain(column.words)).any()
        if is_plain and not asked and not number_form.points_may_part(column.words):
            return "plain"
        return number_form.decide(column.words, writing.decimal, number_form.DECIMAL.get(asked, "")).name
    except Unclear as unclear:
        raise column_decision.refusal(name, column, table, unclear) from None


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
