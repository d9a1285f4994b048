"""Compact bilinear pooling: what it stands for in the mean over sketches, and that its sketches are kept."""

import keras
import numpy as np
import pytest

import layers
from layers.compact_bilinear_pooling import sketches
from models.loading import load


def pooled(x, dimension, seed, **settings):
    return np.asarray(layers.CompactBilinearPooling(dimension, seed=seed, **settings)(x))


@pytest.mark.whole
def test_the_mean_inner_product_is_the_squared_one():
    """Over 200 draws within 2%, and the spread of one falls with the root of the dimension."""
    random = np.random.default_rng(0)
    x, y = (random.uniform(0.2, 1.0, (1, 1, 24)).astype("float32") for _ in range(2))
    true = float((x[0, 0] @ y[0, 0]) ** 2)
    spreads = []
    for dimension in (128, 512):
        found = [
            (pooled(x, dimension, seed, normalize=False) @ pooled(y, dimension, seed, normalize=False).T).item()
            for seed in range(200)
        ]
        assert np.mean(found) == pytest.approx(true, rel=0.02)
        spreads.append(np.std(found) / true)
    assert spreads[1] == pytest.approx(spreads[0] / 2, rel=0.35)
    assert spreads[1] < 4 / 512**0.5


def test_it_is_the_sketch_of_the_explicit_outer_product():
    x = np.random.default_rng(1).normal(size=(2, 3, 3, 6)).astype("float32")
    buckets, signs = sketches(6, 11, 4)
    dealt = np.zeros((36, 11))
    for i in range(6):
        for j in range(6):
            dealt[6 * i + j, (buckets[0, i] + buckets[1, j]) % 11] += signs[0, i] * signs[1, j]
    outer = np.einsum("nhwi,nhwj->nij", x, x).reshape(2, 36)
    np.testing.assert_allclose(pooled(x, 11, 4, normalize=False), outer @ dealt, rtol=1e-5, atol=1e-5)
    wrong = dealt[:, ::-1]  # the check sees another deal
    assert np.abs(pooled(x, 11, 4, normalize=False) - outer @ wrong).max() > 0.1


def test_the_sketches_are_saved_not_drawn_on_loading(tmp_path):
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, layers.CompactBilinearPooling(16)(inputs))
    x = np.random.default_rng(2).normal(size=(2, 4, 4, 3)).astype("float32")
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "model.keras")(x)), np.asarray(model(x)))
    assert not model.trainable_weights
    other = keras.Model(inputs, layers.CompactBilinearPooling(16)(inputs))
    assert np.abs(np.asarray(other(x)) - np.asarray(model(x))).max() > 0.01


def test_inputs_of_two_axes_are_refused():
    with pytest.raises(ValueError, match="rows, columns, channels"):
        layers.CompactBilinearPooling(4)(np.ones((2, 3), "float32"))
