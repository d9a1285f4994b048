"""A few raw records kept beside a run, so that its exports can be checked without its data."""

import base64
import json
from pathlib import Path

import numpy as np

from data.evenly import evenly
from export.errors import ExportError

ROWS = 32
MOST_BYTES = 2_000_000  # of raw images; large photographs give fewer rows


def take(inputs: dict[str, np.ndarray], rows: int = ROWS) -> dict[str, np.ndarray]:
    """Raw records spread evenly over a split, in the form in which an export receives them.

    Args:
        inputs: A split's raw fields. Images may be file bytes, paths or uint8 (N, height, width, channels).
        rows: How many to take, at most.

    Returns:
        Field to array (n,): float32 or float64 for numbers, else objects: bytes for images, str for text.
    """
    count = len(next(iter(inputs.values())))
    chosen = evenly(count, rows)
    taken = {}
    for name, values in inputs.items():
        if values.ndim == 1 and values.dtype != object and values.dtype.kind not in "US":
            taken[name] = values[chosen].astype("float64" if values.dtype == "float64" else "float32")
            continue
        taken[name] = np.empty(len(chosen), dtype=object)
        for row, value in enumerate(values[chosen]):
            taken[name][row] = _file_bytes(value) if name == "image" else str(value)
    if "image" in taken:
        sizes = np.cumsum([len(image) for image in taken["image"]])
        taken["image"] = taken["image"][: max(1, int((sizes <= MOST_BYTES).sum()))]
    return taken


def write(inputs: dict[str, np.ndarray], path: str | Path) -> None:
    """Write records (from `take`) as JSON; bytes in base64, a missing number as null."""
    Path(path).write_text(json.dumps(as_json(inputs), ensure_ascii=False), encoding="utf-8")


def as_json(inputs: dict[str, np.ndarray]) -> dict:
    """Records as they are written; what is no column of records, scalars and arrays of more axes, in its own form."""
    content = {}
    for name, values in inputs.items():
        if values.ndim == 0:
            content[name] = {"type": "scalar", "values": values.item(), "dtype": values.dtype.name}
        elif values.ndim > 1:
            content[name] = {"type": "array", "values": values.tolist()}
        elif values.dtype.kind == "i":
            content[name] = {"type": "whole", "values": values.tolist(), "dtype": values.dtype.name}
        elif values.dtype != object:
            content[name] = {
                "type": "number",
                "values": [None if np.isnan(v) else float(v) for v in values],
                "dtype": values.dtype.name,
            }
        elif isinstance(values[0], bytes):
            content[name] = {"type": "bytes", "values": [base64.b64encode(v).decode("ascii") for v in values]}
        else:
            content[name] = {"type": "text", "values": list(values)}
    return content


def read(path: str | Path) -> dict[str, np.ndarray]:
    """Records as `take` gave them. Raises ExportError when the file is missing or broken."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        inputs = {}
        for name, column in content.items():
            values = column["values"]
            if column["type"] == "number":
                numbers = [np.nan if v is None else v for v in values]
                inputs[name] = np.array(numbers, dtype=column.get("dtype", "float32"))
            else:
                inputs[name] = np.empty(len(values), dtype=object)
                inputs[name][:] = [base64.b64decode(v) for v in values] if column["type"] == "bytes" else values
    except FileNotFoundError:
        raise ExportError(f"{path}: missing; without example records no export can be checked. Train again.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(f"{path}: not a file of example records ({error}). Train the run again.") from None
    if not inputs or not len(next(iter(inputs.values()))):
        raise ExportError(f"{path}: holds no records. Train the run again.")
    return inputs


def _file_bytes(image) -> bytes:
    """An image as the bytes of a file: pixels become a PNG, which loses nothing."""
    if isinstance(image, bytes):
        return image
    if isinstance(image, str):
        return Path(image).read_bytes()
    import tensorflow as tf

    return tf.io.encode_png(image).numpy()
