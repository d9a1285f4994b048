"""Rows of delimited text whose quotes stand in odd places, or that differ in length: read or refused, line by line."""

import csv
import gc
import io
import os
import re
from functools import cache, partial

import numpy as np

from data.errors import DataError
from data.tables import quoting
from data.tables.cells import AT_ONCE, Growing

LONGEST_CELL = 16 * 1024**2  # characters; Python's own limit of 131,072 is too low for documents


def read(path: str, content: bytes, start: int, line: int, delimiter: str):
    """Columns of strings, the line of each row, and notes.

    Args:
        path: Of the file, for messages.
        content: The text, in UTF-8.
        start, line: Where the table begins: the byte, and its line from 1.
        delimiter: One letter.

    Raises:
        DataError: A ragged row, or a quote that is not closed.
    """
    try:
        return *_parsed(path, content, start, line, delimiter, skipinitialspace=True), ()
    except _Refused as refused:
        first = refused
    for change, options, note in DIALECTS if content.find(b'"', start) >= 0 else ():
        changed, begin = change(content, start, delimiter)
        try:
            columns, places = _parsed(path, changed, begin, line, delimiter, **options)
        except _Refused:
            continue
        if options.get("quoting") == csv.QUOTE_NONE and not _are_letters(columns, first, delimiter):
            break
        note = note.format(name=os.path.basename(path), line=first.line)
        return columns, places, (note,) if note else ()
    raise first


class _Refused(DataError):
    """A row that cannot be read: `line` is where it starts."""

    def __init__(self, path, line, why):
        super().__init__(f"{path}:{line}: {why}")
        self.line = line


def _parsed(path, content, start, line, delimiter, **dialect):
    """Columns of strings, and the line on which each row starts; blank lines are skipped, `""` alone in a table of one
    column is an empty cell."""
    csv.field_size_limit(LONGEST_CELL)
    file = io.BytesIO(content)
    file.seek(start)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True, **dialect)
    table, rows, lines, width, here = Growing(), [], [], 0, line
    empty = cache(partial(_empty_cells, content, start))
    collecting = gc.isenabled()
    gc.disable()  # many new lists, none of them garbage: collecting in between doubles the time
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip() or (width == 1 and reader.line_num in empty())):
                width = width or len(row)
                if len(row) != width:
                    title = " If what stands above it is a title, remove that." if len(lines) == 1 < len(row) else ""
                    what = f"this row has {len(row)} cells, the first row has {width} (delimiter {delimiter!r})"
                    remedy = f"Quote a cell that holds the delimiter, or mend the row.{title}"
                    raise _Refused(path, here, f"{what}. {remedy}")
                rows.append(row)
                lines.append(here)
                if len(rows) * width >= AT_ONCE:
                    _add(table, rows)
                    rows = []
            here = reader.line_num + line
    except csv.Error as error:
        why = f"the row that starts here cannot be read ({error}). {_remedy(path)}"
        raise _Refused(path, here, why) from error
    finally:
        if collecting:
            gc.enable()
    _add(table, rows)
    columns = list(table.strings().values())
    if (row := quoting.swallowing(columns, delimiter)) is not None:
        raise _Refused(path, lines[row], f"a quote around whole rows. {_remedy(path)}")
    return columns, np.array(lines)


def _empty_cells(content, start):
    """The lines, from 1, that are `""` alone: the parser gives the same for them as for a line of blanks."""
    return {number for number, row in enumerate(content[start:].splitlines(), 1) if row.strip() == b'""'}


def _remedy(path):
    return (
        'Look for a quote (") that is not closed, or not doubled inside a quoted cell. If no cell needs its quotes, '
        f"remove them all, for example: tr -d '\"' < {os.path.basename(path)} > new"
    )


def _add(table, rows):
    columns = enumerate(zip(*rows, strict=True))
    table.add({position: [cell.strip() for cell in cells] for position, cells in columns}, len(rows))


def _same(content, start, delimiter):
    return content, start


def _without_blanks(content, start, delimiter):
    """The text without blanks between a closing quote and the delimiter."""
    return re.sub(rb'"[ \t]+(?=%b|\r|\n|\Z)' % re.escape(delimiter.encode()), b'"', content[start:]), 0


def _doubled(content, start, delimiter):
    """The text with quotes doubled that have a backslash before them, and without that of a backslash."""
    return re.sub(rb'\\(["\\])', lambda found: b'""' if found[1] == b'"' else b"\\", content[start:]), 0


def _are_letters(columns, refused, delimiter):
    """Whether quotes can be letters: tabs separate cells, none is around a whole cell, and one is not closed."""
    import pyarrow.compute as compute

    whole = (compute.any(compute.match_substring_regex(column, '^".*"$')).as_py() for column in columns)
    if delimiter != "\t" or any(whole):
        return False
    counts = sum(compute.count_substring(column, '"').to_numpy() for column in columns)
    return isinstance(refused.__cause__, csv.Error) or bool((counts % 2).any())


DIALECTS = (
    (_without_blanks, {"skipinitialspace": True}, ""),
    (_same, {}, ""),
    (_doubled, {"skipinitialspace": True}, '{name}: \\" in its cells is read as a quote (first at line {line}).'),
    (
        _same,
        {"quoting": csv.QUOTE_NONE},
        "{name}: quotes are read as letters, since not all are closed (first at line {line}).",
    ),
)
"""What a text is made into, how it is then read, and what is said about it: tried in this order."""
