"""The example records of a run, as the page offers them: values, and pictures by their address."""

import math
from collections.abc import Sequence

from export import examples
from tasks.schema import Field
from training.run_directory import RunDirectory

SHOWN = 12
KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"RIFF": "image/webp",
}
"""First bytes of a file -> what it is. Nothing else is shown: a file of a run is as foreign as its data was."""


def of_run(directory: RunDirectory, fields: Sequence[Field]) -> list[dict]:
    """The first records: the name of a field -> its value; null where a number is missing, `{"picture": field}` for a
    picture."""
    records = examples.read(directory / "examples.json")
    columns = {one.name: records[one.label if one.label in records else one.name] for one in fields}
    count = min(SHOWN, *map(len, columns.values()))
    return [{name: _value(name, values[row]) for name, values in columns.items()} for row in range(count)]


def picture(directory: RunDirectory, row: int, field: str) -> tuple[bytes, str] | None:
    """A picture of an example and its media type; None where there is none."""
    directory.verify("examples.json")
    column = examples.read(directory / "examples.json").get(field, ())
    if row >= len(column) or not isinstance(column[row], bytes):
        return None
    kinds = (kind for start, kind in KINDS.items() if column[row].startswith(start))
    return column[row], next(kinds, "application/octet-stream")


def _value(name: str, value):
    if isinstance(value, bytes):
        return {"picture": name}
    if isinstance(value, str):
        return value
    return float(str(value)) if math.isfinite(value) else None  # the digits of a float32, not those of its double
