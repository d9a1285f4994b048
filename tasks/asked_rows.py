"""The rows of a table that a prediction is asked for: those that can be read, and those that are skipped by name."""

import sys

import numpy as np

MOST_SKIPPED = 1000
"""Rows of one table: a table of more is another one."""


def whole(name: str, kinds, skipped: list[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Raw inputs and origins of the rows of a table that can be read; every other row is named on stderr.

    Args:
        name: Of the file.
        kinds: Column -> what it is, of the run's preparing function.
        skipped: Rows that cannot be read, added to.

    Raises:
        DataError: The file cannot be read, a column is missing, or no row, or far too few, can be read.
    """
    from data.errors import DataError
    from data.tables import table_file, tables

    table = table_file.read(name)
    tables.inputs(table.take(np.arange(0)), kinds)  # its columns
    try:
        return tables.inputs(table, kinds), table.origins()
    except DataError as error:
        first = error
    bad = _bad_rows(table, kinds)
    if len(bad) == len(table) or len(bad) > MOST_SKIPPED:
        raise first
    for why in bad.values():
        skipped.append(why)
        print(f"skipped, {why}", file=sys.stderr)
    good = table.take(np.setdiff1d(np.arange(len(table)), list(bad)))
    return tables.inputs(good, kinds), good.origins()


def _bad_rows(table, kinds) -> dict[int, str]:
    """The rows that cannot be read, in their order, and what is said of each; of too many only the first."""
    from data.errors import DataError
    from data.tables import tables

    bad: dict[int, str] = {}
    pending = [np.arange(len(table))]
    while pending and len(bad) <= MOST_SKIPPED:
        rows = pending.pop()
        try:
            tables.inputs(table.take(rows), kinds)
        except DataError as error:
            if len(rows) == 1:
                bad[int(rows[0])] = str(error)
            else:
                pending += [rows[len(rows) // 2 :], rows[: len(rows) // 2]]
    return bad
