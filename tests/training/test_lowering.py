"""What a TPU could not run is found on a CPU, and named with the layer that causes it: faults that are planted."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

if keras.backend.backend() != "jax":
    pytest.skip("TPUs are reached through JAX", allow_module_level=True)

import jax
import jax.numpy as jnp

from models.mlp import MLP
from training.compilation import compile_model
from training.devices import Checked, DeviceError
from training.fit import fit
from training.losses import CrossEntropy
from training.lowering import check, equations, layer_of
from training.plan import Plan
from training.run_directory import RunDirectory
from training.trainer import Trainer

ROWS, WIDTH = 12, 6


class Planted(keras.layers.Layer):
    """A layer that computes what it is told to."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, dtype=inputs.dtype)


def network(function=lambda x: x):
    inputs = keras.Input((WIDTH,), name="image")
    x = keras.layers.Dense(WIDTH, name="before")(inputs)
    x = Planted(function, name="culprit")(x)
    model = keras.Model(inputs, keras.layers.Dense(3, name="after")(x))
    compile_model(model, Trainer(), Plan(ROWS, 1, 1, 1), CrossEntropy(), ["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


def dataset(*rows, width=WIDTH):
    batches = [(np.ones((count, width), "float32"), np.zeros(count, "int32")) for count in rows]
    spec = (tf.TensorSpec((None, width), tf.float32), tf.TensorSpec((None,), tf.int32))
    return tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=spec)


def masked(x):
    kept = jnp.asarray(x)[x[:, 0] > 0]
    return x + ops.sum(kept)


def branching(x):
    return x * 2 if ops.sum(x) > 0 else x


def calling_back(x):
    shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
    return x + jax.lax.stop_gradient(jax.pure_callback(np.abs, shape, jax.lax.stop_gradient(x)))


def cut(x):
    return x + ops.sum(x[: ops.cast(ops.sum(x), "int32")])


def distinct(x):
    return x + ops.sum(jnp.unique(jax.lax.stop_gradient(x)))


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (masked, "a boolean mask"),
        (branching, "branches on the value of a tensor"),
        (calling_back, "calls back to the host (pure_callback)"),
        (cut, "a length or position depends on the value of a tensor"),
        (distinct, "the size of what unique gives depends on the data"),
    ],
)
def test_faults_in_a_layer_are_named_with_it(function, what):
    found = check(network(function), dataset(ROWS), None)
    assert {trouble.step for trouble in found.troubles} == {"training", "evaluation", "prediction"}
    assert {trouble.where for trouble in found.troubles} == {"layer `culprit`"}
    assert all(what in trouble.what for trouble in found.troubles), found


@pytest.mark.whole
def test_a_ragged_last_batch_and_a_changing_length_are_named_with_their_input():
    found = check(network(), dataset(ROWS, ROWS, 5), None)
    assert [trouble.where for trouble in found.troubles][:1] == ["the inputs"]
    assert "batches of 12 and 5 rows: the last one is ragged" in found.troubles[0].what
    inputs = keras.Input((None,), name="source", dtype="int32")
    x = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(9, 4)(inputs))
    model = keras.Model({"source": inputs}, keras.layers.Dense(3)(x))
    compile_model(model, Trainer(), Plan(ROWS, 1, 1, 1), CrossEntropy())
    model.optimizer.build(model.trainable_variables)
    batches = [({"source": np.ones((4, length), "int32")}, np.zeros(4, "int32")) for length in range(1, 40)]
    spec = ({"source": tf.TensorSpec((4, None), tf.int32)}, tf.TensorSpec((4,), tf.int32))
    changing = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=spec)
    found = check(model, changing, None)
    assert [str(trouble) for trouble in found.troubles] == [
        "training, input `source`: a changing length: 39 shapes, each of which is compiled for itself. "
        "Fill up to a few lengths (buckets)"
    ]


def test_a_sound_network_can_be_lowered_and_its_memory_is_told():
    model = network()
    found = check(model, dataset(ROWS, ROWS), dataset(ROWS, 5))
    assert not found.troubles and found.shapes == 1
    weights = (WIDTH * WIDTH + WIDTH) + (WIDTH * 3 + 3)
    # Adam keeps two numbers more of each weight; step count, learning rate and the sums of metrics come to it.
    assert 3 * 4 * weights <= found.state_bytes <= 3 * 4 * weights + 64
    assert set(found.step_bytes) == {"training", "evaluation", "prediction"}
    assert all(size >= ROWS * WIDTH * 4 for size in found.step_bytes.values())
    assert found.largest["prediction"][0] == "layer `before`"
    assert str(found).startswith("3 steps can be lowered for a TPU, with 1 static shapes")


def test_an_operation_without_a_rule_for_tpus_is_named_with_its_layer():
    def eigenvalues(x):
        square = ops.matmul(ops.transpose(x), x)
        return x + ops.real(jnp.linalg.eig(jax.lax.stop_gradient(square))[0])

    found = check(network(eigenvalues), dataset(ROWS), None)
    assert {trouble.where for trouble in found.troubles} == {"layer `culprit`"}
    assert all("an operation that a TPU has not" in trouble.what for trouble in found.troubles)


def test_layers_are_themselves_again_afterwards():
    model = network(branching)
    check(model, dataset(ROWS), None)
    assert all("call" not in vars(layer) for layer in model._flatten_layers())


def test_fit_checks_and_trains_nothing(tmp_path):
    keras.utils.set_random_seed(0)
    model = MLP((8,), dropout=0.2).build((WIDTH,), 3)
    trainer = Trainer(check_device="tpu", epochs=1)
    compile_model(model, trainer, Plan(ROWS, 1, 2, 1), CrossEntropy(), ["accuracy"])
    before = model.get_weights()
    with pytest.raises(Checked, match="3 steps can be lowered"):
        fit(
            model,
            lambda first_epoch, first_step: dataset(ROWS, ROWS),
            dataset(ROWS),
            trainer=trainer,
            plan=Plan(ROWS, 1, 2, 1),
            run=RunDirectory(tmp_path),
        )
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    assert not any(tmp_path.iterdir())


def test_tensorflow_is_refused(monkeypatch):
    from training import devices

    monkeypatch.setattr(devices, "backend", lambda: "tensorflow")
    with pytest.raises(DeviceError, match="--check-device tpu.*not tensorflow: set KERAS_BACKEND=jax"):
        devices.configure("auto", "tpu")


def test_equations_inside_loops_are_seen():
    def looped(x):
        with jax.named_scope("inner"):
            return jax.lax.fori_loop(0, 3, lambda _, y: jnp.sin(y), x)

    found = equations(jax.make_jaxpr(looped)(1.0).jaxpr)
    seen = {equation.primitive.name: layer_of(inside, {"inner"}) for equation, inside in found}
    assert seen["sin"] == "layer `inner`"
