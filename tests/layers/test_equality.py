"""Every layer equals its Keras twin, or a NumPy formula, over training steps and inference; gradients equal slopes."""

import keras
import numpy as np
import pytest

from tests.layers.cases import CASES, ENOUGH, FIRST_OF_EACH, rows
from tests.layers.comparison import TOLERANCE, difference, errors, finite_difference_error
from tests.layers.initializer_cases import INITIALIZERS, REGULARIZERS


def further(case):
    return not any(case is first for first in FIRST_OF_EACH)


# On JAX a row compiles for a second, one of several steps or blocks for five; each layer has one in `make test`.
@pytest.mark.parametrize("case", rows(CASES, further))
def test_layer_equals_its_reference_in_float64(case):
    check_errors(case, "float64")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_layer_equals_its_reference_in_float32(case):
    check_errors(case, "float32")


def check_errors(case, dtype):
    forward, backward = errors(case, dtype)
    assert forward < TOLERANCE[dtype]
    assert backward < TOLERANCE[dtype]


@pytest.mark.parametrize("case", ENOUGH)
def test_gradient_equals_finite_differences(case):
    assert finite_difference_error(case) < 1e-8


@pytest.mark.parametrize("case", INITIALIZERS, ids=lambda case: case.name)
@pytest.mark.parametrize("shape", [(20, 30), (3, 2, 8, 6)], ids=str)
def test_initializer_draws_the_numbers_of_its_twin(case, shape):
    seed = {"seed": 7} if case.seeded else {}
    ours = case.initializer(**case.settings, **seed)(shape, dtype="float32")
    twin = case.twin(**(case.settings if case.twin_settings is None else case.twin_settings), **seed)
    expected = keras.ops.convert_to_numpy(twin(shape, dtype="float32"))
    assert difference(keras.ops.convert_to_numpy(ours), expected) < 1e-6


@pytest.mark.parametrize("case", REGULARIZERS, ids=lambda case: case.name)
def test_penalty_equals_its_twin(case):
    weights = np.random.default_rng(0).standard_normal((6, 5)).astype("float32")
    ours, twin = case.penalty(**case.settings), case.twin(**case.settings)
    assert float(ours(weights)) == pytest.approx(float(twin(weights)), rel=1e-6)
