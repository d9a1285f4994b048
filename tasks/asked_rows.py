"""The rows of a table that a prediction is asked for: those that can be read, and those that are skipped by name."""

import sys

import numpy as np

MOST_TOLD = 20
"""Strange numbers of one table."""
MOST_SKIPPED = 1000
"""Rows of one table: a table of more is another one."""


def whole(table, prepare, skipped: list[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Raw inputs and origins of the rows of a table that can be read; every other row is named on stderr.

    So are numbers far outside what training saw.

    Args:
        table: Its `RawTable`.
        prepare: The run's `TablePrepare`.
        skipped: Rows that cannot be read, added to.

    Raises:
        DataError: A column is missing, or no row, or far too few, can be read.
    """
    from data.errors import DataError, listing
    from data.tables import tables

    kinds = prepare.kinds
    tables.inputs(table.take(np.arange(0)), kinds)  # its columns
    if fields := tables.left_out(table, kinds):
        print(f"{table.path}: no record has {listing(fields)}: missing in all", file=sys.stderr)
    try:
        inputs = tables.inputs(table, kinds)
    except DataError:
        bad = _bad_rows(table, kinds)
        if len(bad) == len(table) or len(bad) > MOST_SKIPPED:
            raise
        for why in bad.values():
            skipped.append(why)
            print(f"skipped, {why}", file=sys.stderr)
        table = table.take(np.setdiff1d(np.arange(len(table)), list(bad)))
        inputs = tables.inputs(table, kinds)
    origins = table.origins()
    told = list(tables.far_out(prepare, inputs, origins))
    for sentence in told[:MOST_TOLD]:
        print(f"{sentence}: its answer means little", file=sys.stderr)
    if len(told) > MOST_TOLD:
        print(f"{table.path}: {len(told) - MOST_TOLD} more numbers are far outside what training saw", file=sys.stderr)
    return inputs, origins


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
