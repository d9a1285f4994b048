"""A value of a typed source as the text of a cell."""

import datetime
import json

PLAIN = (str, int, float, bool, type(None))


def cell_text(value) -> str:
    """The text of a value: "" for None, "true", whole numbers in all digits, dates as ISO 8601 has them.

    A list of plain values is joined by blanks; any other list, and what is not known, becomes its JSON text.
    """
    kind = type(value)
    if kind is str:
        return value.strip()
    if kind is float or kind is int:
        return str(value)
    if value is None:
        return ""
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value.total_seconds())
    if isinstance(value, list | tuple):
        if all(isinstance(item, PLAIN) for item in value):
            return " ".join(map(cell_text, value))
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return str(value).strip()
