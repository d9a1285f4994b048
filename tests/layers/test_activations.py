"""Both forms of each activation: the formula written out, and the fused operation that the layers use."""

import numpy as np
import pytest
from scipy.special import ndtr

from layers import activations
from tests.layers.comparison import EXTREMES, TOLERANCE, activation_errors, value_and_gradient

NAMES = list(activations.WRITTEN_OUT)


@pytest.mark.parametrize("name", sorted(activations.FUSED))
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_written_out_equals_fused(name, dtype):
    # TensorFlow keeps leaky ReLU's slope 0.2 and GELU's sqrt(2) in float32.
    tolerance = 1e-7 if dtype == "float64" and name in ("leaky_relu", "gelu") else TOLERANCE[dtype]
    assert max(activation_errors(name, dtype)) < tolerance


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["written out", "as the layers use it"])
def test_finite_on_extremes_and_nan_stays_nan(name, form):
    function = activations.WRITTEN_OUT[name] if form == "written out" else activations.get(name)
    x = EXTREMES.astype("float32")
    value, gradient = value_and_gradient(function, x)
    assert np.isfinite(value).all() and np.isfinite(gradient).all()
    assert np.isnan(np.asarray(function(np.array([np.nan, 1.0], "float32")))[0])


@pytest.mark.parametrize(
    ("name", "formula", "slope"),
    [
        ("identity", lambda z: z, np.ones_like),
        ("step", lambda z: (z >= 0) * 1.0, np.zeros_like),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z)))),
        ("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        ("relu", lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
        ("leaky_relu", lambda z: np.where(z > 0, z, 0.2 * z), lambda z: np.where(z > 0, 1, 0.2)),
        ("softplus", lambda z: np.log(1 + np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
        ("elu", lambda z: np.where(z > 0, z, np.exp(z) - 1), lambda z: np.where(z > 0, 1, np.exp(z))),
        ("gelu", lambda z: z * ndtr(z), lambda z: ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)),
    ],
)
def test_textbook_value_and_derivative(name, formula, slope):
    x = np.linspace(-4, 4, 41).astype("float32")
    x = x[x != 0]
    value, gradient = value_and_gradient(activations.get(name), x)
    np.testing.assert_allclose(value, formula(x.astype("float64")), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, slope(x.astype("float64")), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("function", [activations.relu, activations.get("relu")], ids=["written out", "fused"])
def test_the_gradient_of_relu_at_zero_is_zero(function):
    assert value_and_gradient(function, np.zeros(3, "float32"))[1].tolist() == [0, 0, 0]


def test_the_step_is_one_at_zero_and_has_no_gradient():
    value, gradient = value_and_gradient(activations.get("step"), np.array([-0.1, 0.0, 0.1], "float32"))
    assert value.tolist() == [0, 1, 1]
    assert gradient.tolist() == [0, 0, 0]


def test_softmax_rows_sum_to_one_and_ignore_a_shift():
    x = np.random.default_rng(0).standard_normal((5, 6)).astype("float32")
    probabilities = np.asarray(activations.softmax(x))
    np.testing.assert_allclose(probabilities.sum(-1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(activations.softmax(x + 50)), probabilities, rtol=1e-4)
