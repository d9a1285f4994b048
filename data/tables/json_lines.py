"""Yields a raw table from JSON lines (one object a line) or a JSON list of objects.

Objects inside an object become columns with dots ("address.city"); a list of plain values becomes text, its values
joined by blanks; any other list becomes its JSON text.
"""

import json

import numpy as np

from data import text_file
from data.errors import DataError
from data.tables.raw_table import RawTable

PLAIN = (str, int, float, bool, type(None))


def read(path):
    """Returns the `RawTable` of a JSON-lines file, or of a file that is one JSON list.

    Raises:
        DataError: a line is not JSON, or not an object.
    """
    text, notes = text_file.read(path, text_file.TABLE, latin=True)
    if text.lstrip().startswith("["):
        records, places, pattern = _list(path, text)
    else:
        records, places, pattern = _lines(path, text)
    flat = []
    for record, place in zip(records, places, strict=True):
        if not isinstance(record, dict):
            raise DataError(
                f"{pattern.format(path, place)}: a JSON object ({{...}}) is needed, one per record. "
                f"Received: {json.dumps(record)[:80]}"
            )
        flat.append(dict(_flattened(record)))
    names = list(dict.fromkeys(name for record in flat for name in record))
    columns = {}
    for name in names:
        columns[name] = np.empty(len(flat), dtype=object)
        columns[name][:] = [record.get(name, "") for record in flat]
    return RawTable(path, columns, np.array(places), notes, pattern)


def _lines(path, text):
    records, places = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        remedy = f"Each line must hold one JSON object. Received: {line.strip()[:80]!r}"
        records.append(text_file.parse_json(line, path, remedy, number))
        places.append(number)
    return records, places, "{}:{}"


def _list(path, text):
    records = text_file.parse_json(text, path, "Mend the list, or write JSON lines.")
    if not records:
        raise DataError(f"{path}: the list is empty. A table needs at least a few records.")
    return records, list(range(1, len(records) + 1)), "{}:record {}"


def _flattened(record, prefix=""):
    """Pairs of a dotted name and a string, over nested objects."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _cell(value)


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if all(isinstance(item, PLAIN) for item in value):
            return " ".join(_cell(item) for item in value)
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip()
