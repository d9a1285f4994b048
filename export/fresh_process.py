"""Run one export as a stranger would: `python -I fresh_process.py KIND EXPORT INPUTS OUTPUTS PACKAGE ...`.

A script of its own: nothing of the suite, whose packages are named, can be imported, even where it is installed. KIND
is saved_model, litert or onnx; INPUTS is a JSON file of the inputs of each signature (saved_model) or an .npy file of
prepared input; OUTPUTS is an .npz file with each output for all records at once, and as `first:NAME` for the first
record alone. Of a SavedModel the names are SIGNATURE/NAME.
"""

import base64
import importlib
import json
import sys

import numpy as np


def forbid(packages: list[str]) -> None:
    """Make every import of these packages fail, and see it fail."""
    for name in packages:
        sys.modules[name] = None
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        raise SystemExit(f"the suite's package {name} can be imported, so this process proves nothing")


def run_saved_model(path: str, inputs_path: str) -> list[dict]:
    """Outputs of every signature for all records, and for the first alone."""
    import tensorflow as tf

    with open(inputs_path, encoding="utf-8") as file:
        content = json.load(file)
    loaded = tf.saved_model.load(path)  # kept in a name: the signature does not keep it alive

    def call(count):
        outputs = {}
        for signature, columns in content.items():
            fields = {name: tensor(column, count) for name, column in columns.items()}
            answers = loaded.signatures[signature](**fields)
            outputs |= {f"{signature}/{name}": value.numpy() for name, value in answers.items()}
        return outputs

    def tensor(column, count):
        if column["type"] == "scalar":
            return tf.constant(column["values"], column["dtype"])
        values = column["values"][:count]
        if column["type"] == "whole":
            return tf.constant(values, column["dtype"])
        if column["type"] == "array":
            return tf.constant(values, tf.float32)
        if column["type"] == "number":
            return tf.constant([np.nan if v is None else v for v in values], column.get("dtype", "float32"))
        return tf.constant([base64.b64decode(v) for v in values] if column["type"] == "bytes" else values, tf.string)

    return [call(None), call(1)]


def run_litert(path: str, inputs_path: str) -> list[dict]:
    """The only output, for all records and for the first alone: the batch size can change."""
    from ai_edge_litert.interpreter import Interpreter

    inputs = np.load(inputs_path, allow_pickle=False)
    interpreter = Interpreter(path)
    place = interpreter.get_input_details()[0]["index"]
    outputs = []
    for batch in (inputs, inputs[:1]):
        interpreter.resize_tensor_input(place, batch.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(place, batch)
        interpreter.invoke()
        outputs.append({"core": interpreter.get_tensor(interpreter.get_output_details()[0]["index"])})
    return outputs


def run_onnx(path: str, inputs_path: str) -> list[dict]:
    """The only output, for all records and for the first alone: the batch size can change."""
    import onnxruntime

    inputs = np.load(inputs_path, allow_pickle=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return [{"core": session.run(None, {name: batch})[0]} for batch in (inputs, inputs[:1])]


def plain(value: np.ndarray) -> np.ndarray:
    """Strings as fixed-width bytes, which need no pickle."""
    return value.astype("S") if value.dtype == object else value


if __name__ == "__main__":
    kind, export, inputs, outputs, *suite = sys.argv[1:]
    forbid(suite)
    runs = {"saved_model": run_saved_model, "litert": run_litert, "onnx": run_onnx}
    everything, first = runs[kind](export, inputs)
    named = {**everything, **{f"first:{name}": value for name, value in first.items()}}
    np.savez(outputs, **{name: plain(value) for name, value in named.items()})
