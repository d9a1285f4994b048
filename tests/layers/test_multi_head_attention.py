"""Multi-head attention beyond its rows: masks against NumPy, positions, precision, dropout, starting weights."""

import keras
import numpy as np
import pytest
from keras import ops

import layers
from layers import attention_mask
from layers.rotary import rotate
from tests.layers.comparison import Caller, fill

RANDOM = np.random.default_rng(0)
QUERY = RANDOM.standard_normal((3, 5, 6)).astype("float32")
KEY = RANDOM.standard_normal((3, 5, 8)).astype("float32")


def filled(**settings):
    layer = layers.MultiHeadAttention(**{"num_heads": 2, "head_units": 4, **settings})
    layer.build(QUERY.shape, KEY.shape)
    fill(layer)
    return layer


def by_numpy(layer, query, key, visible):
    """Outputs and weights, one query of one head at a time; `visible` is (batch, queries, keys)."""
    kernels = [np.asarray(weight, "float64") for weight in layer.get_weights()]
    projected = [x @ w + b for x, w, b in zip((query, key, key), kernels[0:6:2], kernels[1:6:2], strict=True)]
    queries, keys, values = (np.split(x, layer.num_heads, axis=-1) for x in projected)
    weights = np.zeros((len(query), layer.num_heads, query.shape[1], key.shape[1]))
    joined = np.zeros_like(projected[0])
    for row, head, i in np.ndindex(*weights.shape[:3]):
        seen = np.flatnonzero(visible[row, i])
        if len(seen):
            scores = np.exp(keys[head][row, seen] @ queries[head][row, i] / np.sqrt(layer.head_units))
            weights[row, head, i, seen] = scores / scores.sum()
        units = slice(head * layer.head_units, (head + 1) * layer.head_units)
        joined[row, i, units] = weights[row, head, i] @ values[head][row]
    return joined @ kernels[6] + kernels[7], weights


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("counts", [None, [[1, 1, 1, 1, 1], [0, 0, 1, 0, 1], [0, 0, 0, 0, 0]]], ids=["all", "padded"])
def test_masks_are_those_of_numpy(causal, counts):
    mask = None if counts is None else np.array(counts, bool)
    visible = np.ones((3, 5, 5), bool) if mask is None else np.repeat(mask[:, None], 5, axis=1)
    visible = np.tril(visible) if causal else visible
    layer = filled()
    outputs, weights = layer(QUERY, KEY, key_mask=mask, causal=causal, return_weights=True)
    expected_outputs, expected_weights = by_numpy(layer, QUERY, KEY, visible)
    np.testing.assert_allclose(np.asarray(weights), expected_weights, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(np.asarray(outputs), expected_outputs, atol=1e-5)
    assert np.all(np.asarray(weights)[np.broadcast_to(~visible[:, None], weights.shape)] == 0)  # to the last bit
    each_query = layer.attend(ops.array(QUERY), *layer.project_keys(ops.array(KEY)), visible)
    np.testing.assert_allclose(np.asarray(each_query[0]), expected_outputs, atol=1e-5)


def test_a_query_without_keys_gives_the_bias_and_no_gradient():
    layer = filled()
    nothing = np.zeros((3, 5), bool)
    outputs = layer(QUERY, KEY, key_mask=nothing)
    np.testing.assert_array_equal(np.asarray(outputs), np.broadcast_to(layer.get_weights()[-1], QUERY.shape))
    result = Caller(layer, {"key_mask": nothing})((QUERY, KEY), np.ones_like(QUERY), training=True)
    assert all(np.all(gradient == 0) for gradient in result.input_gradients)
    assert all(np.all(np.isfinite(gradient)) for gradient in result.weight_gradients)


@pytest.mark.parametrize("content", [3e4, -3e4])
def test_what_stands_at_masked_keys_has_no_influence(content):
    layer = filled()
    mask = np.array([[1, 0, 1, 1, 0]] * 3, bool)
    other = np.where(mask[..., None], KEY, np.float32(content))
    before, after = (np.asarray(layer(QUERY, key, key_mask=mask)) for key in (KEY, other))
    np.testing.assert_array_equal(before, after)


def test_one_key_has_the_weight_one_and_its_gradients():
    layer = filled()
    key = KEY[:, :1]
    mask = np.array([[1], [1], [0]], bool)
    assert np.asarray(layer(QUERY, key, key_mask=mask, return_weights=True)[1])[:, 0, 0, 0].tolist() == [1, 1, 0]
    gradients = Caller(layer)((QUERY, key), np.ones_like(QUERY), training=True).input_gradients
    assert np.all(gradients[0] == 0) and np.all(gradients[1] != 0)


def test_the_mask_that_keras_keeps_is_used_and_that_of_the_query_passes_through():
    masking = keras.layers.Masking()
    key = np.where(np.array([[1, 1, 0, 1, 0]] * 3)[..., None], KEY, np.float32(0))
    query = masking(np.where(np.array([[1, 1, 1, 0, 0]] * 3)[..., None], QUERY, np.float32(0)))
    layer = filled()
    outputs = layer(query, masking(key))
    expected = layer(ops.array(query), key, key_mask=np.any(key != 0, axis=-1))
    np.testing.assert_array_equal(np.asarray(outputs), np.asarray(expected))
    assert np.asarray(outputs._keras_mask).tolist() == [[True, True, True, False, False]] * 3


def test_weights_have_their_shape_in_a_functional_model():
    query, key = keras.Input((None, 6)), keras.Input((None, 8))
    mask = keras.Input((None,), dtype="bool")
    outputs, weights = layers.MultiHeadAttention(2, 4)(query, key, key_mask=mask, return_weights=True)
    assert outputs.shape == (None, None, 6) and weights.shape == (None, 2, None, None)
    model = keras.Model([query, key, mask], [outputs, weights])
    result = model.predict([QUERY[:, :4], KEY, np.ones((3, 5), bool)], verbose=0)
    assert result[0].shape == (3, 4, 6) and result[1].shape == (3, 2, 4, 5)
    np.testing.assert_allclose(result[1].sum(-1), 1, rtol=1e-5)


def test_keys_values_and_masks_of_unequal_lengths_are_refused():
    layer = filled()
    for arguments, message in (
        ({"key_mask": np.ones((3, 4), bool)}, r"\(batch, keys=5\).*Received: shape=\(3, 4\)"),
        ({"key_mask": np.ones((3, 1, 5, 5), bool)}, r"Received: shape=\(3, 1, 5, 5\)"),
        ({"value": KEY[:, :3]}, "`value` must be as long as `key`. Received: 5 keys and 3 values"),
    ):
        with pytest.raises(ValueError, match=message):
            layer(QUERY, KEY, **arguments)
    with pytest.raises(ValueError, match="as many keys as queries. Received: 3 queries and 5 keys"):
        layer(QUERY[:, :3], KEY, causal=True)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float32"])
def test_the_softmax_runs_in_float32(policy, monkeypatch):
    seen, softmax = [], attention_mask.masked_softmax

    def spy(scores, visible, some):
        seen.append(keras.backend.standardize_dtype(scores.dtype))
        return softmax(scores, visible, some)

    monkeypatch.setattr(attention_mask, "masked_softmax", spy)
    layers.MultiHeadAttention(2, 4, dtype=policy)(QUERY, KEY)
    assert seen == ["float32"]


def test_dropout_drops_weights_at_its_rate_and_keeps_their_mean():
    layer = filled(dropout=0.25, seed=1)
    query, key = np.tile(QUERY[:1], (4000, 1, 1)), np.tile(KEY[:1], (4000, 1, 1))
    weights = np.asarray(layer(query, key, return_weights=True, training=True)[1])
    exact = np.asarray(layer(query[:1], key[:1], return_weights=True)[1])
    assert np.mean(weights == 0) == pytest.approx(0.25, abs=0.003)
    np.testing.assert_allclose(weights.mean(axis=0), exact[0], atol=0.03)
    np.testing.assert_allclose(exact.sum(-1), 1, rtol=1e-5)


def test_kernels_start_apart_and_with_glorots_deviation():
    layer = layers.MultiHeadAttention(4, 32, kernel_initializer=layers.GlorotUniform())
    layer.build((None, 5, 128), (None, 5, 128))
    kernels = [np.asarray(weight) for weight in layer.weights if weight.ndim == 2]
    assert [kernel.std() for kernel in kernels] == pytest.approx([(2 / 256) ** 0.5] * 4, rel=0.03)
    assert max(np.abs(np.corrcoef([kernel.ravel() for kernel in kernels]) - np.eye(4)).ravel()) < 0.05


def test_rotation_is_multiplication_by_complex_numbers():
    x = RANDOM.standard_normal((2, 3, 7, 6)).astype("float32")
    angles = np.arange(4, 11)[:, None] * 100.0 ** (-np.arange(3) / 3)
    turned = (x[..., :3] + 1j * x[..., 3:]) * np.exp(1j * angles)
    result = np.asarray(rotate(x, np.arange(4, 11), period=100.0))
    np.testing.assert_allclose(result, np.concatenate([turned.real, turned.imag], axis=-1), atol=1e-5)


def test_rotated_attention_knows_distances_only_and_does_know_them():
    layer = filled(rotary=True)
    query, key = ops.array(QUERY), ops.array(KEY)

    def weights(query_start, key_start):
        keys = layer.project_keys(key, positions=np.arange(5) + key_start)
        return np.asarray(layer.attend(query, *keys, positions=np.arange(5) + query_start)[1])

    np.testing.assert_allclose(weights(40, 40), weights(0, 0), atol=1e-5)
    assert np.abs(weights(3, 0) - weights(0, 0)).max() > 0.05


POSITIONS = [layers.SinusoidalPositions(), layers.LearnedPositions(12)]


@pytest.mark.parametrize("layer", POSITIONS, ids=lambda layer: layer.name)
def test_positions_at_an_offset_are_those_of_the_whole(layer):
    x = RANDOM.standard_normal((2, 9, 6)).astype("float32")
    whole = np.asarray(layer(x))
    for start, stop in ((0, 1), (4, 5), (3, 9)):
        for offset in (start, ops.array(start, dtype="int32")):
            np.testing.assert_allclose(
                np.asarray(layer(x[:, start:stop], offset=offset)), whole[:, start:stop], atol=1e-6
            )


@pytest.mark.parametrize("layer", POSITIONS, ids=lambda layer: layer.name)
def test_positions_take_lengths_that_only_the_data_knows(layer):
    inputs = keras.Input((None, 6))
    model = keras.Model(inputs, layer(inputs))
    x = np.zeros((2, 7, 6), "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), np.asarray(layer(x)), rtol=1e-6, atol=1e-6)


def test_what_is_longer_than_the_learned_positions_is_refused():
    layer = layers.LearnedPositions(4)
    for length, offset in ((5, 0), (2, 3), (1, -1)):
        with pytest.raises(ValueError, match=f"max_length=4 positions. Received: length={length}, offset={offset}"):
            layer(np.zeros((2, length, 6), "float32"), offset=offset)
