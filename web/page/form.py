"""What the page needs to know of a model: fields, examples, and how its answer is to be read. Without a framework."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tasks.schema import Field
from tasks.task import by_name
from training.run_directory import RunDirectory
from web.page import examples

NUMBERS = ("DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16")
WHOLE = ("DT_INT8", "DT_INT16", "DT_INT32", "DT_INT64", "DT_UINT8", "DT_UINT16", "DT_UINT32", "DT_UINT64")
PICTURES = ("image", "images", "picture")
"""Names of inputs of strings that hold files of pictures; so do those that end in _bytes."""


def of_run(directory: RunDirectory) -> dict | None:
    """The form of a finished run; None where its task does not say what it takes.

    Raises UserError where what the form is read off is missing or damaged.
    """
    directory.verify("config.json", "preparing.json", "examples.json")
    settings, preparing = directory.read_json("config.json"), directory.read_json("preparing.json")
    task = by_name(settings["app"])
    if task.schema is None:
        return None
    schema = task.schema(preparing)
    return {
        "task": task.name,
        "data": told(settings.get("data", {}).get("data", "")),
        "fields": [asdict(one) for one in schema.fields],
        "answer": asdict(schema.answer),
        "examples": examples.of_run(directory, schema.fields),
    }


def of_signature(signature: Mapping) -> dict:
    """The form of any SavedModel.

    Args:
        signature: `serving_default` as TensorFlow Serving's metadata has it: `inputs` by name, each with `dtype` and
            `tensor_shape`, whose first axis is that of the records.
    """
    fields = [Field(name, name, _kind(name, one)) for name, one in sorted(signature["inputs"].items())]
    return {
        "task": "",
        "data": "",
        "fields": [asdict(one) for one in fields],
        "answer": {"kind": "values"},
        "examples": [],
    }


def told(data: str | list[str]) -> str:
    """The data of a run by the names of its files, without their folders."""
    return ", ".join(Path(one).name or one for one in ([data] if isinstance(data, str) else data))


def _kind(name: str, one: Mapping) -> str:
    """Which field an input gets: "values" is JSON, for all that is no single value of a record."""
    shape = one["tensor_shape"]
    if shape.get("unknown_rank") or len(shape.get("dim", ())) != 1:
        return "values"
    if one["dtype"] == "DT_STRING":
        return "picture" if name in PICTURES or name.endswith("_bytes") else "text"
    if one["dtype"] in (*NUMBERS, *WHOLE):
        return "number"
    return "values"
