"""Runs a layer through training steps and inference, with gradients, on TensorFlow or JAX, and measures differences."""

import contextlib
from dataclasses import dataclass
from unittest import mock

import keras
import numpy as np

from layers import activations

STEPS = 4
EXTREMES = np.array([-1e4, -200.0, -90.0, -20.0, -1.0, -1e-4, 1e-4, 1.0, 20.0, 90.0, 200.0, 1e4])
TOLERANCE = {"float32": 1e-5, "float64": 1e-9}


@dataclass(frozen=True)
class Pass:
    """One call of a layer: what came out, and the gradient of `sum(coefficients * outputs)`."""

    outputs: np.ndarray
    input_gradients: list[np.ndarray]
    weight_gradients: list[np.ndarray]


@contextlib.contextmanager
def precision(dtype):
    """Allows float64 on JAX, where it is switched off twice: by JAX, and by Keras, which turns 64 bits into 32."""
    if keras.backend.backend() != "jax" or dtype != "float64":
        yield
        return
    import jax
    from keras.src.backend.common import dtypes

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        with mock.patch.dict(dtypes.BIT64_TO_BIT32_DTYPE, {"float64": "float64"}):
            yield
    finally:
        jax.config.update("jax_enable_x64", before)


def batches(shape, dtype, number, seed=0):
    """Batches whose channels differ in mean and in variance: on like channels a wrong statistic could pass."""
    random = np.random.default_rng(seed)
    channels = shape[-1]
    mean = np.linspace(-2, 3, channels)
    std = np.linspace(0.3, 2.5, channels)[::-1]
    return [(mean + std * random.standard_normal(shape)).astype(dtype) for _ in range(number)]


def inputs_of(case, dtype, number=1):
    """Batches of a case: a tuple of arrays each, one for each input of the layer."""
    return list(zip(*(batches(shape, dtype, number, seed) for seed, shape in enumerate(case.shapes)), strict=True))


def fill(layer, seed=0):
    """Gives each weight random values (positive for variances): zeros for a bias would hide what it does."""
    random = np.random.default_rng(seed)
    for weight in layer.weights:
        if "int" in str(weight.dtype):  # drawn, not learned
            continue
        spread = 0.5 * random.standard_normal(weight.shape)
        weight.assign(1 + np.abs(spread) if "variance" in weight.name else spread)


def as_numpy(tensor):
    return np.asarray(tensor.value if isinstance(tensor, keras.Variable) else tensor)


class Caller:
    """Calls one layer with gradients, and leaves its state as a step of training or inference leaves it."""

    def __init__(self, layer, arguments=None):
        self.layer = layer
        self.arguments = arguments or {}
        self.gradients = {}  # on JAX, the compiled gradient for training and for inference

    def __call__(self, inputs, coefficients, training) -> Pass:
        tensorflow = keras.backend.backend() == "tensorflow"
        outputs, *gradients = (self._tensorflow if tensorflow else self._jax)(inputs, coefficients, training)
        if any(gradient is None for gradient in [*gradients[0], *gradients[1]]):
            raise AssertionError(f"{self.layer.name}: an input or a weight is not connected to the output")
        return Pass(as_numpy(outputs), *([as_numpy(gradient) for gradient in part] for part in gradients))

    def _tensorflow(self, inputs, coefficients, training):
        import tensorflow as tf

        inputs = [tf.convert_to_tensor(x) for x in inputs]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = self.layer(*inputs, **training_argument(self.layer, training), **self.arguments)
            total = tf.reduce_sum(outputs * tf.cast(coefficients, outputs.dtype))
        of_inputs, of_weights = tape.gradient(
            total, [inputs, [weight.value for weight in self.layer.trainable_weights]]
        )
        return (
            outputs,
            of_inputs,
            [g if g is None else tf.convert_to_tensor(g) for g in of_weights],
        )  # of a look-up, too

    def _jax(self, inputs, coefficients, training):
        import jax

        layer = self.layer

        def total(inputs, trainable, others):
            arguments = {**training_argument(layer, training), **self.arguments}
            outputs, others = layer.stateless_call(trainable, others, *inputs, **arguments)
            return (outputs * coefficients.astype(outputs.dtype)).sum(), (outputs, others)

        if training not in self.gradients:
            self.gradients[training] = jax.jit(jax.grad(total, argnums=(0, 1), has_aux=True))
        trainable = [weight.value for weight in layer.trainable_variables]
        others = [weight.value for weight in layer.non_trainable_variables]
        inputs = [keras.ops.array(x) for x in inputs]
        gradients, (outputs, others) = self.gradients[training](inputs, trainable, others)
        for variable, value in zip(layer.non_trainable_variables, others, strict=True):
            variable.assign(value)
        return outputs, *gradients


