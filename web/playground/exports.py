"""What can be taken home from a page: the training, the network, and a page that shows it without a server."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from export import signatures
from export.saved_model import field_names
from web.playground import app_command, features, forward, script
from web.playground.training import Training


@dataclass(frozen=True)
class Made:
    """A file to save: its name, its content, its media type."""

    name: str
    content: bytes
    kind: str


def make(kind: str, training: Training) -> Made:
    """One of `KINDS`. Raises UserError where there is no such kind."""
    if kind not in KINDS:
        raise UserError(f"there is no export {kind!r}. Allowed: {', '.join(KINDS)}")
    return KINDS[kind](training)


def command(training: Training) -> Made:
    """The command of the application, and what it does otherwise than the page."""
    told = {
        "command": app_command.line(training),
        "differences": app_command.differences(training),
        "exact": training.exact,
        "train_loss": training.curve[-1].train,
        "test_loss": None if np.isnan(training.curve[-1].test) else training.curve[-1].test,
    }
    return Made("command.json", json.dumps(told).encode(), "application/json")


def config(training: Training) -> Made:
    """The settings of that application, as its runs hold them in config.json."""
    from tasks.folder import described

    settings, _ = described(app_command.config(training))
    content = json.dumps({"app": app_command.app(training), **settings}, indent=2, default=str)
    return Made("config.json", content.encode() + b"\n", "application/json")


def archive(training: Training) -> Made:
    """A zip file of the rows, train.py, which repeats the training to the digit, config.json, and what to type."""
    told = (
        "python train.py    with PYTHONPATH set to the folder of the suite: the same training, to the digit\n\n"
        f"{app_command.line(training)}\n    the application; it {', '.join(app_command.differences(training))}\n"
    )
    parts = {
        "train.py": script.program(training),
        "config.json": config(training).content,
        "README.txt": told,
        **{
            f"{name}.csv": rows(training, part)
            for name, part in (("train", training.data.train), ("test", training.data.test))
        },
    }
    return Made("playground.zip", zipped(parts), "application/zip")


def rows(training: Training, part: np.ndarray) -> str:
    """Rows as CSV: what the network sees of them, and the label that it learns from."""
    data, names = training.data, training.settings.features
    labels = data.training_labels(part, training.model.layers[-1].name == "output_tanh")
    values = np.column_stack([data.inputs(names, part), labels])
    header = ",".join([*names, *(f"input_{place + 1}" for place in range(len(data.names))), "label"])
    return "\n".join([header, *(",".join(map(shortest, line)) for line in values)]) + "\n"


def shortest(value: np.float32) -> str:
    """The shortest text that is read as the same float32."""
    return np.format_float_positional(value, trim="-")


def keras_file(training: Training) -> Made:
    """The network as it is now; its inputs are the features in the order of the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "playground.keras"
        training.model.save(path)
        return Made(path.name, path.read_bytes(), "application/octet-stream")


def saved_model(training: Training) -> Made:
    """A zip file of a SavedModel that takes x and y in the user's units, and further inputs as the network sees them;
    its answer is `value`, in the units of the target, or `probabilities` of the classes."""
    data = training.data
    further = field_names(list(data.names))

    def serve(fields):
        x, y = ((fields[name] - one.mean) / one.scale for name, one in zip(("x", "y"), data.axes, strict=True))
        seen = features.compute(training.settings.features, x, y, tf.sin, tf.cos)
        seen += [fields[name] for name in further.values()]
        outputs = training.model(tf.stack(seen, axis=1), training=False)
        if not data.classes:
            return {"value": outputs[:, 0] * data.value.scale + data.value.mean}
        if training.settings.loss == "cross_entropy":
            return {"probabilities": tf.nn.softmax(outputs)}
        return {"value": outputs[:, 0]}

    specs = {name: tf.TensorSpec([None], tf.float32, name) for name in ("x", "y", *further.values())}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "playground"
        signatures.save({"serving_default": (serve, (specs,))}, path)
        parts = {str(one.relative_to(folder)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}
        return Made("saved_model.zip", zipped(parts), "application/zip")


def web_page(training: Training) -> Made:
    """One HTML file that needs no server: the network as numbers, and its forward pass in JavaScript."""
    return Made("playground.html", forward.page(training).encode(), "text/html; charset=utf-8")


KINDS: dict[str, Callable[[Training], Made]] = {
    "command": command,
    "config": config,
    "archive": archive,
    "keras": keras_file,
    "saved_model": saved_model,
    "html": web_page,
}


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A zip file of texts and bytes by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()
