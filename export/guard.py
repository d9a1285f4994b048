"""The guard: an export is loaded by strangers' tools and must compute what the model computes, or it is refused."""

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from cli.packages import PACKAGES
from export import examples, fresh_process, saved_model_cli
from export.decoding import Probe
from export.errors import ExportError
from export.formats import FORMATS
from export.processes import run_apart
from export.saved_model import field_names

UNCHECKED = "unchecked-"  # before the name of an export that has not passed yet
MOST_NUMBERS = 16  # of one record that a message shows
SHOWN = 3  # offending records that a message names
TOOLS = {"all": "Python", "alone": "Python", "cli": "saved_model_cli"}
WORDS = {
    "all": "loaded in Python",
    "alone": "loaded in Python, one record at a time",
    "cli": "run by saved_model_cli",
}


@dataclass(frozen=True)
class Answer:
    """What a tool gave for some of the records: its name, the words for messages, the records' rows, the outputs.

    `names` are the answers that it must have given, None for all that the reference has. `probe` is set where the
    signature takes something else than records.
    """

    tool: str
    what: str
    rows: list[int]
    outputs: dict[str, np.ndarray]
    names: tuple[str, ...] | None = None
    probe: Probe | None = None


def check_saved_model(path, model, prepare, decode, inputs) -> dict[str, float]:
    """Run every signature of a SavedModel in Python and through `saved_model_cli run`, each in a fresh process.

    Args:
        path: The SavedModel.
        model: The `keras.Model` that it must equal, computing in float32.
        prepare: The preparing function, applied as in training: `finish(fixed(inputs))`.
        decode: The decoding; its NumPy `reference` is the standard.
        inputs: Raw records, as `examples.take` gives them.

    Returns:
        Loader to largest relative difference.

    Raises:
        ExportError: A larger relative difference `max |a - b| / max |b|` of an output tensor than `FORMATS` allows,
            another label, or a loader that fails; with figure and records.
    """
    path = Path(path).resolve()
    export = path.name.removeprefix(UNCHECKED)
    prepared = prepare_as_in_training(prepare, inputs)
    names = field_names(list(prepare.signature()))
    fields = {name: inputs[field] for field, name in names.items()}
    calls, given = dict.fromkeys(decode.views(), fields), dict(decode.views())
    probes = decode.probes(model, _run(model, prepared))
    for endpoint, probe in probes.items():
        calls[endpoint], given[endpoint] = {probe.name: probe.values}, probe.answers
    answers = []
    for tool, signature, rows, outputs in run_saved_model(path, calls):
        which = export if signature == "serving_default" else f"{export}, signature {signature},"
        what = f"{which} {WORDS[tool]}"
        answers.append(Answer(TOOLS[tool], what, rows, outputs, given[signature], probes.get(signature)))
    return judge(answers, model, prepared, decode.reference, FORMATS["saved_model"].tolerance, decode.magnitudes)


def run_saved_model(path, calls: dict, by_cli: tuple[str, ...] | None = None):
    """Run signatures in Python, for all records and for the first alone, and through `saved_model_cli run`.

    Args:
        path: The SavedModel.
        calls: Signature to its inputs: name to array, (N, ...) or a scalar.
        by_cli: Signatures to run by `saved_model_cli`; None is all.

    Yields:
        Way ("all", "alone" or "cli"), signature, the records' rows, outputs by name.
    """
    path = Path(path).resolve()
    export = path.name.removeprefix(UNCHECKED)
    by_cli = tuple(calls) if by_cli is None else by_cli
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        records = {signature: examples.as_json(columns) for signature, columns in calls.items()}
        (folder / "records.json").write_text(json.dumps(records), encoding="utf-8")
        kept, command = saved_model_cli.command(path, {name: calls[name] for name in by_cli}, folder)
        tools = {"Python": _fresh("saved_model", path, "records.json"), "saved_model_cli": command}
        printed = run_apart(tools, export, folder)
        everything, first = _outputs(folder)
        cli_outputs = saved_model_cli.outputs(folder, printed["saved_model_cli"])
    for signature, columns in calls.items():
        count = max(len(values) for values in columns.values() if np.ndim(values))
        yield "all", signature, list(range(count)), _of_signature(everything, signature)
        yield "alone", signature, [0], _of_signature(first, signature)
        if signature in by_cli:
            yield "cli", signature, kept[signature], cli_outputs[signature]


def check_core(kind: str, path, model, prepare, decode, inputs) -> dict[str, float]:
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
        Answer(kind, export, list(range(len(prepared))), everything, ("core",)),
        Answer(kind, f"{export}, one record at a time", [0], first, ("core",)),
    ]

    def core(output):
        return {**decode.reference(output), "core": decode.reference(output)[decode.numeric_output]}

    def magnitudes(expected):
        return {"core": decode.magnitudes(expected).get(decode.numeric_output, 0.0)}

    tolerance = max(FORMATS[kind].tolerance, decode.tolerance)
    return judge(answers, model, prepared, core, tolerance, magnitudes, decode.stray)


def prepare_as_in_training(prepare, inputs):
    """Model input, an array (N, ...) or a dict of them, by training's own path, not by the one that the export has."""
    return prepare.model_input(inputs)