def training_argument(layer, training):
    """`training=` for the layers that have such an argument; Keras would refuse it elsewhere."""
    return {"training": training} if layer._call_has_training_arg else {}


def trace(layer, data, coefficients, arguments=None, observe=None, rate=0.01) -> list[Pass]:
    """Trains on all batches but the last by plain gradient descent, then infers on the last.

    `observe(layer, inputs)`, if given, is called before each pass.
    """
    call = Caller(layer, arguments)
    passes = []
    for position, inputs in enumerate(data):
        training = position < len(data) - 1
        if observe:
            observe(layer, inputs, training)
        passes.append(call(inputs, coefficients, training))
        if training:
            for weight, gradient in zip(layer.trainable_weights, passes[-1].weight_gradients, strict=True):
                weight.assign(as_numpy(weight) - rate * gradient)
    return passes


def difference(value, expected) -> float:
    """Largest difference, relative to the largest expected value."""
    if value.shape != expected.shape or value.dtype != expected.dtype:
        raise AssertionError(f"{value.shape} {value.dtype} against {expected.shape} {expected.dtype}")
    scale = np.max(np.abs(expected), initial=0)
    return float(np.max(np.abs(value - expected), initial=0) / (scale if scale > 0 else 1))


def errors(case, dtype) -> tuple[float, float]:
    """Largest error of a case over training and inference: of the outputs and weights, and of the gradients."""
    with precision(dtype):
        data = inputs_of(case, dtype, STEPS + 1)
        layer = case.build(dtype)
        fill(layer)
        outputs = case.output_shape(layer)
        coefficients = np.random.default_rng(9).standard_normal(outputs).astype(dtype)
        if case.twin is None:
            return formula_errors(case, layer, data, coefficients)
        twin = case.build_twin(dtype)
        twin.set_weights(shaped_like(twin.get_weights(), layer.get_weights()))
        ours, theirs = (trace(each, data, coefficients, case.arguments, rate=case.rate) for each in (layer, twin))
        forward = [difference(a.outputs, b.outputs) for a, b in zip(ours, theirs, strict=True)]
        expected = shaped_like(layer.get_weights(), twin.get_weights())
        forward += [difference(a, b) for a, b in zip(layer.get_weights(), expected, strict=True)]
        backward = []
        for a, b in zip(ours, theirs, strict=True):
            backward += [difference(g, h) for g, h in zip(a.input_gradients, b.input_gradients, strict=True)]
            scale = max((np.max(np.abs(g)) for g in b.weight_gradients), default=1)
            # Relative to the largest gradient of the layer: before a batch norm that of a bias is zero up to rounding.
            pairs = zip(a.weight_gradients, shaped_like(a.weight_gradients, b.weight_gradients), strict=True)
            backward += [float(np.max(np.abs(g - h)) / scale) for g, h in pairs]
        return max(forward), max(backward)


def shaped_like(examples, arrays):
    """The arrays in the shapes of the examples: Keras keeps heads as an axis of their own."""
    return [array.reshape(example.shape) for example, array in zip(examples, arrays, strict=True)]


