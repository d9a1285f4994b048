"""The moments of the rows of a table, by which it is split: a column of numbers or of dates."""

import numpy as np

from data.errors import DataError
from data.tables import column_decision, date_form, number_form
from data.tables.distinct_cells import DistinctCells
from data.tables.number_form import Unclear


def read(table, name, writing, asked):
    """float64 (N,): larger is later.

    Args:
        table: the `RawTable`.
        name: of the column.
        writing: the `Writing` of the table.
        asked: what the user says that the column is, see `column_requests`, or "".

    Raises:
        DataError: a cell is neither a number nor a date, or the dates can be read in two ways.
    """
    cells = table.columns[name]
    if cells.dtype != object:
        values = cells.astype(np.float64)
        bad = np.isnan(values)
    else:
        column = DistinctCells.of(cells)
        found = number_form.plain(column.words)
        if np.isnan(found).any() or asked in date_form.ASKED:
            try:
                form = date_form.decide(column.words, writing.dates, date_form.ASKED.get(asked, ""))
            except Unclear as unclear:
                raise column_decision.refusal(name, column, table, unclear) from None
            dated = date_form.days(column.words, form)
            found = found if np.isnan(dated).all() else dated
        values, bad = found[column.codes], np.isnan(found)[column.codes]
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{table.place(row)}: --time column {name!r} must hold a moment in every row. "
            f"Allowed: a number, or a date such as 2024-05-31 or 2024-05-31T14:00. Received: {cells[row]!r}."
        )
    return values
