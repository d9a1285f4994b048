"""Decides what each column of a raw table is, from the training rows, and turns its cells into raw input.

One rule looks at all rows of the file, in its order: a column that only numbers them is left out. Training rows drawn
at random no longer show that, and the number still gives away the label where the file is sorted by it.

| kind | rule, on the training rows | raw input |
|---|---|---|
| number | every cell is a number (or missing); a date counts as its day | float32, NaN is missing |
| category | few different strings | string, "" is missing |
| text | most cells differ and hold several words | string, "" is missing |
| left out | constant, a row number, or a different single word in every row | |

Whole numbers stay numbers, also where there are few: a network can learn a step, and the order is kept.
"""

import re
from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.tables.raw_table import MISSING

DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$")
LONGEST_MISSING = max(map(len, MISSING))
TYPOS = 0.05  # share of cells that are no numbers, in a column of otherwise many numbers, that must be slips
FEWEST_NUMBERS = 20  # different numbers from which a column with slips is taken for a number column
FEWEST_IDS = 20  # rows from which a column of different single words is taken for a name of the row


@dataclass(frozen=True)
class ColumnKind:
    """What a column is: `kind` "number", "category", "text" or "left out", `form` of numbers, and a note."""

    kind: str
    form: str = ""  # "plain", "comma" (decimal comma) or "date"
    note: str = ""


def missing(cells):
    """Boolean (N,): the cells that say nothing."""
    if cells.dtype != object:
        return np.isnan(cells)
    return np.array([len(cell) <= LONGEST_MISSING and cell.lower() in MISSING for cell in cells], dtype=bool)


def numbers(cells, form):
    """float64 (N,): the cells as numbers; NaN where a cell is missing or is no (finite) number.

    Args:
        cells: strings or numbers, (N,).
        form: "plain", "comma" or "date" (days since 1970).
    """
    import pandas

    if cells.dtype != object:
        return cells.astype(np.float64)
    if form == "date":
        dated = [cell if DATE.match(cell) else None for cell in cells]
        moments = pandas.to_datetime(pandas.Series(dated, dtype=object), utc=True, errors="coerce", format="ISO8601")
        return (moments - pandas.Timestamp(0, tz="UTC")).to_numpy() / np.timedelta64(1, "D")
    if form == "comma":
        cells = np.array([cell.replace(",", ".", 1) for cell in cells], dtype=object)
    values = pandas.to_numeric(pandas.Series(cells, dtype=object), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    return np.where(np.isfinite(values), values, np.nan)


def decide(name, table, file=None):
    """Returns the `ColumnKind` of a column.

    Args:
        name: of the column.
        table: the `RawTable` of the training rows.
        file: the `RawTable` that they were taken from, with all its rows in the order of the file; None to keep a
            column that only numbers them.

    Raises:
        DataError: a few cells of a number column are no numbers.
    """
    cells = table.columns[name]
    gone = missing(cells)
    known = cells[~gone]
    if not len(known):
        return ColumnKind("left out", note=f"Column {name!r} is left out: it is empty.")
    different = len(set(known.tolist()))
    if different == 1 and not gone.any():
        return ColumnKind("left out", note=f"Column {name!r} is left out: always {str(known[0])[:40]!r}.")
    if file is not None and _numbers_rows(file.columns[name]):
        return ColumnKind("left out", note=f"Column {name!r} is left out: it only numbers the rows.")
    for form in ("plain", "date", "comma"):
        values = numbers(known, form)
        bad = np.isnan(values)
        if not bad.any():
            return _number(name, form)
        if bad.mean() <= TYPOS and len(set(values[~bad].tolist())) >= FEWEST_NUMBERS:
            refuse_non_number(name, numbers(cells, form), table)
    return _words(name, known.tolist(), different, gone)


def _numbers_rows(cells):
    """Whether the cells of all rows, in the order of the file, grow or fall by 1 from row to row."""
    if len(cells) < FEWEST_IDS or np.isnan(numbers(cells[:FEWEST_IDS], "plain")).any():
        return False
    steps = np.diff(numbers(cells, "plain"))
    return bool(abs(steps[0]) == 1 and np.all(steps == steps[0]))


def _number(name, form):
    notes = {"date": f"Column {name!r} holds dates: days since 1970-01-01 go in.", "plain": ""}
    notes["comma"] = f"Column {name!r} is read with a decimal comma."
    return ColumnKind("number", form, notes[form])


def _words(name, known, different, gone):
    words_per_cell = sum(len(cell.split()) for cell in known) / len(known)
    if words_per_cell < 1.05 and different == len(known) >= FEWEST_IDS and not gone.any():
        note = f"Column {name!r} is left out: a different word in every row names the row and predicts nothing new."
        return ColumnKind("left out", note=note)
    mostly_different = different > 0.5 * len(known)
    if (words_per_cell >= 2 and mostly_different and different >= 10) or words_per_cell >= 6:
        return ColumnKind("text")
    return ColumnKind("category")


def refuse_non_number(name, values, table):
    """Raises a DataError that names the first cell that is neither missing nor a number."""
    cells = table.columns[name]
    bad = np.flatnonzero(np.isnan(values) & ~missing(cells))
    if len(bad):
        raise DataError(
            f"{table.place(bad[0])}: column {name!r} holds numbers, but this cell does not ({len(bad)} such cell(s) in "
            f"all). Received: {cells[bad[0]]!r}. Write a number, or leave the cell empty if it is not known."
        )


def convert(name, table, decided):
    """Returns the raw input of a column: float32 (N,), or strings (N,) with "" for missing.

    Raises:
        DataError: a cell of a number column is no number.
    """
    if decided.kind == "number":
        values = numbers(table.columns[name], decided.form)
        refuse_non_number(name, values, table)
        return values.astype(np.float32)
    cells = table.columns[name]
    return np.where(missing(cells), "", strings(cells))


def strings(cells):
    """Cells as strings, object (N,): whole numbers without a point."""
    if cells.dtype == object:
        return cells
    return np.array(
        [str(int(value)) if np.isfinite(value) and value == int(value) else str(value) for value in cells], dtype=object
    )