def formula_errors(case, layer, data, coefficients):
    noises = []

    def observe(layer, inputs, training):
        """Reads the noise of the coming call off ones, then puts the random state back."""
        state = [as_numpy(variable) for variable in layer.non_trainable_variables]
        ones = [np.ones_like(x) for x in inputs]
        noises.append(as_numpy(layer(*ones, **training_argument(layer, training), **case.arguments)))
        for variable, value in zip(layer.non_trainable_variables, state, strict=True):
            variable.assign(value)

    passes = trace(layer, data, coefficients, case.arguments, observe, case.rate)
    forward, backward = [], []
    for position, (inputs, noise, result) in enumerate(zip(data, noises, passes, strict=True)):
        outputs, pull_back = case.formula(*inputs, noise, case.settings, training=position < len(data) - 1)
        forward.append(difference(result.outputs, outputs))
        gradients = pull_back(coefficients)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        backward += [difference(g, h) for g, h in zip(result.input_gradients, gradients, strict=True)]
    return max(forward), max(backward)


def finite_difference_error(case, step=1e-6) -> float:
    """Compares the gradient in float64 with central differences along a random direction, in training."""
    with precision("float64"):
        inputs = inputs_of(case, "float64")[0]
        layer = case.build("float64")
        fill(layer)
        random = np.random.default_rng(5)
        coefficients = random.standard_normal(case.output_shape(layer))
        variables = layer.trainable_variables + layer.non_trainable_variables
        start = [as_numpy(variable) for variable in variables]
        trained = len(layer.trainable_weights)
        call = Caller(layer, case.arguments)
        directions = [random.standard_normal(part.shape) for part in [*inputs, *start[:trained]]]

        def at(distance):
            """The pass at a point along the direction, from the same random state and statistics."""
            for position, (variable, value) in enumerate(zip(variables, start, strict=True)):
                moved = value + distance * directions[len(inputs) + position] if position < trained else value
                variable.assign(moved)
            at_inputs = [x + distance * direction for x, direction in zip(inputs, directions, strict=False)]
            return call(at_inputs, coefficients, training=True)

        before, here, after = at(-step), at(0.0), at(step)
        slope = np.sum(coefficients * (after.outputs - before.outputs)) / (2 * step)
        gradients = [*here.input_gradients, *here.weight_gradients]
        expected = sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True))
        size = sum(np.sum(np.abs(g * d)) for g, d in zip(gradients, directions, strict=True))
        return float(abs(slope - expected) / max(size, 1e-3))


class Elementwise(keras.layers.Layer):
    """Makes a layer of a function, so that `Caller` can take its gradient."""

    def __init__(self, function, dtype):
        super().__init__(dtype=dtype)
        self.function = function
        self.built = True

    def call(self, inputs):
        return self.function(inputs)


def value_and_gradient(function, x, coefficients=None):
    """A function's values at x, and the gradient of their sum, or of the sum that is weighted by the coefficients."""
    coefficients = np.ones_like(x) if coefficients is None else coefficients
    result = Caller(Elementwise(function, str(x.dtype)))((x,), coefficients, training=False)
    return result.outputs, result.input_gradients[0]


def activation_errors(name, dtype) -> tuple[float, float]:
    """Errors of value and gradient: an activation written out against the fused operation that layers use."""
    with precision(dtype):
        x = np.concatenate([np.linspace(-6, 6, 97), EXTREMES]).astype(dtype)
        x = x[:, None] * np.array([[1.0, 0.5, -1.0]], dtype) if name == "softmax" else x
        coefficients = np.random.default_rng(0).uniform(0.5, 1.5, x.shape).astype(dtype)
        ours = value_and_gradient(activations.WRITTEN_OUT[name], x, coefficients)
        fused = value_and_gradient(activations.FUSED[name], x, coefficients)
        away = x != 0 if name == "leaky_relu" else np.ones_like(x, bool)  # backends differ in its slope at 0
        return difference(ours[0], fused[0]), difference(ours[1][away], fused[1][away])
