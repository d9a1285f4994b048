"""The guard: an export is loaded by strangers' tools and must compute what the model computes, or it is refused."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from export import examples, fresh_process, saved_model_cli
from export.errors import ExportError
from export.processes import run_apart
from export.saved_model import field_names

UNCHECKED = "unchecked-"  # before the name of an export that has not passed yet
SHOWN = 3  # offending records that a message names


@dataclass(frozen=True)
class Answer:
    """What a tool gave for some of the records: its name, the words for messages, the records' rows, the outputs."""

    tool: str
    what: str
    rows: list[int]
    outputs: dict[str, np.ndarray]


def check_saved_model(path, model, prepare, decode, inputs, tolerance: float = 1e-6) -> dict[str, float]:
    """Run a SavedModel through its Python signature and through `saved_model_cli run`, each in a fresh process.

    Args:
        path: The SavedModel.
        model: The `keras.Model` that it must equal, computing in float32.
        prepare: The preparing function, applied as in training: `finish(fixed(inputs))`.
        decode: The decoding; its NumPy `reference` is the standard.
        inputs: Raw records, as `examples.take` gives them.
        tolerance: Largest relative difference `max |a - b| / max |b|` of an output tensor.

    Returns:
        Loader to largest relative difference.

    Raises:
        ExportError: A larger difference, another label, or a loader that fails; with figure and records.
    """
    path = Path(path).resolve()
    export = path.name.removeprefix(UNCHECKED)
    prepared = prepare_as_in_training(prepare, inputs)
    everyone = list(range(len(prepared)))
    names = field_names(list(prepare.signature()))
    fields = {name: inputs[field] for field, name in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        examples.write(fields, folder / "records.json")
        kept, command = saved_model_cli.command(path, fields, folder)
        tools = {"Python": _fresh("saved_model", path, "records.json"), "saved_model_cli": command}
        printed = run_apart(tools, export, folder)
        everything, first = _outputs(folder)
        by_cli = saved_model_cli.outputs(folder, printed["saved_model_cli"])
    answers = [
        Answer("Python", f"{export} loaded in Python", everyone, everything),
        Answer("Python", f"{export} loaded in Python, one record at a time", [0], first),
        Answer("saved_model_cli", f"{export} run by saved_model_cli", kept, by_cli),
    ]
    return judge(answers, model, prepared, decode.reference, tolerance)


def check_core(kind: str, path, model, prepare, decode, inputs, tolerance: float = 1e-5) -> dict[str, float]:
    """Run a LiteRT or ONNX file (`kind` "litert" or "onnx") on prepared records in a fresh process.

    Arguments, result and errors are those of `check_saved_model`; the output compared is `decode.numeric`'s.
    """
    path = Path(path).resolve()
    export = path.name.removeprefix(UNCHECKED)
    prepared = prepare_as_in_training(prepare, inputs)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        np.save(folder / "prepared.npy", prepared)
        run_apart({kind: _fresh(kind, path, "prepared.npy")}, export, folder)
        everything, first = _outputs(folder)
    answers = [
        Answer(kind, export, list(range(len(prepared))), everything),
        Answer(kind, f"{export}, one record at a time", [0], first),
    ]

    def core(output):
        return {"core": decode.reference(output)[decode.numeric_output]}

    return judge(answers, model, prepared, core, tolerance)


def prepare_as_in_training(prepare, inputs) -> np.ndarray:
    """Model input float32 (N, ...) by training's own path, not by the one that the export carries."""
    return np.asarray(prepare.finish(prepare.fixed(inputs)), dtype="float32")


def judge(answers: list[Answer], model, prepared: np.ndarray, decode, tolerance: float) -> dict[str, float]:
    """Largest relative difference by tool, between answers and `decode(model(prepared))`.

    The model is run eagerly and, only if an answer differs from that, compiled as `model.predict` does: compiling
    fuses operations, and in ResNet-50 that alone changes a probability by 2e-6 (both are 2e-6 from float64). Both are
    what the model computes, and the answers must equal one of them. All on the CPU: a GPU may round products to TF32.

    Raises:
        ExportError: An answer equals neither.
    """
    import tensorflow as tf

    def eagerly(batch):
        return model(batch, training=False)

    def differences(way):
        found: dict[str, float] = {}
        for answer in answers:
            with tf.device("/CPU:0"):
                expected = decode(np.asarray(way(tf.constant(prepared[answer.rows]))))
            difference = compare(expected, answer.outputs, tolerance, answer.what)
            found[answer.tool] = max(difference, found.get(answer.tool, 0.0))
        return found

    try:
        return differences(eagerly)
    except ExportError as refusal:
        try:
            any_batch = tf.TensorSpec((None, *prepared.shape[1:]), tf.float32)
            return differences(tf.function(eagerly, input_signature=[any_batch]))
        except ExportError:
            raise refusal from None


def compare(expected: dict, received: dict, tolerance: float, what: str) -> float:
    """Largest relative difference over the outputs. Raises ExportError above `tolerance` or on other text.

    An expected text of None may be anything.
    """
    if set(expected) != set(received):
        raise ExportError(f"{what}: has outputs {sorted(received)}, expected {sorted(expected)}")
    largest = 0.0
    for name, wanted in sorted(expected.items(), key=lambda item: item[1].dtype == object):  # the figure before text
        got = received[name]
        if got.shape != wanted.shape:
            raise ExportError(f"{what}: output `{name}` has shape {got.shape}, expected {wanted.shape}")
        if wanted.dtype == object:
            text = np.array([value.decode("utf-8") for value in got.ravel()], dtype=object).reshape(got.shape)
            wrong = np.not_equal(wanted, None) & (wanted != text)
            if wrong.any():
                raise ExportError(f"{what}: refused, output `{name}` differs {_records(wrong, wanted, text)}")
            continue
        error = np.abs(got.astype("float64") - wanted) / max(np.abs(wanted).max(), np.finfo("float32").tiny)
        wrong = ~(error <= tolerance)  # so that NaN is wrong
        if wrong.any():
            raise ExportError(
                f"{what}: refused, output `{name}` differs from the model by {error.max():.1e} (relative; allowed: "
                f"{tolerance:.0e}) {_records(wrong, wanted, got)}"
            )
        largest = max(largest, float(error.max()))
    return largest


def _records(wrong, wanted, got) -> str:
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))
    shown = "; ".join(f"record {row} gives {got[row]}, the model {wanted[row]}" for row in rows[:SHOWN])
    return f"in {len(rows)} of {len(wrong)} example records: {shown}"


def _fresh(kind: str, path: Path, inputs: str) -> list[str]:
    return [sys.executable, "-I", fresh_process.__file__, kind, str(path), inputs, "outputs.npz"]


def _outputs(folder: Path) -> tuple[dict, dict]:
    """What fresh_process.py wrote: outputs of all records, and of the first alone."""
    with np.load(folder / "outputs.npz", allow_pickle=False) as file:
        named = {name: file[name] for name in file.files}
    first = {name.removeprefix("first:"): value for name, value in named.items() if name.startswith("first:")}
    return {name: value for name, value in named.items() if not name.startswith("first:")}, first
