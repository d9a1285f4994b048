"""What a user says that columns are, `--columns price=number,zip=category`."""

import re

from data.errors import DataError

KINDS = {
    "number": "a number; cells that are none count as missing",
    "decimal-point": "a number; a comma parts thousands",
    "decimal-comma": "a number; a point parts thousands",
    "date": "a date; cells that are none count as missing",
    "day-first": "a date such as 31/05/2024",
    "month-first": "a date such as 05/31/2024",
    "category": "a word of a few",
    "text": "words to be counted",
    "out": "not used",
}
"""What a column can be said to be, and what that means."""
ONE = re.compile(rf"\s*(?P<column>[^=]*?(?:=[^=,]*?)*?)\s*=\s*(?P<kind>{'|'.join(KINDS)})\s*(?:,|$)")


def read(text, table):
    """Returns column name -> one of `KINDS`.

    Args:
        text: as the user typed it, or None.
        table: the `RawTable` whose columns are meant, by name, number or "last".

    Raises:
        DataError: it is no list of `COLUMN=KIND`, there is no such column, or it is named twice.
    """
    found, place = {}, 0
    while text and place < len(text):
        one = ONE.match(text, place)
        if one is None:
            allowed = ", ".join(f"{kind} ({what})" for kind, what in KINDS.items())
            raise DataError(
                f"`--columns` must be COLUMN=KIND, and more of these after commas. Received: {text[place:]!r}. "
                f"Kinds: {allowed}."
            )
        is_unread = one["kind"] == "out" and one["column"] in table.unread
        name = one["column"] if is_unread else table.column_name(one["column"], "--columns")
        if name in found:
            raise DataError(f"`--columns` names column {name!r} twice. Received: {text}")
        found[name], place = one["kind"], one.end()
    return found


def left_out(text):
    """Returns the columns that are said to be "out", a list; `read` checks them once there is a table."""
    found, place = [], 0
    while text and (one := ONE.match(text, place)):
        found += [one["column"]] * (one["kind"] == "out")
        place = one.end()
    return found
