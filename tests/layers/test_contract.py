"""What every layer must do as a Keras layer: configuration, saving, shapes, compiled steps, half precision, masks."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import layers
from tests.layers.cases import CASES, COMPOSED, ENOUGH, FIRST_OF_EACH, rows
from tests.layers.comparison import difference, fill, inputs_of, training_argument
from tests.layers.initializer_cases import INITIALIZERS, REGULARIZERS

# Files are the same on each backend: on JAX only weights, statistics, a random state and a recurrence are read back.
SOME = [case for case in FIRST_OF_EACH if case.layer in (layers.Dense, layers.BatchNorm, layers.Dropout, layers.LSTM)]
FILED = [pytest.param(FIRST_OF_EACH, id="enough"), pytest.param(CASES, id="all", marks=pytest.mark.slow)]
if keras.backend.backend() == "jax":
    FILED = [pytest.param(SOME, id="some"), pytest.param(FIRST_OF_EACH, id="enough", marks=pytest.mark.slow)]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
FURTHER_ROWS = [row for row in ENOUGH if row.marks]
enough_cases = pytest.mark.parametrize("case", ENOUGH)


def model_of(case, dtype="float32"):
    inputs = [keras.Input(shape[1:], dtype=keras.dtype_policies.get(dtype).compute_dtype) for shape in case.shapes]
    layer = case.layer(**case.settings, dtype=dtype)
    layer.trainable = not case.frozen
    return keras.Model(inputs, layer(*inputs, **case.arguments))


@every_case
def test_config_round_trip(case):
    layer = case.layer(**case.settings)
    config = layer.get_config()
    assert set(case.settings) <= set(config)
    copy = case.layer.from_config(json.loads(json.dumps(config)))
    assert json.dumps(copy.get_config()) == json.dumps(config)


@pytest.mark.parametrize("case", INITIALIZERS, ids=lambda case: case.name)
def test_initializer_round_trip_and_clone(case):
    ours = case.initializer(**case.settings, **({"seed": 3} if case.seeded else {}))
    saved = json.loads(json.dumps(keras.initializers.serialize(ours)))
    for copy in (keras.initializers.deserialize(saved), ours.clone()):
        assert type(copy) is case.initializer
        np.testing.assert_array_equal(copy((4, 5)), ours((4, 5)))


@pytest.mark.parametrize("case", REGULARIZERS, ids=lambda case: case.name)
def test_penalty_round_trip(case):
    saved = json.loads(json.dumps(keras.regularizers.serialize(case.penalty(**case.settings))))
    copy = keras.regularizers.deserialize(saved)
    assert type(copy) is case.penalty
    assert copy.get_config() == case.settings


def threads():
    """Of an operation in this process; 0 for as many as the backend likes."""
    if keras.backend.backend() != "tensorflow":
        return 0
    import tensorflow as tf

    return tf.config.threading.get_intra_op_parallelism_threads()


@pytest.mark.whole
@pytest.mark.parametrize("cases", FILED)
def test_save_and_load_in_a_fresh_process(cases, tmp_path):
    for number, case in enumerate(cases):
        model = model_of(case)
        fill(model)
        inputs = inputs_of(case, "float32")[0]
        model.save(tmp_path / f"{number}.keras")
        np.savez(tmp_path / f"{number}.npz", *inputs, outputs=np.asarray(model(list(inputs), training=False)))
    command = [sys.executable, "-m", "tests.layers.reload", str(tmp_path), str(threads())]
    result = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), timeout=600)
    assert result.returncode == 0, result.stderr[-2000:]
    differences = json.loads(result.stdout.splitlines()[-1])
    assert len(differences) == len(cases)
    assert max(differences.values()) == 0


@enough_cases
def test_symbolic_shape_equals_eager_shape(case):
    layer = case.layer(**case.settings)
    symbolic = layer(*(keras.Input(shape[1:]) for shape in case.shapes), **case.arguments)
    eager = layer(*inputs_of(case, "float32")[0], **case.arguments)
    assert symbolic.shape == (None, *eager.shape[1:])
    assert case.output_shape(layer) == eager.shape
    assert case.output_shape(layer, batch=False) == symbolic.shape
    assert symbolic.dtype == "float32"


@pytest.mark.whole  # `make test` compiles layers and their gradients in test_equality.py
@pytest.mark.parametrize("case", rows(FIRST_OF_EACH, lambda case: case.layer in COMPOSED) + FURTHER_ROWS)
@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_one_compiled_step(case):
    train_one_step(case, jit_compile=keras.backend.backend() == "jax")


@pytest.mark.slow  # `make test-whole` lowers them on JAX
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="on JAX every compiled step is lowered by XLA")
@pytest.mark.parametrize("case", FIRST_OF_EACH, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_one_step_lowered_by_xla(case):
    # XLA draws other normal numbers from the same seed than TensorFlow's own kernels do.
    train_one_step(case, jit_compile=True, same_draws=case.layer not in (layers.GaussianNoise, layers.GaussianCode))


def train_one_step(case, jit_compile, same_draws=True):
    """One step must give the same weights compiled as uncompiled."""
    inputs = list(inputs_of(case, "float32")[0])
    weights = []
    for eagerly in (True, False):
        keras.utils.set_random_seed(3)
        model = model_of(case)
        fill(model)
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile and not eagerly, run_eagerly=eagerly)
        loss = model.train_on_batch(inputs, np.ones((len(inputs[0]), *model.output_shape[1:]), "float32"))
        assert np.isfinite(loss)
        weights.append([np.asarray(loss), *model.get_weights()])
    if same_draws:
        assert max(difference(b, a) for a, b in zip(*weights, strict=True)) < 1e-5


FURTHER = [pytest.mark.slow if keras.backend.backend() == "jax" else pytest.mark.whole]
POLICIES = ["mixed_bfloat16", *(pytest.param(name, marks=FURTHER) for name in ("mixed_float16", "bfloat16"))]


@enough_cases
@pytest.mark.parametrize("policy", POLICIES)
def test_half_precision(case, policy):
    inputs = inputs_of(case, "float32")[0]
    exact = case.build()
    fill(exact)
    layer = case.build(policy)
    layer.set_weights(exact.get_weights())
    outputs = layer(*inputs, **training_argument(layer, not case.noise), **case.arguments)
    logits = "transposed" in case.arguments  # which are never in half precision
    assert keras.backend.standardize_dtype(outputs.dtype) == ("float32" if logits else layer.compute_dtype)
    expected = np.asarray(exact(*inputs, **training_argument(exact, not case.noise), **case.arguments))
    if case.settings.get("activation") != "step":  # a step has no small error: rounding decides the side
        assert difference(np.asarray(keras.ops.cast(outputs, "float32")), expected) < 2e-2
    if policy.startswith("mixed") or isinstance(layer, layers.BatchNorm | layers.LayerNorm):
        assert {weight.dtype for weight in layer.weights} <= {"float32", "int32"}


@every_case
def test_mask_passes_through_or_stops(case):
    layer = case.build()
    assert layer.supports_masking or not case.masks
    mask = np.ones(case.shape[:-1], bool)
    if layer.supports_masking:
        assert (layer.compute_mask(keras.KerasTensor(case.shape), mask) is mask) == case.masks
