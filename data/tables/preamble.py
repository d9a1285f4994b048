"""What stands above a table in delimited text: a line "sep=;", comments, a title; and a header unlike the rows."""

import csv
import io
import os
import re
from dataclasses import dataclass, replace

from data.tables import delimiter as delimiters
from data.tables.delimiter import WHITE, is_number, usual
from data.tables.header import has_header

SEPARATOR = re.compile(rb'"?sep=(\\t|[\t -~])"?[ \t]*(\r\n?|\n|\Z)', re.IGNORECASE)
LINE = re.compile(rb"([^\r\n]*)(\r\n?|\n|\Z)")
MOST_COMMENTS = 1000
MOST_TITLES = 20  # rows
SAMPLE_ROWS = 100


@dataclass(frozen=True)
class Preamble:
    """Where a table begins.

    Attributes:
        start, line: The byte and the line, from 1, of its first row; of the row below the header where that is given.
        delimiter: One letter; " " for white space of any length.
        header: Names of the columns where they stand in a line unlike the rows: a comment, or with a cell more or less.
        notes: What is passed over.
    """

    start: int
    line: int
    delimiter: str
    header: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def read(path: str, content: bytes, header: str | None = None) -> Preamble:
    """Where the table of a text in UTF-8 begins, and its delimiter.

    Args:
        path: For notes.
        content: The text.
        header: Whether there is a header: "yes", "no", or None to look.
    """
    start, line, separator = 0, 1, None
    if found := SEPARATOR.match(content):
        start, line, separator = found.end(), 2, found[1].decode().replace("\\t", "\t")
    comments = _comments(content, start, line)
    below = comments[-1][1:] if comments else (start, line)
    if comments and (found := SEPARATOR.match(content, below[0])):
        separator, below = found[1].decode().replace("\\t", "\t"), (found.end(), below[1] + 1)
    text = delimiters.sample(content, below[0])
    top = Preamble(start, line, separator or (delimiters.sniff(text) if text.strip() else delimiters.DELIMITERS[0]))
    rows = _rows(text, top.delimiter, whole=below[0] + len(text.encode()) >= len(content))
    width = usual([len(row) for _, row in rows]) if rows else 1
    cells = [[row for _, row in _rows(text.lstrip(text[0]), top.delimiter)] for text, _, _ in comments]
    alike = [bool(row) and len(row[0]) == width for row in cells]
    name = os.path.basename(path)
    is_header = len(comments) == 1 and alike[0] and top.delimiter != WHITE  # its first name begins so
    if comments and width > 1 and not any(alike[:-1]) and not is_header:  # else rows whose first cell begins so
        what = f"{len(comments)} line(s) above the table that begin with {comments[0][0][0]} are passed over"
        top = replace(top, start=below[0], line=below[1], notes=(f"{name}: {what}.",))
        if alike[-1] and header != "no":
            note = f"{name}: {what}, and the last of them names the columns."
            return replace(top, header=tuple(cells[-1][0]), notes=(note,))
    elif comments:
        text = delimiters.sample(content, start)
        rows = _rows(text, top.delimiter, whole=start + len(text.encode()) >= len(content))
    above = titles(rows, width, header)
    if above:
        top = _moved(top, content, rows[above][0] - 1)
        top = replace(top, notes=(*top.notes, passed_over(name, top.line, rows)))
        rows = [(line - rows[above][0] + 1, row) for line, row in rows[above:]]
    return top if header == "no" else _unlike(top, content, rows)


def _comments(content, start, line):
    """The lines at the top that begin with # or %: the text, and the byte and the number of the line below each."""
    comments, mark = [], content[start : start + 1]
    while mark in (b"#", b"%") and content.startswith(mark, start) and len(comments) < MOST_COMMENTS:
        found = LINE.match(content, start)
        start, line = found.end(), line + 1
        comments.append((found[1].decode(), start, line))
    return comments if start < len(content) and len(comments) < MOST_COMMENTS else []


def _rows(text, delimiter, whole=True):
    """The first rows of a text: the line, from 1, at which each begins, and its cells.

    Where the text is not the whole of it, its last row may not be, and is left out.
    """
    if delimiter == WHITE:
        text, delimiter = delimiters.tabbed(text.encode()).decode(), "\t"
    reader, rows, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [], 1
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                rows.append((line, [cell.strip() for cell in row]))
            line = reader.line_num + 1
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows if whole or len(rows) < 2 else rows[:-1]


def titles(rows, width, header=None):
    """How many rows stand above the header, each with less than half of its cells; 0 where there is no header below.

    Args:
        rows: The first rows: a line and its cells, stripped.
        width: How many cells most rows have.
        header: Whether the user says that there is a header: "yes" or "no".
    """
    count = 0
    while count < len(rows) - 1 and _is_title(rows[count][1], width):
        count += 1
    table = [row for _, row in rows[count:]]
    if header == "no" or not 0 < count <= MOST_TITLES or not any(any(row) for _, row in rows[:count]):
        return 0
    if not all(table[0]) or any(len(row) != width for row in table):
        return 0
    return count if header == "yes" or has_header(table) else 0


def _is_title(row, width):
    short = len(row) == 1 < width or 2 * sum(map(bool, row)) < width
    return short and not any(end in cell for cell in row for end in "\r\n")


def passed_over(name, line, rows):
    """A note that what stands above a line is a title."""
    shown = next(cell for _, row in rows for cell in row if cell)[:40]
    return f"{name}: what stands above line {line} ({shown!r} ...) is no part of the table and passed over."


def _unlike(top, content, rows):
    """The same, with the header where it has a cell more or less than all rows below: with names of rows in front, as
    R's write.table has it, or where a delimiter ends the header or the rows."""
    if len(rows) < 2:
        return top
    first, below = rows[0][1], [row for _, row in rows[1:]]
    widths = {len(row) for row in below}
    if len(widths) > 1 or any(is_number(cell) for cell in first):
        return top
    (width,) = widths
    moved = _moved(top, content, rows[1][0] - 1)
    if len(first) == width + 1 and not first[-1]:
        first = first[:-1]
    elif not 1 < len(first) == width - 1:
        return top
    elif any(row[-1] for row in below):  # else a delimiter ends each row
        names = [row[0] for row in below]
        quoted = content.startswith(b'"', top.start) and content.startswith(b'"', moved.start)
        if len(names) < 2 or len(set(names)) < len(names) or not (quoted or top.delimiter in (WHITE, "\t")):
            return top  # perhaps decimal commas in each row
    return replace(moved, header=tuple(first))


def _moved(top, content, lines):
    """The same, some lines lower."""
    start = top.start
    for _ in range(lines):
        start = LINE.match(content, start).end()
    return replace(top, start=start, line=top.line + lines)
