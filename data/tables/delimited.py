"""Yields a raw table from delimited text (CSV, TSV): the delimiter and the header are read off the text.

Arrow reads what all parsers read alike, fast and into little memory. Where quotes stand inside of cells or rows differ
in length, the standard library's parser goes through the text: it tells on which line a row stands, and refuses a
quote that is not closed. Pandas does neither, and fills short rows up in silence.
"""

import os

from data import text_file
from data.errors import DataError
from data.tables import delimiter as delimiters
from data.tables import header as headers
from data.tables import plain_rows, preamble, quoted_rows
from data.tables.cells import Cells, compact
from data.tables.raw_table import RawTable


def read(path, header=None, wanted=()):
    """Returns the `RawTable` of a CSV or TSV file.

    Args:
        path: of the file.
        header: whether its first row names the columns: "yes", "no", or None to look.
        wanted: names of columns that it should have; a first row that holds them is a header.

    Raises:
        DataError: a ragged row, an unclosed quote, equal column names, or no rows.
    """
    content, notes = text_file.utf8(path, text_file.TABLE, latin=True)
    top = preamble.read(path, content, header)
    name = os.path.basename(path)
    notes += top.notes
    delimiter = top.delimiter
    if delimiter == delimiters.WHITE:
        content, delimiter = content[: top.start] + delimiters.tabbed(content[top.start :]), "\t"
        notes += (f"{name}: white space separates its cells.",)
    columns, places, said = plain_rows.read(content, top.start, top.line, delimiter) or quoted_rows.read(
        path, content, top.start, top.line, delimiter
    )
    del content
    if not columns:
        raise DataError(f"{path}: the file is empty. Give {text_file.TABLE}.")
    notes += said
    if top.header is not None:
        names, columns, said = _under(path, top, columns)
        notes += said
    else:
        rows = list(zip(*(column.slice(0, headers.SAMPLE_ROWS + 1).to_pylist() for column in columns), strict=True))
        if headers.names_columns(rows, header, wanted):
            names = headers.names_of(path, places[0], rows[0])
            columns, places = [column.slice(1) for column in columns], places[1:]
        else:
            names = [str(position) for position in range(1, len(columns) + 1)]
            notes += (f"{name} has no header line: its columns are called 1 to {len(columns)}.",)
    if not len(places):
        raise DataError(f"{path}: only a header line, no rows. Give a table with rows.")
    return RawTable(path, Cells(dict(zip(names, map(compact, columns), strict=True))), places, notes)


def _under(path, top, columns):
    """Names of columns from a header unlike the rows, the columns that it names, and notes."""
    import pyarrow.compute

    header, line = top.header, top.line - 1
    if len(header) == len(columns) - 1:
        last = pyarrow.compute.max(pyarrow.compute.binary_length(columns[-1])).as_py()
        if last == 0:  # a delimiter ends each row
            return headers.names_of(path, line, header), columns[:-1], ()
        what = "its header has a name less than its rows have cells, so the first column holds names of rows"
        return headers.names_of(path, line, ("", *header)), columns, (f"{os.path.basename(path)}: {what}.",)
    if len(header) != len(columns):
        raise DataError(
            f"{path}:{top.line}: this row has {len(columns)} cells, the header has {len(header)}. Mend the header."
        )
    return headers.names_of(path, line, header), columns, ()
