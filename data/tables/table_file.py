"""Reads a table by the ending of its file's name: the one list of table formats."""

import os
from collections.abc import Callable

from data.tables import delimited, json_lines
from data.tables.raw_table import RawTable

FORMATS: dict[str, Callable[[str], RawTable]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".data"), delimited.read),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), json_lines.read),
}
"""Ending of a name, which ".gz" may follow -> function of a path."""


def read(path: str) -> RawTable:
    """The table of a file; what has another ending is taken for delimited text. Raises DataError as its reader does."""
    return FORMATS.get(extension(path), delimited.read)(path)


def extension(path: str) -> str:
    """The ending of a file's name, without ".gz", in lower case."""
    return os.path.splitext(path.lower().removesuffix(".gz"))[1]
