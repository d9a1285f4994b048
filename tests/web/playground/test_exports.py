"""What is taken home from the playground is the network, and trains to the same losses."""

import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import tensorflow as tf

from cli.arguments import parse
from cli.errors import UserError
from cli.packages import child_environment
from models.loading import load
from web.playground import app_command, dataset, exports, forward, own_table, script
from web.playground.settings import read
from web.playground.training import Training

# Graphs are rewritten in the child as in this process: what the rewriting fuses is rounded once less.
AS_HERE = """
import json, runpy, sys
import tensorflow as tf
tf.config.optimizer.set_experimental_options(json.loads(sys.argv[1]))
runpy.run_path("train.py", run_name="__main__")
"""


def trained(address: str, epochs: int = 2, table=None) -> Training:
    settings, notes = read(f"seed=3&{address}")
    assert notes == []
    found = Training(settings, own_table.make(table, settings) if table else dataset.make(settings))
    for _ in range(epochs):
        found.finish_epoch()
    return found


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table():
    random = np.random.default_rng(1)
    lines = [f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a > b else 'no'}" for a, b, c in random.normal(5, 2, (80, 3))]
    return own_table.read_bytes("own.csv", "\n".join(["a,b,c,kind", *lines]).encode())


def run_forward(numbers: dict, inputs: np.ndarray) -> np.ndarray:
    """What the script of the page computes, in NumPy."""
    functions = {
        "tanh": np.tanh,
        "linear": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
        "softplus": lambda z: np.logaddexp(z, 0),
        "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    }
    values = inputs.astype(float)
    for layer in numbers["layers"]:
        sums = values @ np.array(layer["kernel"]) * np.array(layer["scale"]) + np.array(layer["shift"])
        values = functions[layer["activation"]](sums)
    return values


@pytest.mark.whole
@pytest.mark.parametrize(
    "address",
    [
        "",
        "networkShape=",
        "dataset=gauss&classes=3&loss=cross_entropy&batchNorm=1,0&dropout=0.5&activation=relu",
        "problem=regression&activations=elu,softplus",
        "activations=sigmoid,leaky_relu&sinX=true&xTimesY=true",
    ],
)
def test_the_page_without_a_server_has_the_same_answers(address):
    made = trained(address)
    found = run_forward(forward.numbers(made), made._x.numpy())
    outputs = made.model(made._x, training=False).numpy()
    expected = tf.nn.softmax(outputs).numpy() if made.settings.loss == "cross_entropy" else outputs
    np.testing.assert_allclose(found, expected, atol=2e-6)
    text = forward.page(made)
    assert (
        "NETWORK_AS_JSON" not in text
        and "FEATURES_AS_CODE" not in text
        and "http" not in text.replace("http-equiv", "")
    )


def test_a_name_of_a_column_cannot_end_the_script():
    random = np.random.default_rng(1)
    lines = [f"{a:.3f},{b:.3f},{'yes' if a > b else 'no'}" for a, b in random.normal(5, 2, (80, 2))]
    own = own_table.read_bytes("own.csv", "\n".join(["</script><script>alert(1)</script>,b,kind", *lines]).encode())
    assert "<script>alert" not in forward.page(trained("dataset=table&networkShape=", 0, own))


@pytest.mark.whole
def test_the_keras_file_is_the_network(tmp_path):
    made = trained("batchNorm=1&dropout=0.5", 1)
    path = tmp_path / "playground.keras"
    path.write_bytes(exports.make("keras", made).content)
    assert np.array_equal(load(path)(made._x), made.model(made._x))


@pytest.mark.whole
def test_the_saved_model_takes_what_the_user_has(tmp_path):
    made = trained("dataset=table&xSquared=true&sinY=true&loss=cross_entropy&networkShape=3", 0, table())
    for name, content in unzipped(exports.make("saved_model", made).content).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    loaded = tf.saved_model.load(str(tmp_path / "playground"))
    rows = made.data.test
    units = [axis.mean + axis.scale * made.data.points[rows, at] for at, axis in enumerate(made.data.axes)]
    given = dict(zip(("x", "y"), units, strict=True)) | {"c": made.data.further[rows, 0]}
    found = loaded.signatures["serving_default"](**{name: tf.constant(one, tf.float32) for name, one in given.items()})
    np.testing.assert_allclose(found["probabilities"], tf.nn.softmax(made.model(made._test_x)), atol=1e-5)


def test_the_command_is_understood_and_says_what_it_does_otherwise():
    for address, app in (
        ("optimizer=adam&regularization=L1&regularizationRate=0.001&activations=relu", "classify"),
        ("networkShape=", "classify"),
        ("problem=regression&loss=huber&schedule=exponential&networkShape=2", "regress"),
        ("problem=regression&networkShape=", "regress"),
    ):
        made = trained(address, 0)
        made.epoch = 2
        told = json.loads(exports.make("command", made).content)
        words = told["command"].split()
        assert words[:3] == ["python", "-m", f"apps.{app}"]
        config = app_command.config(made)
        assert parse(type(config), words[3:]) == config
        assert config.trainer.epochs == 2 and config.trainer.batch_size == 10
        assert "standardises the inputs" in told["differences"]
        assert json.loads(exports.make("config", made).content)["app"] == app
        if "activations" in address:
            assert "has the same activation in all layers" in told["differences"]
            assert any("softmax" in one for one in told["differences"])


def test_rows_are_written_to_the_last_bit():
    made = trained("dataset=gauss&xTimesY=true&sinX=true&networkShape=", 0)
    text = exports.rows(made, made.data.train)
    values = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1).astype(np.float32)
    assert text.startswith("x,y,xTimesY,sinX,label\n")
    assert np.array_equal(values[:, :-1], made._x) and np.array_equal(values[:, -1], made._labels)


