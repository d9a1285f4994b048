"""Networks as tables: sums against Keras's own count and TensorFlow's profiler, and what cannot be counted is named."""

import keras
import numpy as np
import pytest

from cli.errors import UserError
from layers import LSTM, BatchNorm, Conv2D, Dense
from models import multiply_adds, network_timing
from models.convnet import ConvNet
from models.mlp import MLP
from models.network_steps import steps
from models.network_table import cells, network_table
from models.pretrained import Pretrained
from models.resnet import ResNet


def every_kind():
    """A convolution of each kind, a layer that is called twice, two inputs, and recurrence."""
    picture, series = keras.Input((24, 20, 6)), keras.Input((7, 5))
    x = keras.layers.SeparableConv2D(8, 3, padding="same")(picture)
    x = keras.layers.DepthwiseConv2D(3, 2, depth_multiplier=2)(x)
    x = Conv2D(12, 3, padding="same", groups=4)(x)
    x = keras.layers.Conv2DTranspose(4, 3, 2, padding="same")(x)
    shared = Conv2D(4, (5, 1), padding="same", dilation_rate=2)
    x = keras.layers.Concatenate()([shared(shared(x)), x])
    x = keras.layers.PReLU()(BatchNorm()(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    y = keras.layers.Flatten()(Dense(3)(series))
    return keras.Model([picture, series], keras.layers.Dense(2)(keras.layers.Concatenate()([x, y])), name="every")


BY_HAND = (
    24 * 20 * (9 * 6 + 6 * 8)  # separable
    + 11 * 9 * 9 * 16  # of each channel two
    + 11 * 9 * 9 * (16 // 4) * 12  # in groups
    + 11 * 9 * 9 * 12 * 4  # transposed: at the positions of its input
    + 2 * 22 * 18 * 5 * 4 * 4  # twice the same
    + 7 * 5 * 3  # dense, at each of 7 steps
    + (8 + 21) * 2
)
"""Of `every_kind`, of whose convolutions TensorFlow's profiler counts some as nothing."""
NETWORKS = {
    "every kind": every_kind,
    "mlp": lambda: MLP((8,)).build((4,), 3),
    "convnet": lambda: ConvNet((4, 8), dense=8).build((16, 16, 3), 5),
    "resnet": lambda: ResNet(18).build((64, 64, 3), 10),
    "nested": lambda: Pretrained("efficientnet-lite0", "none").build((64, 64, 3), 5),
    "sequential": lambda: keras.Sequential([keras.Input((8, 8, 1)), Conv2D(2, 3), keras.layers.Flatten(), Dense(2)]),
    "keras.applications": lambda: keras.applications.MobileNetV2((96, 96, 3), weights=None),
}


@pytest.fixture(scope="module", params=NETWORKS)
def model(request):
    return NETWORKS[request.param]()


@pytest.mark.whole
def test_parameters_are_those_that_keras_counts(model):
    table = network_table(model, timed=False)
    assert table.parameters + table.statistics == model.count_params()
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert table.parameters == trainable or any(not layer.trainable for layer in model.layers)


@pytest.mark.whole
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="compares with TensorFlow's profiler")
def test_multiply_adds_are_those_that_tensorflow_counts(model):
    table = network_table(model, timed=False)
    assert not table.uncounted
    assert table.multiply_adds == (BY_HAND if model.name == "every" else profiled(model))


def profiled(model) -> int:
    """Half of the operations that TensorFlow's profiler counts in the graph's convolutions and products."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    from tensorflow.python.profiler import model_analyzer, option_builder

    specs = [tf.TensorSpec((1, *one.shape[1:]), one.dtype) for one in model.inputs]
    function = tf.function(lambda *inputs: model(list(inputs) if len(inputs) > 1 else inputs[0], training=False))
    frozen = convert_variables_to_constants_v2(function.get_concrete_function(*specs))
    options = option_builder.ProfileOptionBuilder.float_operation()
    options = option_builder.ProfileOptionBuilder(options).with_empty_output().build()
    found = model_analyzer.profile(frozen.graph, cmd="op", options=options)
    kernels = {"Conv2D", "MatMul", "DepthwiseConv2dNative", "Conv2DBackpropInput", "BatchMatMulV2"}
    return sum(one.total_float_ops for one in counted(found) if one.name in kernels) // 2


def counted(node):
    for child in node.children:
        own = sum(one.total_float_ops for one in child.children)
        child.total_float_ops -= own
        yield child
        yield from counted(child)


def test_a_layer_that_is_called_again_has_its_parameters_once_and_works_twice():
    table = network_table(every_kind(), timed=False)
    first, second = (row for row in table.rows if row.kind == "Conv2D" and row.window == (5, 1))
    assert (first.parameters, second.parameters) == (5 * 4 * 4 + 4, 0)
    assert first.multiply_adds == second.multiply_adds > 0


def test_recurrence_works_at_every_step():
    inputs = keras.Input((7, 5))
    table = network_table(keras.Model(inputs, LSTM(3)(inputs)), timed=False)
    assert table.multiply_adds == 7 * (5 + 3) * 4 * 3


class Scaled(keras.layers.Layer):
    """A layer that the table knows nothing of."""

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],))

    def call(self, inputs):
        return inputs * self.scale


def test_an_unknown_layer_with_weights_is_named_and_not_counted_as_nothing():
    inputs = keras.Input((4,))
    table = network_table(keras.Model(inputs, Scaled(name="odd")(Dense(3)(inputs))), timed=False)
    assert table.uncounted == ["odd (Scaled)"]
    assert cells(table.rows[-1])[4] == "not counted"
    assert (table.parameters, table.multiply_adds) == (4 * 3 + 3 + 3, 12)


def test_a_kind_that_derives_from_a_known_one_is_counted_as_that(monkeypatch):
    class Mine(Dense):
        pass

    inputs = keras.Input((4,))
    (step,) = steps(keras.Model(inputs, Mine(3)(inputs)))
    assert multiply_adds.multiply_adds(step) == 12
    monkeypatch.setattr(multiply_adds, "COUNTS", {})
    assert multiply_adds.multiply_adds(step) is None


def test_times_are_of_this_machine_and_of_each_layer():
    table = network_table(ConvNet((4,), dense=0).build((8, 8, 1), 2))
    assert table.milliseconds > 0
    assert all(row.milliseconds > 0 for row in table.rows)


@pytest.mark.whole
def test_each_call_is_given_what_it_takes(monkeypatch):
    """The last output is that of the network itself, on the same record."""
    model, seen = every_kind(), []
    monkeypatch.setattr(network_timing, "REPEATED", 1)
    convert = network_timing.ops.convert_to_numpy
    monkeypatch.setattr(network_timing.ops, "convert_to_numpy", lambda x: seen.append(convert(x)))
    network_timing.each(model, steps(model))
    monkeypatch.undo()
    records = [network_timing._record(tensor) for tensor in model.inputs]
    np.testing.assert_allclose(seen[-1], model.predict_on_batch(records), rtol=1e-4, atol=1e-6)


class Subclass(keras.Model):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Subclass, "is no graph of layers .Subclass"),
        (lambda: keras.Sequential([keras.Input((None, None, 3)), Conv2D(2, 3)]), "takes inputs of any size"),
    ],
)
def test_what_has_no_table_is_refused(make, message):
    with pytest.raises(UserError, match=message):
        network_table(make(), timed=False)
