"""Batch norm: statistics on channels that differ, masks, frozen, half precision, batches of one."""

import keras
import numpy as np
import pytest

import layers
from tests.layers.comparison import batches, fill, trace

SHAPES = [(32, 5), (8, 7, 5), (4, 6, 7, 5)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_training_standardises_each_channel(shape):
    x = batches(shape, "float32", 1)[0]
    outputs = np.asarray(layers.BatchNorm(epsilon=1e-6)(x, training=True)).reshape(-1, shape[-1])
    np.testing.assert_allclose(outputs.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(outputs.std(0), 1, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_moving_statistics_follow_with_the_biased_variance(shape):
    layer = layers.BatchNorm(momentum=0.8)
    mean, variance = np.zeros(5), np.ones(5)
    for x in batches(shape, "float32", 4):
        layer(x, training=True)
        rows = x.reshape(-1, 5).astype("float64")
        mean = 0.8 * mean + 0.2 * rows.mean(0)
        variance = 0.8 * variance + 0.2 * rows.var(0)
    np.testing.assert_allclose(np.asarray(layer.moving_mean.value), mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(layer.moving_variance.value), variance, rtol=1e-5)


@pytest.mark.parametrize("frozen", [False, True])
def test_inference_and_frozen_use_moving_statistics_and_learn_nothing(frozen):
    layer = layers.BatchNorm()
    layer.build((None, 5))
    layer.moving_mean.assign(np.arange(5.0))
    layer.moving_variance.assign(np.arange(1.0, 6.0))
    layer.trainable = not frozen
    before = layer.get_weights()
    x = batches((32, 5), "float32", 1)[0]
    outputs = np.asarray(layer(x, training=frozen))  # frozen: even in training
    np.testing.assert_allclose(outputs, (x - np.arange(5)) / np.sqrt(np.arange(1, 6) + 1e-3), rtol=1e-4, atol=1e-5)
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_masked_positions_do_not_count():
    x = batches((6, 7, 5), "float32", 1)[0]
    mask = np.random.default_rng(1).random((6, 7)) < 0.6
    x[~mask] = np.nan
    masked, plain = layers.BatchNorm(momentum=0.5), layers.BatchNorm(momentum=0.5)
    outputs = np.asarray(masked(x, training=True, mask=mask))
    np.testing.assert_allclose(outputs[mask], np.asarray(plain(x[mask], training=True)), rtol=1e-4, atol=1e-5)
    for a, b in zip(masked.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_mask_from_a_masking_layer_is_used():
    inputs = keras.Input((7, 5))
    model = keras.Model(inputs, layers.BatchNorm(momentum=0.0)(keras.layers.Masking(-9.0)(inputs)))
    x = batches((6, 7, 5), "float32", 1)[0]
    x[:, 4:] = -9
    model(x, training=True)
    np.testing.assert_allclose(model.layers[-1].get_weights()[2], x[:, :4].mean((0, 1)), rtol=1e-4, atol=1e-5)


def test_a_batch_that_is_all_masked_stays_finite():
    outputs = layers.BatchNorm()(np.ones((3, 4, 5), "float32"), training=True, mask=np.zeros((3, 4), bool))
    assert np.isfinite(np.asarray(outputs)).all()


def test_a_mask_of_wrong_rank_is_refused():
    with pytest.raises(ValueError, match=r"Received: mask.shape=\(3,\), inputs.shape=\(3, 4, 5\)"):
        layers.BatchNorm()(np.ones((3, 4, 5), "float32"), mask=np.ones(3, bool))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_half_precision_statistics_do_not_overflow(policy, shape):
    """The variance 90,000 is above the largest float16; a mean of 1,000 leaves float16 only three digits."""
    rows = np.random.default_rng(0).normal(
        [[0, 500, -200, 1000, 3]], [[300, 300, 200, 100, 300]], (np.prod(shape) // 5, 5)
    )
    x = rows.reshape(shape).astype("float16" if policy[6:] == "float16" else "float32")
    layer = layers.BatchNorm(momentum=0.0, dtype=policy)
    outputs = np.asarray(keras.ops.cast(layer(x, training=True), "float32")).reshape(-1, 5)
    seen = np.asarray(keras.ops.cast(keras.ops.cast(x, policy[6:]), "float32")).reshape(-1, 5).astype("float64")
    np.testing.assert_allclose(np.asarray(layer.moving_variance.value), seen.var(0), rtol=2e-3)
    np.testing.assert_allclose(np.asarray(layer.moving_mean.value), seen.mean(0), rtol=2e-3, atol=0.2)
    np.testing.assert_allclose(outputs, (seen - seen.mean(0)) / seen.std(0), atol=0.04)


@pytest.mark.parametrize("shape", [(1, 5), (1, 1, 1, 5)], ids=str)
def test_a_single_row_gives_beta_and_variance_zero(shape):
    layer = layers.BatchNorm(momentum=0.0)
    outputs = np.asarray(layer(np.full(shape, 7.0, "float32"), training=True))
    np.testing.assert_allclose(outputs, 0, atol=1e-5)
    np.testing.assert_allclose(np.asarray(layer.moving_variance.value), 0, atol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the fused operation is TensorFlow's")
@pytest.mark.parametrize("shape", [(8, 7, 5), (4, 6, 7, 5), (2, 3, 4, 5, 5), (1, 1, 1, 5)], ids=str)
@pytest.mark.parametrize("parts", [{}, {"center": False}, {"scale": False}], ids=str)
def test_fused_form_equals_the_formula(shape, parts, monkeypatch):
    coefficients = np.random.default_rng(1).standard_normal(shape).astype("float32")
    passes, weights = [], []
    for fused in (True, False):
        monkeypatch.setattr(layers.BatchNorm, "_has_fused_form", lambda layer, inputs, fused=fused: fused)
        layer = layers.BatchNorm(momentum=0.5, **parts)
        layer.build(shape)
        fill(layer)
        passes.append(trace(layer, [(x,) for x in batches(shape, "float32", 3)], coefficients))
        weights.append(layer.get_weights())
    for a, b in zip(*passes, strict=True):
        np.testing.assert_allclose(a.outputs, b.outputs, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(a.input_gradients[0], b.input_gradients[0], rtol=1e-5, atol=1e-5)
        for c, d in zip(a.weight_gradients, b.weight_gradients, strict=True):
            np.testing.assert_allclose(c, d, rtol=1e-5, atol=1e-4)
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_statistics_survive_a_mean_far_above_the_deviation(shape):
    """The mean of squares less the square of the mean would leave no digit here."""
    x = batches(shape, "float32", 1)[0] + np.float32(10_000)
    layer = layers.BatchNorm(momentum=0.0)
    layer(x, training=True)
    exact = x.reshape(-1, 5).astype("float64")
    np.testing.assert_allclose(np.asarray(layer.moving_variance.value), exact.var(0), rtol=2e-3)


def test_an_unknown_number_of_channels_is_refused():
    with pytest.raises(ValueError, match="last axis"):
        layers.BatchNorm().build((None, None))
