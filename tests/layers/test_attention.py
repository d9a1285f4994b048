"""Additive and multiplicative attention: masks, weights, one step at a time, refusals."""

import keras
import numpy as np
import pytest

import layers
from tests.layers.comparison import fill

MASK = np.array([[1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0]], bool)
KINDS = [
    (layers.AdditiveAttention, {"units": 6}),
    (layers.MultiplicativeAttention, {}),
    (layers.MultiplicativeAttention, {"form": "dot"}),
]
every_kind = pytest.mark.parametrize(("kind", "settings"), KINDS, ids=str)


def made(kind, settings):
    layer = kind(**settings, return_weights=True)
    layer.build((3, 2, 5), (3, 4, 5))
    fill(layer)
    random = np.random.default_rng(0)
    query, key = (random.standard_normal(shape).astype("float32") for shape in ((3, 2, 5), (3, 4, 5)))
    return layer, query, key


@every_kind
def test_masked_keys_have_no_effect(kind, settings):
    layer, query, key = made(kind, settings)
    context, weights = (np.asarray(part) for part in layer(query, key, key_mask=MASK))
    other = layer(query, np.where(MASK[:, :, None], key, np.nan), key_mask=MASK)
    np.testing.assert_array_equal(np.asarray(other[0]), context)
    np.testing.assert_array_equal(np.asarray(other[1]), weights)
    assert not weights[~np.repeat(MASK[:, None], 2, axis=1)].any()
    np.testing.assert_allclose(weights.sum(-1), [[1, 1], [1, 1], [0, 0]], rtol=1e-6)
    assert not context[2].any()
    np.testing.assert_allclose(np.asarray(layer(query[:1], key[:1, :2])[0]), context[:1], rtol=1e-5, atol=1e-6)


@pytest.mark.whole
@every_kind
def test_the_masks_of_query_and_keys_arrive(kind, settings):
    """From an embedding on: that of the keys in the weights, that of the query at the context."""
    tokens = [keras.Input((None,), dtype="int32") for _ in range(2)]
    embed = layers.Embedding(9, 5, mask_zero=True)
    context, weights = kind(**settings, return_weights=True)(*(embed(part) for part in tokens))
    model = keras.Model(tokens, [weights, layers.GRU(3)(context)])
    key = np.array([[3, 4, 0, 5]])
    assert np.asarray(model([np.array([[1, 2]]), key])[0])[:, :, 2].max() == 0
    ends = [np.asarray(model([np.array(query), key])[1]) for query in ([[1, 2]], [[1, 2, 0, 0]])]
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-5, atol=1e-6)


@every_kind
def test_weights_and_shapes(kind, settings):
    layer, query, key = made(kind, settings)
    symbolic = layer(keras.Input((2, 5)), keras.Input((None, 5)))
    assert [part.shape for part in symbolic] == [(None, 2, 5), (None, 2, None)]
    context, weights = (np.asarray(part) for part in layer(query, key))
    np.testing.assert_allclose(weights @ key, context, rtol=1e-5, atol=1e-6)


def test_keys_projected_once_serve_every_step():
    layer, query, key = made(*KINDS[0])
    whole = np.asarray(layer(query, key, key_mask=MASK)[0])
    projected = layer.project_keys(key)
    steps = [layer.attend(query[:, t : t + 1], projected, key, MASK)[0] for t in range(2)]
    np.testing.assert_allclose(np.concatenate(steps, axis=1), whole, rtol=1e-5, atol=1e-6)


def test_other_shapes_are_refused():
    x = np.ones((3, 4), "float32")
    for kind, settings in KINDS:
        with pytest.raises(ValueError, match="must have three axes"):
            kind(**settings)(x, x)
    with pytest.raises(ValueError, match="form='general' allows two"):
        layers.MultiplicativeAttention("dot")(np.ones((3, 2, 5), "float32"), np.ones((3, 2, 4), "float32"))


def test_the_matrices_of_query_and_keys_start_apart():
    layer = layers.AdditiveAttention(6)
    layer.build((3, 2, 5), (3, 4, 5))
    assert np.abs(layer.get_weights()[0] - layer.get_weights()[1]).max() > 0.1
