"""The table that drives the proof of every layer: a row says what to build, and what it must equal.

`python -m tests.layers.proofs` and the tests of this folder read it. A public name of `layers` without a row fails
`test_coverage.py`.
"""

import keras
import pytest

import layers
from tests.layers import formulas, twins
from tests.layers.case import Case
from tests.layers.image_cases import IMAGES
from tests.layers.recurrent_cases import RECURRENT
from tests.layers.transformer_cases import TRANSFORMER


def grouped_dense(shape, groups, units, **settings):
    equation = "ni,miu->nmu" if len(shape) == 2 else "nmi,miu->nmu"
    twin = {"equation": equation, "output_shape": (groups, units), "bias_axes": "mu", **settings}
    return Case(
        layers.GroupedDense, {"units": units, "groups": groups, **settings}, shape, keras.layers.EinsumDense, twin
    )


def dense(shape=(6, 5), **settings):
    return Case(layers.Dense, settings, shape, keras.layers.Dense)


def conv(shape=(3, 9, 8, 4), **settings):
    return Case(layers.Conv2D, settings, shape, keras.layers.Conv2D, masks=False)


def conv_transpose(shape=(3, 5, 4, 6), **settings):
    return Case(layers.Conv2DTranspose, settings, shape, keras.layers.Conv2DTranspose, masks=False)


def batch_norm(shape, frozen=False, **settings):
    return Case(layers.BatchNorm, settings, shape, keras.layers.BatchNormalization, frozen=frozen)


def activation(name, twin_name=None):
    twin = {"activation": twin_name or name}
    return Case(layers.Activation, {"activation": name}, (5, 7), keras.layers.Activation, twin)


