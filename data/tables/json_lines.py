"""Yields a raw table from JSON lines (one object a line) or a JSON list of objects.

Objects inside an object become columns with dots ("address.city"); a list of plain values becomes text, its values
joined by blanks. Any other list fits no column.
"""

import json

import numpy as np

from data import text_file
from data.errors import DataError, listing
from data.tables.cells import AT_ONCE, Cells, Growing
from data.tables.json_fields import JsonFields
from data.tables.raw_table import RawTable


def read(path, out=(), strict=False):
    """Returns the `RawTable` of a JSON-lines file, or of a file that is one JSON list.

    Args:
        path: of the file.
        out: fields such as "request.headers" that are not read, with all within them.
        strict: whether what fits no column is refused, as for a training; otherwise a list of objects becomes its JSON
            text.

    Raises:
        DataError: a line is not JSON, or not an object, has a field twice, or too many or too deep ones, or one fits no
            column.
    """
    content, notes = text_file.utf8(path, text_file.TABLE, latin=True)
    if content.lstrip()[:1] == b"[":
        records, pattern = _list(path, content), "{}:record {}"
    else:
        records, pattern = _lines(path, content), "{}:{}"
    table, fields, flat, places, count = Growing(), JsonFields(out, strict), [], [], 0
    for place, record in records:
        if not isinstance(record, dict):
            raise DataError(
                f"{pattern.format(path, place)}: a JSON object ({{...}}) is needed, one per record. "
                f"Received: {json.dumps(record)[:80]}"
            )
        cells = fields.cells(record, pattern.format(path, place))
        flat.append(dict(cells))
        if len(flat[-1]) < len(cells):
            names = [name for name, _ in cells]
            twice = next(name for name in names if names.count(name) > 1)
            raise DataError(f"{pattern.format(path, place)}: the field {twice!r} is there twice. Rename one of them.")
        places.append(place)
        count += len(cells)
        if count >= AT_ONCE:
            _add(table, flat)
            flat, count = [], 0
    _add(table, flat)
    fields.refuse()
    if fields.lists:
        notes = (*notes, f"Lists are texts, their items joined by blanks: {listing(fields.lists)}.")
    if fields.unread:
        notes = (*notes, f"Not read, as asked: {listing(fields.unread)}.")
    stored, lists, unread = Cells(table.stored()), tuple(fields.lists), tuple(fields.unread)
    return RawTable(path, stored, np.array(places), notes, pattern, lists=lists, unread=unread, optional=True)


def _add(table, flat):
    names = dict.fromkeys(name for record in flat for name in record)
    table.add({name: [record.get(name, "") for record in flat] for name in names}, len(flat))


def _lines(path, content):
    """Pairs of a line's number and what it holds, of the lines that hold something."""
    end = b"\n" if b"\n" in content else b"\r"
    number, start = 0, 0
    while start < len(content):
        stop = content.find(end, start)
        stop = len(content) if stop < 0 else stop
        number, line, start = number + 1, content[start:stop].decode(), stop + 1
        if line.strip():
            remedy = f"Each line must hold one JSON object. Received: {line.strip()[:80]!r}"
            yield number, text_file.parse_json(line, path, remedy, number, unique=True)


def _list(path, content):
    records = text_file.parse_json(content.decode(), path, "Mend the list, or write JSON lines.", unique=True)
    if not records:
        raise DataError(f"{path}: the list is empty. A table needs at least a few records.")
    return enumerate(records, 1)
