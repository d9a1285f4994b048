"""Moments of the initializers, fans, seeds."""

import keras
import numpy as np
import pytest

import layers
from layers.initializers import TRUNCATED_STD, compute_fans, get
from tests.layers.initializer_cases import INITIALIZERS

SHAPE = (400, 100)  # 40,000 draws: the standard error of a standard deviation is 0.35%, of a mean 0.5% of it


@pytest.mark.parametrize("case", INITIALIZERS, ids=lambda case: case.name)
@pytest.mark.parametrize("shape", [SHAPE, (5, 4, 20, 100)], ids=str)
def test_moments(case, shape):
    weights = np.asarray(case.initializer(**case.settings, **({"seed": 11} if case.seeded else {}))(shape))
    std = case.std(400, 100 if len(shape) == 2 else 2000)
    if case.initializer is layers.Orthogonal:
        std = case.std(400, 100)  # one matrix of 400 x 100 either way
    assert weights.shape == shape
    assert weights.std() == pytest.approx(std, rel=0.02)
    assert abs(weights.mean()) <= 0.02 * std


def test_the_scales_of_the_lecture():
    """He gives 0.0707 at 400 inputs; the lecture's "Xavier" is LeCun's 0.05, and Glorot's own is 0.0634 (400/100)."""
    for name, expected in [("he_normal", 0.0707), ("lecun_normal", 0.05), ("glorot_normal", 0.0632)]:
        assert np.std(np.asarray(type(get(name))(seed=2)(SHAPE))) == pytest.approx(expected, rel=0.01)


def test_truncated_normals_end_at_two_standard_deviations_of_what_is_cut():
    weights = np.asarray(layers.HeNormal(seed=1)(SHAPE)) / np.sqrt(2 / 400)
    assert np.abs(weights).max() == pytest.approx(2 / TRUNCATED_STD, rel=1e-3)
    scaling = layers.VarianceScaling(2.0, "fan_in", "untruncated_normal", seed=1)
    assert np.abs(np.asarray(scaling(SHAPE))).max() > 3 * np.sqrt(2 / 400)


def test_uniform_fills_its_interval():
    limit = np.sqrt(6 / 500)
    weights = np.asarray(layers.GlorotUniform(seed=1)(SHAPE))
    assert -limit <= weights.min() < -0.999 * limit
    assert 0.999 * limit < weights.max() <= limit


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((3, 2, 4, 8), (24, 48)), ((3, 4, 8), (12, 24))],
)
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (2, 3, 4)], ids=str)
def test_orthogonal(shape):
    weights = np.asarray(layers.Orthogonal(seed=1)(shape)).reshape(-1, shape[-1])
    small = weights.T @ weights if weights.shape[0] >= weights.shape[1] else weights @ weights.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-5)


def test_orthogonal_needs_two_axes():
    with pytest.raises(ValueError, match=r"Received: shape=\(5,\)"):
        layers.Orthogonal()((5,))


def test_seeds():
    a, b, c = layers.HeNormal(seed=1)((3, 4)), layers.HeNormal(seed=1)((3, 4)), layers.HeNormal(seed=2)((3, 4))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    assert not np.array_equal(layers.HeNormal()((3, 4)), layers.HeNormal()((3, 4)))
    repeated = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        repeated.append(np.asarray(layers.HeNormal()((3, 4))))
    np.testing.assert_array_equal(*repeated)


def test_units_of_a_layer_start_different():
    dense = layers.Dense(8)
    dense.build((None, 5))
    kernel = np.asarray(dense.kernel.value)
    assert len(np.unique(kernel.round(6), axis=1).T) == 8
