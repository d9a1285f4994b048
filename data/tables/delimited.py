"""Yields a raw table from delimited text (CSV, TSV): the delimiter and the header are read off the text.

The standard library's parser, not pandas: pandas fills short rows up in silence and cannot say on which line a
row stands once a quoted cell holds a line break. It is slower (about 0.1 against 0.35 million rows of strings a
second, 11 columns), which a table that fits in memory bears.
"""

import csv
import gc
import io
import os

import numpy as np

from data import text_file
from data.errors import DataError, listing
from data.tables.raw_table import MISSING, RawTable

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 100
LONGEST_CELL = 16 * 1024**2  # characters; Python's own limit of 131,072 is too low for documents


def read(path):
    """Returns the `RawTable` of a CSV or TSV file.

    Raises:
        DataError: a ragged row, an unclosed quote, equal column names, or no rows.
    """
    text, notes = text_file.read(path, text_file.TABLE, latin=True)
    delimiter = sniff(text)
    rows, lines = parse(path, text, delimiter)
    width = len(rows[0])
    if has_header(rows):
        names = [cell.strip() for cell in rows[0]]
        refuse_equal_names(path, names)
        names = [name or f"column {position}" for position, name in enumerate(names, 1)]
        rows, lines = rows[1:], lines[1:]
        if not rows:
            raise DataError(f"{path}: only a header line, no rows. Give a table with rows.")
    else:
        names = [str(position) for position in range(1, width + 1)]
        notes += (f"{os.path.basename(path)} has no header line: its columns are called 1 to {width}.",)
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        columns[name] = np.empty(len(rows), dtype=object)
        columns[name][:] = [cell.strip() for cell in cells]
    return RawTable(path, columns, np.array(lines), notes)


def sniff(text):
    """Returns the delimiter: the one that cuts the first rows into the most cells, equally many in each."""
    sample = text[: 64 * 1024]
    complete = sample if len(sample) == len(text) else sample[: sample.rfind("\n")]
    best, best_score = DELIMITERS[0], (0.0, False, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(complete, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows[:SAMPLE_ROWS]]
        common = max(set(widths), key=widths.count)
        share = round(widths.count(common) / len(widths), 1)  # one bad row must not change the delimiter
        # Decimal commas cut all rows alike, but not the header.
        score = (share, widths[0] == common, common)
        if common > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def parse(path, text, delimiter):
    """Returns the rows and the line on which each starts; blank lines are skipped."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    start = 1
    collecting = gc.isenabled()
    gc.disable()  # millions of new lists, none of them garbage: collecting in between doubles the time
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                if rows and len(row) != len(rows[0]):
                    raise DataError(
                        f"{path}:{start}: this row has {len(row)} cells, the first row has {len(rows[0])} "
                        f"(delimiter {delimiter!r}). Quote a cell that holds the delimiter, or mend the row."
                    )
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path}:{start}: the row that starts here cannot be read ({error}). "
            f'Look for a quote (") that is not closed, or not doubled inside a quoted cell.'
        ) from error
    finally:
        if collecting:
            gc.enable()
    return rows, lines


def has_header(rows):
    """Says whether the first row names the columns.

    It does if it has a word above a column of numbers. Otherwise none of its cells may be a number (unless they
    count the columns: 0, 1, 2, ...), and none may be found again in its own column.
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1 : SAMPLE_ROWS + 1]
    if not rest:
        return not any(is_number(cell) for cell in first)
    for position, name in enumerate(first):
        below = [row[position].strip() for row in rest if row[position].strip().lower() not in MISSING]
        if name.lower() not in MISSING and not is_number(name) and below and all(is_number(cell) for cell in below):
            return True
    counted = [cell for cell in first if is_number(cell)]
    start = counted[0] if counted else ""
    counts_columns = len(counted) > 2 and start in {"0", "1"}
    counts_columns = counts_columns and counted == [str(int(start) + step) for step in range(len(counted))]
    again = any(name in {row[position].strip() for row in rest} for position, name in enumerate(first))
    return not again and (not counted or counts_columns)


def is_number(cell):
    """Says whether a cell is a number, also with a decimal comma."""
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return False
    return cell.strip().lower().lstrip("+-") not in {"nan", "inf", "infinity"}


def refuse_equal_names(path, names):
    """Raises a DataError if two columns have the same name."""
    equal = sorted({name for name in names if name and names.count(name) > 1})
    if equal:
        raise DataError(f"{path}:1: more than one column is called {listing(equal)}. Rename them in the header line.")
