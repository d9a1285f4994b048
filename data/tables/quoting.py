"""Where the quotes and the line ends of delimited text are, and whether quotes hold what they should."""

import re

import numpy as np

PIECE = 16 * 1024**2
QUOTE, NEWLINE, RETURN = 34, 10, 13


def places(data: np.ndarray, *wanted: int) -> np.ndarray:
    """int64 (K,): where some bytes are.

    Args:
        data: uint8 (N,).
        wanted: The bytes.
    """
    found = []
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        hit = piece == wanted[0]
        for other in wanted[1:]:
            hit |= piece == other
        found.append(np.flatnonzero(hit) + start)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def well_formed(data: np.ndarray, quotes: np.ndarray, delimiter: str) -> bool:
    """Whether every quote opens or closes a whole cell, or is one of two inside of it, as RFC 4180 has it.

    Then every parser reads the same. Where it is not so, they differ.

    Args:
        data: uint8 (N,), the text.
        quotes: The places of its quotes.
        delimiter: One letter.
    """
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    borders = np.array([ord(delimiter), NEWLINE, RETURN], np.uint8)
    doubled = opening[1:] == closing[:-1] + 1
    opens = np.isin(data[np.maximum(opening - 1, 0)], borders) | (opening == 0)
    closes = np.isin(data[np.minimum(closing + 1, len(data) - 1)], borders) | (closing == len(data) - 1)
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())


def line_ends(data: np.ndarray) -> np.ndarray:
    """int64 (K,): the last byte of every line end: \\n, \\r\\n, or \\r alone."""
    ends = places(data, NEWLINE, RETURN)
    if not len(ends):
        return ends
    following = data[np.minimum(ends + 1, len(data) - 1)]
    first_half = (data[ends] == RETURN) & (following == NEWLINE) & (ends + 1 < len(data))
    return ends[~first_half]


def swallowing(columns, delimiter: str) -> int | None:
    """The first row in which a quoted cell holds whole rows: its quote was not closed, but met the next. Else None.

    Every line of such a row has as many cells as a row. Texts with commas may look so by chance, but not with three
    lines and two commas in each.

    Args:
        columns: Arrow's arrays of strings, the cells of the table.
        delimiter: One letter.
    """
    from pyarrow import compute

    least_lines, least_width = (2, 2) if delimiter == "\t" else (3, 3)
    if len(columns) < least_width:
        return None
    found = [np.asarray(compute.match_substring_regex(column, "[\r\n]")) for column in columns]
    rows = np.flatnonzero(np.any(found, axis=0))
    for row, cells in zip(rows, zip(*(column.take(rows).to_pylist() for column in columns), strict=True), strict=True):
        lines = re.split(r"\r\n?|\n", delimiter.join(cells))
        if len(lines) >= least_lines and all(line.count(delimiter) == len(columns) - 1 for line in lines):
            return int(row)
    return None
