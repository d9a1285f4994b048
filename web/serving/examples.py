"""Classify and regress of TensorFlow Serving's REST protocol: examples of named features, scores or numbers back.

A signature made for these calls takes `tf.Example`s. That of a run's export takes its inputs from the features of
their names; classes and scores are its `probabilities`, and the number of a regression its `prediction`.
"""

import math
from collections.abc import Mapping

import numpy as np

from web.serving import json_tensor, tf_example
from web.serving.errors import malformed
from web.serving.signature import CLASSIFY, REGRESS, TEXT, Signature
from web.serving.version import Version

LARGEST = 2**63
LARGEST_FLOAT = float(np.finfo(np.float32).max)


def examples(found: Mapping) -> list[dict[str, list]]:
    """The examples of a document, each with the features of its context: name to a list of bytes, int or float.

    Raises CallError on anything else.
    """
    context = _example(found["context"]) if "context" in found else {}
    given = found.get("examples")
    if not isinstance(given, list) or not given:
        raise malformed("`examples` must be a list/array of at least one object")
    return [context | _example(one) for one in given]


def _example(given) -> dict[str, list]:
    if not isinstance(given, dict):
        raise malformed(f"Example must be JSON object. Received: {json_tensor.WORDS[type(given)]}")
    return {name: _feature(name[:100], value) for name, value in given.items()}


def _feature(name: str, value) -> list:
    """The values of a feature: all bytes, all whole, or all float. A truth value is 0 or 1."""
    values = value if isinstance(value, list) else [value]
    found, kinds = [], set()
    for one in values:
        if isinstance(one, str) or json_tensor.is_binary(one):
            one = json_tensor.as_bytes(one, name)
        elif one is None or isinstance(one, list | dict):
            word = json_tensor.WORDS[type(one)]
            raise malformed(f"feature: {name} has element with unexpected JSON type: {word}")
        elif isinstance(one, int):
            one = int(one)
            if not -LARGEST <= one < LARGEST:
                raise malformed(f"feature: {name} has {one}. Only int64 is supported")
        elif LARGEST_FLOAT < abs(one) < math.inf:
            raise malformed(f"feature: {name}: {one:g} as float32 would be a loss of precision")
        found.append(one)
        kinds.add(type(one))
        if len(kinds) > 1:
            first = {bytes: "string", int: "int64", float: "float"}[type(found[0])]
            raise malformed(f"feature: {name} expecting type: {first} in all of its values")
    return found


def columns(given: list[dict[str, list]], signature: Signature) -> dict[str, np.ndarray]:
    """Examples as the inputs of a run's export. Raises CallError where one lacks an input."""
    found = {}
    for name, tensor in signature.inputs.items():
        column = []
        for number, example in enumerate(given):
            if name not in example:
                raise malformed(f"`examples`, {number}: lacks the feature `{name}`")
            values = example[name]
            if tensor.dtype == TEXT and any(not isinstance(value, bytes) for value in values):
                raise malformed(f"`examples`, {number}: the feature `{name}` must be text")
            if tensor.dtype.startswith("float"):
                values = [float(value) if isinstance(value, int) else value for value in values]
            column.append(values[0] if len(values) == 1 and len(tensor.shape or (0,)) == 1 else values)
        found[name] = json_tensor.array(column, tensor)
    return found


async def answered(version: Version, signature: Signature, given: list[dict[str, list]], call: str) -> dict:
    """The answer to a call of "classify" or "regress". Raises CallError where the signature is not for that."""
    if signature.method in (CLASSIFY, REGRESS):
        if signature.method != {"classify": CLASSIFY, "regress": REGRESS}[call]:
            raise malformed(f"the signature `{signature.name}` is for {signature.method}, not for {call}")
        packed = np.empty(len(given), object)
        packed[:] = [tf_example.encoded(example) for example in given]
        inputs = dict.fromkeys(signature.inputs, packed)
    else:
        inputs = columns(given, signature)
    outputs = await version.call(signature, inputs)
    return {"results": scores(outputs, version.classes) if call == "classify" else numbers(outputs)}


def scores(outputs: Mapping[str, np.ndarray], classes: list[str] | None) -> list[list]:
    """For each row its classes, [label, score]. Raises CallError where the outputs are none of a classifier."""
    if "probabilities" in outputs and classes:
        found = json_tensor.shortest(outputs["probabilities"]).tolist()
        return [[list(pair) for pair in zip(classes, row, strict=True)] for row in found]
    labels, values = outputs.get("classes"), outputs.get("scores")
    if labels is None and values is None:
        raise malformed("this model gives no classes with scores; ask for predict")
    shape = (labels if values is None else values).shape
    labels = [[""] * shape[1]] * shape[0] if labels is None else json_tensor.values(labels, "classes")
    values = np.zeros(shape) if values is None else values
    found = json_tensor.shortest(values).tolist()
    return [[list(pair) for pair in zip(*row, strict=True)] for row in zip(labels, found, strict=True)]


def numbers(outputs: Mapping[str, np.ndarray]) -> list[float]:
    """A number for each row. Raises CallError where the outputs are none of a regression."""
    found = outputs.get("prediction", outputs.get("outputs"))
    if found is None or found.dtype.kind != "f" or found.size != len(found):
        raise malformed("this model gives no number for a row; ask for predict")
    return json_tensor.shortest(found.ravel()).tolist()