def test_an_unknown_export_is_refused():
    with pytest.raises(UserError, match="archive"):
        exports.make("pickle", None)


def test_a_course_that_cannot_be_repeated_says_so():
    made = trained("networkShape=", 1)
    settings, _ = read("seed=3&networkShape=&noise=30")
    made.change(settings, dataset.make(settings))
    assert not made.exact and "not quite" in script.program(made)


@pytest.mark.whole
@pytest.mark.parametrize(
    "address",
    [
        "networkShape=4,2&learningRate=0.1&batchSize=4",
        "dataset=spiral&classes=3&loss=cross_entropy&networkShape=8&optimizer=adam&schedule=cosine&dropout=0.2&batchNorm=1",
        "problem=regression&loss=huber&networkShape=3&initializer=he&activation=relu&regularization=L2&regularizationRate=0.01",
    ],
)
def test_the_script_repeats_the_losses_to_the_digit(tmp_path, address):
    """With rates, penalty and batches changed on the way, also within an epoch, and a weight set by hand."""
    made = trained(address, 5)
    made.advance(0.0, 1)
    assert made.batch_size > 4 or made._step == 32
    settings, _ = read(f"seed=3&{address}&learningRate=0.02&regularization=L1&regularizationRate=0.001")
    assert made.change(settings, made.data) and made.exact
    made.edit(0, (0, 0), 1.5)
    for _ in range(3):
        made.finish_epoch()
    settings, _ = read(f"seed=3&{address}&learningRate=0.02&batchSize=32")
    assert made.change(settings, made.data) and made.exact
    for _ in range(3):
        made.finish_epoch()
    made.edit(len(made.layers) - 1, (0,), 0.25)
    for name, content in unzipped(exports.make("archive", made).content).items():
        (tmp_path / name).write_bytes(content)
    environment = child_environment(TF_CPP_MIN_LOG_LEVEL="2", XLA_FLAGS=os.environ.get("XLA_FLAGS", ""))
    done = subprocess.run(
        [sys.executable, "-c", AS_HERE, json.dumps(tf.config.optimizer.get_experimental_options())],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    last = made.curve[-1]
    assert f"train_loss={last.train:.9g} test_loss={last.test:.9g}" in done.stdout
    assert f"epoch 4: {made.curve[4].train:.9g} {made.curve[4].test:.9g}" in done.stdout
