"""Embedding: looking up, tied logits, masks, a whole model against Keras."""

import keras
import numpy as np
import pytest

import layers
from tests.layers.comparison import fill

TOKENS = np.array([[1, 2, 2, 0], [3, 4, 0, 0]])


def model(embedding, **backwards):
    """Tokens to logits through one table."""
    tokens = keras.Input((4,), dtype="int32")
    return keras.Model(tokens, embedding(keras.ops.tanh(embedding(tokens)), **backwards))


def test_looking_up_takes_rows_and_makes_the_mask():
    layer = layers.Embedding(5, 3, mask_zero=True)
    outputs = layer(TOKENS)
    np.testing.assert_array_equal(np.asarray(outputs), layer.get_weights()[0][TOKENS])
    np.testing.assert_array_equal(np.asarray(layer.compute_mask(keras.ops.array(TOKENS))), TOKENS != 0)
    assert layers.Embedding(5, 3).compute_mask(keras.ops.array(TOKENS)) is None


def test_the_tied_model_trains_as_that_of_keras():
    ours = model(layers.Embedding(5, 3, mask_zero=True), transposed=True)
    twin = model(keras.layers.ReversibleEmbedding(5, 3), reverse=True)
    fill(ours)
    twin.set_weights(ours.get_weights())
    for each in (ours, twin):
        each.compile(keras.optimizers.SGD(0.5), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        sample_weight = (TOKENS != 0).astype("float32")
        for _ in range(3):
            each.train_on_batch(TOKENS, TOKENS, sample_weight=sample_weight)
    assert ours.count_params() == 15
    np.testing.assert_allclose(ours.get_weights()[0], twin.get_weights()[0], rtol=1e-5, atol=1e-6)


def test_the_tied_model_is_saved_with_one_table(tmp_path):
    ours = model(layers.Embedding(5, 3, mask_zero=True), transposed=True)
    ours.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(loaded(TOKENS)), np.asarray(ours(TOKENS)))
    assert loaded.count_params() == 15


def test_half_precision_looks_up_in_it_and_keeps_logits_exact():
    layer = layers.Embedding(5, 3, dtype="mixed_bfloat16")
    outputs = layer(TOKENS)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(layer(outputs, transposed=True).dtype) == "float32"
    assert layer.embeddings.dtype == "float32"


def test_floats_and_another_width_are_refused():
    layer = layers.Embedding(5, 3)
    with pytest.raises(ValueError, match="Tokens must be integers.*Received: dtype=float32"):
        layer(TOKENS.astype("float32"))
    with pytest.raises(ValueError, match="must be 3. Received: shape=\\(2, 4\\)"):
        layer(np.ones((2, 4), "float32"), transposed=True)