def rows_of(prepared, rows):
    """Some rows of a model input, as tensors."""
    import keras
    import tensorflow as tf

    return keras.tree.map_structure(lambda one: tf.constant(one[rows]), prepared)


def judge(
    answers: list[Answer], model, prepared, decode, tolerance: float, magnitudes=lambda expected: {}, stray: float = 0.0
) -> dict[str, float]:
    """Largest relative difference by tool, between answers and `decode(model(prepared))`, see `Decoding.magnitudes`.

    A share `stray` of the numbers of an output may differ by more than `tolerance`.

    The model is run eagerly and, only if an answer differs from that, compiled as `model.predict` does: compiling
    fuses operations, and in ResNet-50 that alone changes a probability by 2e-6 (both are 2e-6 from float64). Both are
    what the model computes, and the answers must equal one of them. All on the CPU: a GPU may round products to TF32.

    Raises:
        ExportError: An answer equals neither.
    """
    import keras
    import tensorflow as tf

    def eagerly(network):
        return lambda batch: network(batch, training=False)

    def compiled(network):
        any_batch = keras.tree.map_structure(
            lambda one: tf.TensorSpec((None, *one.shape[1:]), one.dtype), network.input
        )
        return tf.function(eagerly(network), input_signature=[any_batch])

    def differences(way):
        found: dict[str, float] = {}
        for answer in answers:
            network, inputs = (answer.probe.network, answer.probe.values) if answer.probe else (model, prepared)
            with tf.device("/CPU:0"):
                expected = decode(_as_numpy(way(network)(rows_of(inputs, answer.rows))))
            sizes = magnitudes(expected)
            if answer.names is not None:
                expected = {name: expected[name] for name in answer.names}
            difference = compare(expected, answer.outputs, tolerance, answer.what, sizes, stray)
            found[answer.tool] = max(difference, found.get(answer.tool, 0.0))
        return found

    try:
        return differences(eagerly)
    except ExportError as refusal:
        try:
            return differences(cache(compiled))
        except ExportError:
            raise refusal from None


def _run(model, prepared):
    """The network's output, or list of outputs, as NumPy, on the CPU."""
    import tensorflow as tf

    with tf.device("/CPU:0"):
        return _as_numpy(model(rows_of(prepared, slice(None)), training=False))


def _as_numpy(outputs):
    return [np.asarray(output) for output in outputs] if isinstance(outputs, list | tuple) else np.asarray(outputs)


def _of_signature(outputs: dict[str, np.ndarray], signature: str) -> dict[str, np.ndarray]:
    """Outputs of one signature of a SavedModel, by their own names."""
    start = f"{signature}/"
    return {name.removeprefix(start): value for name, value in outputs.items() if name.startswith(start)}


def compare(
    expected: dict, received: dict, tolerance: float, what: str, sizes: Mapping | None = None, stray: float = 0.0
) -> float:
    """Largest relative difference over the outputs. Raises ExportError above `tolerance`, but for a share `stray` of
    the numbers of an output, on a number that is none, or on other text.

    An expected text of None may be anything. A difference is relative to the largest number of an output or, where
    that is more, to its size in `sizes`: that of the numbers which it is the sum of.
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
        size = max(np.abs(wanted).max(), (sizes or {}).get(name, 0.0), np.finfo("float32").tiny)
        error = np.abs(got.astype("float64") - wanted) / size
        wrong = ~(error <= tolerance)  # so that NaN is wrong
        if wrong.mean() > stray or not np.isfinite(error).all():
            raise ExportError(
                f"{what}: refused, output `{name}` differs from the model by {error.max():.1e} (relative; allowed: "
                f"{tolerance:.0e}) {_records(wrong, wanted, got)}"
            )
        largest = max(largest, float(error.max()))
    return largest


def _records(wrong, wanted, got) -> str:
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))
    shown = "; ".join(f"record {row} gives {_value(got, wanted, row)}" for row in rows[:SHOWN])
    return f"in {len(rows)} of {len(wrong)} example records: {shown}"


def _value(got, wanted, row) -> str:
    """What a record gives and what it should, of many numbers the one that is farthest off."""
    if np.size(got[row]) <= MOST_NUMBERS:
        return f"{got[row]}, the model {wanted[row]}"
    place = np.unravel_index(np.nanargmax(np.abs(got[row] - wanted[row])), got[row].shape)
    where = ", ".join(map(str, place))
    return f"{got[row][place]} at [{where}], the model {wanted[row][place]}"


def _fresh(kind: str, path: Path, inputs: str) -> list[str]:
    return [sys.executable, "-I", fresh_process.__file__, kind, str(path), inputs, "outputs.npz", *PACKAGES]


def _outputs(folder: Path) -> tuple[dict, dict]:
    """What fresh_process.py wrote: outputs of all records, and of the first alone."""
    with np.load(folder / "outputs.npz", allow_pickle=False) as file:
        named = {name: file[name] for name in file.files}
    first = {name.removeprefix("first:"): value for name, value in named.items() if name.startswith("first:")}
    return {name: value for name, value in named.items() if not name.startswith("first:")}, first
