"""Records that a model is tried on before it is called: those of its run, or made from its signature."""

import json
from pathlib import Path

import numpy as np

from export import examples
from export.errors import ExportError
from web.serving.batches import Arrays
from web.serving.signature import TEXT, Signature, numbers

INPUTS = "assets.extra/inputs.json"  # which field of a record each input of a run's export is


def of_run(run: Path, folder: Path, signature: Signature) -> Arrays | None:
    """The examples of a run as inputs of a signature; None where it has none that fit.

    Args:
        run: Its folder.
        folder: Its SavedModel.
    """
    try:
        records = examples.read(run / "examples.json")
    except ExportError:
        return None
    fields = {name: name for name in records}
    if (folder / INPUTS).is_file():
        listed = json.loads((folder / INPUTS).read_text("utf-8"))
        fields = {name: of["field"] for name, of in listed.items()}
    if not all(fields.get(name) in records for name in signature.inputs):
        return None
    return {name: _typed(records[fields[name]], tensor.dtype) for name, tensor in signature.inputs.items()}


def _typed(values: np.ndarray, dtype: str) -> np.ndarray:
    if dtype != TEXT:
        return values.astype(dtype)
    found = np.empty(len(values), object)
    found[:] = [value if isinstance(value, bytes) else value.encode() for value in values.tolist()]
    return found


def made(signature: Signature) -> Arrays | None:
    """One record of nothing: zeros and empty texts, with 1 for each dimension of any size.

    None where an input has a type that no record has.
    """
    found = {}
    for name, tensor in signature.inputs.items():
        shape = [axis or 1 for axis in tensor.shape or ()]
        try:
            found[name] = (
                np.full(shape, b"", object) if tensor.dtype == TEXT else np.zeros(shape, numbers(tensor.dtype))
            )
        except TypeError:
            return None
    return found


def rows(records: Arrays, count: int) -> Arrays:
    """So many rows of records, from the first on and around; what has no rows as it is."""
    return {name: values[np.arange(count) % len(values)] if values.ndim else values for name, values in records.items()}


def differences(old: Arrays, new: Arrays) -> tuple[int, float]:
    """In how many rows two answers differ, and by how much at most where they are numbers, relative to the largest.

    Numbers differ where they are more than 1e-6 apart. Outputs that only one of the two has differ in every row.
    """
    count = max((len(values) for values in (*old.values(), *new.values()) if values.ndim), default=0)
    differ, largest = np.zeros(count, bool), 0.0
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or one.shape != other.shape or one.dtype != other.dtype or not one.ndim:
            return count, float("inf")
        if one.dtype == object:
            unequal = one != other
        else:
            scale = np.abs(np.nan_to_num(one.astype(float))).max(initial=1.0)
            apart = np.abs(one.astype(float) - other.astype(float)) / scale
            apart = np.where(np.isnan(one.astype(float)) & np.isnan(other.astype(float)), 0, apart)
            largest = max(largest, float(apart.max(initial=0)))
            unequal = ~(apart <= 1e-6)
        differ |= unequal.reshape(count, -1).any(axis=1)
    return int(differ.sum()), largest
