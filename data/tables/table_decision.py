"""Decides what all columns of a table are, and reads them, one after the other: memory holds one of them twice."""

from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.tables import column_decision, column_kinds
from data.tables.column_kinds import ColumnKind
from data.tables.decided_column import DecidedColumn
from data.tables.distinct_cells import DistinctCells
from data.tables.spelling import alike_note


@dataclass(frozen=True, eq=False)
class TableDecision:
    """The columns of a table.

    Attributes:
        kinds: column -> `ColumnKind`, of the inputs.
        raw: column -> raw input (N,), of the inputs.
        columns: a `DecidedColumn` for each column of the file.
    """

    kinds: dict[str, ColumnKind]
    raw: dict[str, np.ndarray]
    columns: tuple[DecidedColumn, ...] = ()


def decide(table, file, used, asked, writing, notes):
    """Returns the `TableDecision`, and adds what the user should know to `notes`.

    Args:
        table: the `RawTable` of the rows that are used.
        file: the `RawTable` that they were taken from, with all its rows in their order.
        used: columns that are no inputs: name -> the `Target`, "group" or "time".
        asked: column -> what the user says that it is.
        writing: the `Writing` of the file.
        notes: list of sentences.

    Raises:
        DataError: a column looks like numbers or dates and cannot be read as such, or none is left.
    """
    kinds, raw, columns, numbering = {}, {}, [], []
    for name in table.columns:
        column = column_kinds.distinct(table, name)
        if name in used:
            columns.append(used_column(name, column, used[name]))
            continue
        said = asked.get(name) or ("text" if name in table.lists else "")
        is_row_number = not said and column_decision.numbers_rows(file, name)
        decided = column_decision.decide(name, column, table, writing, said, is_row_number)
        if decided.kind == "left out":
            numbering += [name] * is_row_number
            columns.append(DecidedColumn.of(name, "left out", "", column, decided))
            continue
        kinds[name] = decided
        raw[name] = column_kinds.convert(name, table, decided, column)
        columns.append(DecidedColumn.of(name, "input", decided.kind, column, decided, raw[name]))
        if decided.kind == "category" and isinstance(column, DistinctCells):
            notes += filter(None, [alike_note(name, column.words[~column.missing])])
    if not kinds and numbering:  # perhaps y = f(x) at x = 0, 1, 2, ...
        keep = asked | dict.fromkeys(numbering, "number")
        notes += [f"Column {name!r} only numbers the rows and is kept, since there is no other." for name in numbering]
        return decide(table, file, used, keep, writing, notes)
    notes += [one.note for one in columns if one.note and one.use != "target"]
    if not kinds:
        raise DataError(f"{table.path}: no column is left to learn from. {' '.join(notes)}")
    return TableDecision(kinds, raw, tuple(columns))


def used_column(name, column, use):
    """The `DecidedColumn` of one that is no input; `use` is what for, or the target itself."""
    if isinstance(use, str):
        return DecidedColumn.of(name, use, "", column, ColumnKind(""))
    if use.classes:
        return DecidedColumn.of(name, "target", "class", column, ColumnKind("class"))
    numbers = use.read(column.words) if isinstance(column, DistinctCells) else column
    return DecidedColumn.of(name, "target", "number", column, ColumnKind("number", use.form), numbers)