CASES = [
    Case(
        layers.Embedding,
        {"vocab_size": 7, "units": 4},
        (5, 3, 4),
        twins.LogitsTwin,
        arguments={"transposed": True},
    ),
    Case(layers.LayerNorm, {}, (5, 7), keras.layers.LayerNormalization, {"epsilon": 1e-6}),
    Case(layers.LayerNorm, {"epsilon": 1e-3}, (3, 4, 6), keras.layers.LayerNormalization),
    Case(layers.LayerNorm, {"epsilon": 1e-5, "center": False}, (3, 4, 6), keras.layers.LayerNormalization),
    Case(layers.LayerNorm, {"epsilon": 1e-5, "scale": False}, (3, 4, 6), keras.layers.LayerNormalization),
    dense(units=7),
    dense(units=3, use_bias=False, kernel_initializer="he_normal", kernel_regularizer="l2"),
    dense(units=4, activation="tanh", kernel_initializer="lecun_normal"),
    dense(units=4, activation="relu", shape=(3, 4, 5)),
    conv(filters=6, kernel_size=3),
    conv(filters=4, kernel_size=(3, 2), strides=2, padding="same", activation="relu"),
    conv(filters=4, kernel_size=(2, 3), strides=(1, 2), use_bias=False, kernel_regularizer="l1"),
    conv(filters=6, kernel_size=3, padding="same", dilation_rate=2),
    conv(filters=6, kernel_size=3, padding="same", groups=2),
    conv(filters=3, kernel_size=1, kernel_initializer="he_uniform"),
    conv_transpose(filters=4, kernel_size=3),
    conv_transpose(filters=3, kernel_size=4, strides=2, padding="same", activation="relu"),
    conv_transpose(filters=3, kernel_size=(3, 2), strides=(2, 1), kernel_regularizer="l1"),
    conv_transpose(filters=3, kernel_size=2, strides=3, use_bias=False, kernel_initializer="he_normal"),
    batch_norm((16, 5)),
    batch_norm((4, 6, 5)),
    batch_norm((4, 6, 5, 3), momentum=0.9, epsilon=1e-5),
    batch_norm((4, 6, 5, 3), center=False),
    batch_norm((4, 6, 5, 3), scale=False, momentum=0.5),
    batch_norm((16, 5), frozen=True),
    # Keras's own synchronized form loses digits (mean of squares less square of mean); on one device the plain one is
    # the same, and exact.
    Case(layers.BatchNorm, {"synchronized": True}, (4, 6, 5, 3), keras.layers.BatchNormalization, {}),
    activation("identity", "linear"),
    activation("sigmoid"),
    activation("tanh"),
    activation("relu"),
    activation("leaky_relu"),
    activation("softplus"),
    activation("elu"),
    activation("gelu"),
    activation("softmax"),
    Case(layers.Activation, {"activation": "step"}, (5, 7), formula=formulas.step),
    Case(
        layers.PaddedShortcut, {"filters": 5, "strides": 2}, (2, 5, 4, 3), formula=formulas.padded_shortcut, masks=False
    ),
    Case(layers.Dropout, {"rate": 0.3, "seed": 1}, (8, 9), formula=formulas.dropout, noise=True),
    Case(layers.Dropout, {"rate": 0.75, "seed": 2}, (2, 3, 5, 3), formula=formulas.dropout, noise=True),
    Case(layers.Dropout, {"rate": 0.0}, (8, 9), keras.layers.Dropout),
    Case(
        layers.ScaledDropout, {"keep_probability": 0.6, "seed": 1}, (8, 9), formula=formulas.scaled_dropout, noise=True
    ),
    Case(layers.ScaledDropout, {"keep_probability": 1.0}, (8, 9), keras.layers.Dropout, {"rate": 0.0}),
    Case(layers.GaussianNoise, {"stddev": 0.4, "seed": 1}, (8, 9), formula=formulas.gaussian_noise, noise=True),
    Case(layers.GaussianNoise, {"stddev": 0.0}, (8, 9), keras.layers.GaussianNoise),
    Case(
        layers.GaussianCode,
        {"strength": 0.5, "seed": 1},
        (8, 6),
        formula=formulas.gaussian_code,
        masks=False,
        noise=True,
    ),
    Case(
        layers.ActivityRegularization,
        {"penalty": "l1", "strength": 0.01},
        (8, 9),
        keras.layers.ActivityRegularization,
        {"l1": 0.01},
    ),
    Case(layers.ActivityRegularization, {"penalty": "kl", "strength": 0.01}, (8, 9), keras.layers.Identity, {}),
    grouped_dense((6, 4, 5), groups=4, units=3),
    grouped_dense((6, 5), groups=3, units=7, kernel_regularizer="l2"),
    Case(
        layers.PiecewiseLinear,
        {"edges": [[-2.0, -1.5, 0.0, 3.0], [0.0, 1.0], [-1.0, 0.5, 1.0]]},
        (9, 3),
        formula=formulas.piecewise_linear,
        masks=False,
    ),
    Case(
        layers.PiecewiseLinear,
        {"edges": [[-1.0, 0.0, 2.0], [-3.0, 1.0]], "columns": [3, 1]},
        (9, 4),
        formula=formulas.piecewise_linear,
        masks=False,
    ),
    Case(
        layers.MonteCarloDropout,
        {"rate": 0.4, "samples": 3, "seed": 1},
        (8, 9),
        formula=formulas.monte_carlo_dropout,
        masks=False,
        noise=True,
    ),
    Case(layers.Unstandardize, {"mean": 3.5, "scale": 0.25}, (5, 4, 1), formula=formulas.unstandardize),
    Case(layers.Unstandardize, {"mean": -2.0, "scale": 40.0}, (5, 4, 2), formula=formulas.unstandardize),
    Case(layers.GaussianHead, {"smallest": 0.01}, (5, 4, 2), formula=formulas.gaussian_head),
    Case(layers.ProbabilityMean, {}, (5, 4, 3, 6), formula=formulas.probability_mean, masks=False),
    *IMAGES,
    *RECURRENT,
    *TRANSFORMER,
]

FIRST_OF_EACH = list({case.layer: case for case in reversed(CASES)}.values())

# A row takes up to a second to trace, on JAX several to compile. What is the same code for each row (files, shapes, a
# step of `fit`, precisions, slopes) is checked on one row of each layer, on JAX also that it equals its twin in
# float64; `make test-slow` does so with all rows, and in float32.
ENOUGH = [pytest.param(case, id=case.name, marks=[] if case in FIRST_OF_EACH else [pytest.mark.slow]) for case in CASES]

COMPOSED = (layers.Bidirectional, layers.RecurrentDecoder, layers.TransformerEncoderBlock,
            layers.TransformerDecoderBlock, layers.TransformerDecoder)  # fmt: skip


def rows(cases, slow_on_jax):
    """Cases as parameters; on JAX those of which `slow_on_jax` is true run in `make test-slow`."""
    jax = keras.backend.backend() == "jax"
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if jax and slow_on_jax(case) else [])
        for case in cases
    ]


# Public names without a row, and the test that proves each: what is no layer, initializer or penalty, and a layer of
# tokens whose answer has no slope.
ELSEWHERE = {"ReplicaSeed": "test_seed.py", "Neighbours": "test_neighbours.py"}
