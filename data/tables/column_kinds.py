"""What a column of a table is, and its cells as raw input. `column_decision` says which kind a column is.

| kind | raw input |
|---|---|
| number | float32, or float64 where float32 could not tell the numbers apart; NaN is missing |
| date | float64, days since 1970-01-01 UTC; NaN is missing |
| category, text | string; "" is missing |
"""

from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.tables import date_form
from data.tables.cells import Cells
from data.tables.distinct_cells import DistinctCells, says_nothing
from data.tables.number_form import NumberForm

LARGEST = float(np.finfo(np.float32).max)
NUMERIC = ("number", "date")


@dataclass(frozen=True)
class ColumnKind:
    """What a column is.

    Attributes:
        kind: "number", "date", "category", "text" or "left out".
        form: of numbers and dates how cells are written, see `number_form` and `date_form`; of text what is counted:
            "" for words, "characters" where blanks part none.
        note: a sentence for the user.
        absent: words of a column of numbers or dates that count as missing.
        double: whether raw numbers are float64.
    """

    kind: str
    form: str = ""
    note: str = ""
    absent: tuple[str, ...] = ()
    double: bool = False


def missing(cells):
    """Boolean (N,): the cells that say nothing."""
    if cells.dtype != object:
        return np.isnan(cells)
    return np.array([says_nothing(cell) for cell in cells], dtype=bool)


def values(words, kind, form):
    """float64 (K,) of strings (K,) of a column of numbers or dates; NaN where one is not of that form."""
    if kind == "date":
        return date_form.days(words, form)
    if form == date_form.CLOCK:
        return date_form.minutes(words)
    if form == "date":  # of runs before dates were a kind of their own
        return date_form.iso(words)
    return NumberForm.of(form).read(words)


def distinct(table, name):
    """The `DistinctCells` of a column of strings of a `RawTable`; numbers of a typed source (N,) as they are."""
    found = Cells(table.columns).distinct(name)
    return table.columns[name] if found is None else DistinctCells(*found)


def convert(name, table, decided, column=None):
    """Returns the raw input of a column: float32 or float64 (N,), or strings (N,) with "" for missing.

    Args:
        name: of the column.
        table: the `RawTable` that holds it.
        decided: its `ColumnKind`.
        column: its `distinct` cells, where they are known.

    Raises:
        DataError: a cell of a column of numbers or dates is none.
    """
    column = distinct(table, name) if column is None else column
    typed = not isinstance(column, DistinctCells)
    if decided.kind not in NUMERIC:
        if typed:
            return np.where(missing(column), "", strings(column))
        return np.where(column.missing, "", column.words)[column.codes]
    dtype = np.float64 if decided.double or decided.kind == "date" else np.float32
    if not typed:
        found = values(column.words, decided.kind, decided.form)
        refuse_unreadable(name, decided, column, found, table)
        column = found[column.codes]
    with np.errstate(over="ignore"):  # what overflows counts as missing, and `tables.far_out` tells it
        return column.astype(dtype)


def refuse_unreadable(name, decided, column, found, table):
    """Raises a DataError that names the first cell of a column of numbers or dates that is neither, nor missing.

    Args:
        name: of the column.
        decided: its `ColumnKind`.
        column: its `DistinctCells`.
        found: float64 (K,), what the words were read as; NaN where one could not be read.
        table: the `RawTable` that holds it.
    """
    bad = np.isnan(found) & ~column.missing & ~np.isin(column.words, decided.absent)
    if not bad.any():
        return
    row, count = column.row(bad), int(column.counts[bad].sum())
    what = f"{decided.kind}s" + (f" written as in {decided.form}" if decided.form != "plain" else "")
    raise DataError(
        f"{table.place(row)}: column {name!r} holds {what}, but this cell does not ({count} such cell(s) in all). "
        f"Received: {column.words[column.codes[row]]!r}. Write a {decided.kind}, or leave the cell empty if it is not "
        f"known."
    )


def strings(cells):
    """Cells as strings, object (N,): whole numbers without a point."""
    if cells.dtype == object:
        return cells
    return np.array(
        [str(int(value)) if np.isfinite(value) and value == int(value) else str(value) for value in cells], dtype=object
    )
