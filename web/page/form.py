"""What the page needs to know of a model: fields, examples, and how its answer is to be read. Without a framework."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from cli.errors import UserError
from tasks.schema import Field
from tasks.task import by_name
from training.run_directory import RunDirectory
from web.page import examples
from web.serving.signature import DEFAULT, TEXT, Signature, Tensor

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


def of_signatures(signatures: Mapping[str, Signature], name: str) -> dict:
    """The form of any SavedModel, of what its `serving_default` takes. Raises UserError where it has none."""
    if DEFAULT not in signatures:
        raise UserError(f"{name} has no signature {DEFAULT}, only {', '.join(signatures)}; call these by name")
    fields = [
        Field(tensor.name, tensor.name, _kind(tensor)) for _, tensor in sorted(signatures[DEFAULT].inputs.items())
    ]
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


def _kind(tensor: Tensor) -> str:
    """Which field an input gets: "values" is JSON, for all that is no single value of a record."""
    if tensor.shape != (None,):
        return "values"
    if tensor.dtype == TEXT:
        return "picture" if tensor.name in PICTURES or tensor.name.endswith("_bytes") else "text"
    return "number" if re.fullmatch(r"b?float\d+|u?int\d+", tensor.dtype) else "values"
