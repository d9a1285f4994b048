"""Rows of delimited text that every parser reads alike, read by Arrow."""

import numpy as np

from data.tables import quoting

WHITE = " \t\x0b\x0c\x1c\x1d\x1e\x1f"
LEAST_BLOCK = 1024**2  # bytes; Arrow wants a whole row in a block


def read(content: bytes, start: int, line: int, delimiter: str):
    """Columns of strings, the line of each row, and notes; None where a careful parser must look.

    That is where a quote stands inside of a cell or holds whole rows, rows differ in length, a line holds blanks alone,
    or there is only one column.

    Args:
        content: The text, in UTF-8.
        start, line: Where the table begins: the byte, and its line from 1.
        delimiter: One letter.
    """
    import pyarrow
    from pyarrow import csv

    data = np.frombuffer(content, np.uint8)[start:]
    quotes = quoting.places(data, quoting.QUOTE) if content.find(b'"', start) >= 0 else np.zeros(0, np.int64)
    if not quoting.well_formed(data, quotes, delimiter):
        return None
    found = _row_places(data, quotes, delimiter)
    if found is None:
        return None
    first, lines, longest, quoted_ends = found
    width = _width(content[start + first[0] : start + first[1]], delimiter)
    if width < 2:
        return None
    names = [str(position) for position in range(width)]
    try:
        table = csv.read_csv(
            pyarrow.py_buffer(content).slice(start),
            csv.ReadOptions(column_names=names, block_size=max(LEAST_BLOCK, 2 * longest), use_threads=False),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=quoted_ends),
            csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pyarrow.string())),
        )
    except pyarrow.ArrowInvalid:
        return None
    if table.num_rows != len(lines):
        return None
    if quoted_ends and quoting.swallowing(table.columns, delimiter) is not None:
        return None
    return table.columns if _is_trim(content, start, delimiter, quoted_ends) else _trimmed(table), lines + line, ()


def _row_places(data, quotes, delimiter):
    """The ends of the first row, the lines from 0 of all, the longest, and whether quotes hold line ends; or None."""
    ends = quoting.line_ends(data)
    inside = np.searchsorted(quotes, ends) % 2 == 1 if len(quotes) else np.zeros(len(ends), bool)
    lines = np.flatnonzero(~inside) + 1
    stops = ends[~inside]
    starts = np.concatenate([[0], stops + 1])
    lines = np.concatenate([[0], lines])
    stops = np.append(stops, len(data))
    if starts[-1] == len(data):
        starts, stops, lines = starts[:-1], stops[:-1], lines[:-1]
    lengths = stops - starts
    returned = (data[np.maximum(stops - 1, 0)] == quoting.RETURN) & (lengths > 0) & (stops < len(data))
    lengths -= returned & (data[np.minimum(stops, len(data) - 1)] == quoting.NEWLINE)
    kept = lengths > 0
    starts, stops, lines = starts[kept], stops[kept], lines[kept]
    if not len(starts):
        return None
    for row in np.flatnonzero(np.isin(data[starts], np.frombuffer(WHITE.encode(), np.uint8))):
        cells = data[starts[row] : stops[row]].tobytes()
        if not cells.strip() and delimiter.encode() not in cells:
            return None
    return (starts[0], stops[0]), lines, int(lengths.max()), bool(inside.any())


def _width(row, delimiter):
    """How many cells a row of well-formed text has."""
    outside = row.split(b'"')[::2]
    return sum(part.count(delimiter.encode()) for part in outside) + 1


def _is_trim(content, start, delimiter, quoted_ends):
    """Whether a text has no white space but its line ends and its delimiter."""
    if quoted_ends or not content.isascii():
        return False
    return not any(content.find(one.encode(), start) >= 0 for one in WHITE if one != delimiter)


def _trimmed(table):
    """The columns of a table, without white space around their cells."""
    import pyarrow.compute

    columns = []
    for _ in range(table.num_columns):
        columns.append(pyarrow.compute.utf8_trim_whitespace(table.column(0)))
        table = table.remove_column(0)
    return columns
