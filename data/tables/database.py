"""Yields a raw table from a table or view of a SQLite database."""

import contextlib
import sqlite3
from pathlib import Path

import numpy as np

from data import unpacked
from data.errors import DataError, listing, suggestion
from data.tables.cell_text import cell_text
from data.tables.cells import AT_ONCE, Cells, Growing
from data.tables.raw_table import RawTable

MOST_CELLS = 10**9


def read(path, table=""):
    """Returns the `RawTable` of a table or view; its rows are counted from 1.

    Args:
        path: of the database.
        table: its name; "" for the only one.

    Raises:
        DataError: it is no database, has no such table or several, or holds too much.
    """
    unpacked.refuse_no_file(path)
    try:
        with contextlib.closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as database:
            return _read(path, table, database)
    except sqlite3.Error as error:
        raise DataError(f"{path}: cannot be read as a SQLite database ({error}). Copy it again.") from error


def _read(path, table, database):
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
    tables = [name for (name,) in database.execute(f"{query} ORDER BY name")]
    if table and table not in tables:
        raise DataError(f"{path}: no table {table!r}.{suggestion(table, tables)} Allowed: {listing(tables)}.")
    if not table:
        if len(tables) != 1:
            what = f"{len(tables)} tables ({listing(tables)}): name one" if tables else "no table"
            raise DataError(f"{path}: holds {what}{f', such as {path}:{tables[0]}' if tables else ''}.")
        (table,) = tables
    quoted = table.replace('"', '""')
    found = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608
    names = [column[0] for column in found.description]
    if len({name.lower() for name in names}) < len(names):
        raise DataError(f"{path}: two columns of {table!r} have one name. Received: {listing(names)}.")
    growing, blobs = Growing(), set()
    while rows := found.fetchmany(AT_ONCE // len(names) + 1):
        cells = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        blobs |= {name for name, values in cells.items() if any(isinstance(value, bytes) for value in values)}
        growing.add({name: [] if name in blobs else list(map(cell_text, cells[name])) for name in names}, len(rows))
        if growing.rows * len(names) > MOST_CELLS:
            raise DataError(f"{path}: {table!r} has more than {MOST_CELLS:,} cells. Give a part of it.")
    stored = {name: column for name, column in growing.stored().items() if name not in blobs}
    if not growing.rows or not stored:
        raise DataError(f"{path}: the table {table!r} has no rows. Give a table with rows.")
    notes = (f"Left out, since they hold bytes: {listing(sorted(blobs))}.",) if blobs else ()
    return RawTable(f"{path}:{table}", Cells(stored), np.arange(1, growing.rows + 1), notes, "{}:row {}")
