"""Reads a table by the ending of its file's name: the one list of table formats."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from data import unpacked
from data.errors import DataError
from data.tables import arrow_table, database, delimited, json_lines, spreadsheet
from data.tables.raw_table import RawTable

NAMED: dict[str, Callable[[str], RawTable]] = {
    **dict.fromkeys((".parquet", ".pq"), arrow_table.read_parquet),
    **dict.fromkeys((".feather", ".arrow"), arrow_table.read_feather),
}
"""Ending of a name -> function of a path, where the format has names of columns."""
JSON = (".jsonl", ".ndjson", ".json")
DATABASES = (".sqlite", ".sqlite3", ".db")
SHEETS = (".xlsx", ".xlsm")
FORMATS = (".csv", ".tsv", ".txt", ".data", *JSON, *NAMED, *SHEETS, *DATABASES)
"""Endings of names, which those of packed files may follow, and for sheets and databases ":" and the table's name."""


def read(
    path: str, header: str | None = None, wanted: Collection[str] = (), out: Collection[str] = (), strict: bool = False
) -> RawTable:
    """The table of a file; what has another ending is taken for delimited text.

    Args:
        path: Of the file; "data.sqlite:people" is a table, "book.xlsx:Sheet1" a sheet.
        header: Whether the first row names the columns: "yes", "no", or None to look.
        wanted: Names of columns that it should have; a first row that holds them is a header.
        out, strict: What JSON is not read for, and whether what fits no column is refused, see `json_lines.read`.

    Raises:
        DataError: As its reader does; or its format has names of columns, and `header` is given.
    """
    file, part = located(path)
    ending = extension(file)
    if ending in JSON or ending in NAMED or ending in DATABASES:
        if header:
            raise DataError(f"{path}: has names of columns. Leave out --header {header}.")
        if ending in JSON:
            return json_lines.read(file, out, strict)
        return database.read(file, part) if ending in DATABASES else NAMED[ending](file)
    if ending in SHEETS:
        return spreadsheet.read(file, part, header, wanted)
    return delimited.read(file, header, wanted)


def read_all(
    paths: Sequence[str],
    header: str | None = None,
    wanted: Collection[str] = (),
    out: Collection[str] = (),
    strict: bool = False,
) -> Iterator[RawTable]:
    """The tables of several files, one after the other, whose origins tell files of one name in two folders apart."""
    for path, name in zip(paths, told_apart(paths), strict=True):
        yield replace(read(path, header, wanted, out, strict), name=name)


def told_apart(paths: Sequence[str]) -> list[str]:
    """The names of files, with as many of their folders as it takes to tell them from the others."""
    parts = {path: os.path.normpath(path).split(os.sep) for path in paths}
    names = []
    for path in paths:
        others = [other for key, other in parts.items() if key != path]
        counts = range(1, len(parts[path]) + 1)
        alone = (n for n in counts if all(other[-n:] != parts[path][-n:] for other in others))
        names.append(os.sep.join(parts[path][-next(alone, len(parts[path])) :]))
    return names


def located(data: str) -> tuple[str, str]:
    """The file that a data argument names, and the table in it: "data.sqlite:people" is ("data.sqlite", "people")."""
    file, colon, part = data.rpartition(":")
    if colon and not os.path.exists(data) and extension(file) in (*SHEETS, *DATABASES):
        return file, part
    return data, ""


def extension(path: str) -> str:
    """The ending of a file's name, or of the file that is packed in it, in lower case."""
    return os.path.splitext(unpacked.inner_name(path).lower())[1]
