"""The first row of a table: whether it names the columns, and the names."""

from collections.abc import Collection, Sequence

from data.errors import DataError, listing
from data.tables.delimiter import is_number
from data.tables.raw_table import MISSING

SAMPLE_ROWS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2100


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns.

    It does if it has a word above a column of numbers. Otherwise none of its cells may be a number (unless they
    count the columns: 0, 1, 2, ..., or are years), and none may be found again in its own column.

    Args:
        rows: The first rows, equally wide.
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
    return not again and (not counted or counts_columns or _are_years(first, rest))


def _are_years(first, rest):
    """Whether all numbers of a row are years, evenly spaced, above columns without any."""
    places = [position for position, cell in enumerate(first) if is_number(cell)]
    if len(places) < 2 or not all(_is_year(first[position]) for position in places):
        return False
    steps = {int(first[after]) - int(first[before]) for before, after in zip(places, places[1:], strict=False)}
    below = any(_is_year(row[place].strip()) for row in rest for place in places)
    return len(steps) == 1 and steps != {0} and not below


def _is_year(cell):
    return len(cell) == 4 and cell.isdecimal() and cell.isascii() and FIRST_YEAR <= int(cell) <= LAST_YEAR


def names_columns(rows: Sequence[Sequence[str]], header: str, wanted: Collection[str]) -> bool:
    """The same, as the user says it, or by the names that are asked for.

    Args:
        rows: The first rows.
        header: "yes", "no", or None to look.
        wanted: Names of columns that the table should have; "last" and numbers up to the width count columns.
    """
    if header:
        return header == "yes"
    first = {cell.strip() for cell in rows[0]}
    counting = {"last", *map(str, range(1, len(rows[0]) + 1))}
    wanted = set(wanted) - counting
    return bool(wanted) and wanted <= first or has_header(rows)


def names_of(path: str, line: int, cells: Sequence[str]) -> list[str]:
    """Names of columns; that of one without is its place.

    Raises:
        DataError: Two are equal.
    """
    names = [cell.strip() for cell in cells]
    names = [name or f"column {position}" for position, name in enumerate(names, 1)]
    equal = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if equal:
        what = f"more than one column is called {listing(equal)}"
        raise DataError(f"{path}:{line}: {what}. Rename them in the header line.")
    return names
