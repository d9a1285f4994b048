"""Properties of both forms of dropout."""

import keras
import numpy as np
import pytest

import layers
from layers.bernoulli import half_words

ONES = np.ones((200, 500), "float32")  # 100,000 draws: the standard error of a rate is at most 0.0016
RATES = [0.0, 0.005, 0.1, 0.2, 0.5, 0.8, 0.95, 0.995]


@pytest.mark.parametrize("rate", RATES)
def test_entries_are_zero_or_scaled_and_the_rate_is_right(rate):
    outputs = np.asarray(layers.Dropout(rate, seed=1)(ONES, training=True))
    kept = outputs[outputs != 0]
    np.testing.assert_allclose(kept, 1 / (1 - rate), rtol=1e-6)
    assert np.mean(outputs == 0) == pytest.approx(rate, abs=0.007)
    assert outputs.mean() == pytest.approx(1, abs=5 * np.sqrt(rate / (1 - rate) / ONES.size) + 1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_the_lecture_form_keeps_with_p_and_is_the_other_times_p(rate):
    p = 1 - rate
    scaled = layers.ScaledDropout(p, seed=1)
    outputs = np.asarray(scaled(ONES, training=True))
    assert set(np.unique(outputs)) <= {0, 1}
    assert outputs.mean() == pytest.approx(p, abs=0.007)
    np.testing.assert_allclose(np.asarray(scaled(ONES, training=False)), p, rtol=1e-6)
    # What training gives on average is what the test gives.
    assert outputs.mean() == pytest.approx(float(np.asarray(scaled(ONES, training=False)).mean()), abs=0.007)


def test_dropout_of_a_fifth_multiplies_by_five_quarters():
    assert np.asarray(layers.Dropout(0.2, seed=0)(ONES, training=True)).max() == pytest.approx(1.25)


@pytest.mark.parametrize("arguments", [{}, {"training": False}, {"training": None}], ids=str)
def test_inference_leaves_inputs_alone(arguments):
    x = np.random.default_rng(0).standard_normal((4, 5)).astype("float32")
    np.testing.assert_array_equal(np.asarray(layers.Dropout(0.5)(x, **arguments)), x)
    np.testing.assert_allclose(np.asarray(layers.ScaledDropout(0.5)(x, **arguments)), x / 2)


@pytest.mark.parametrize("layer", [layers.Dropout(0.5, seed=4), layers.ScaledDropout(0.5, seed=4)], ids=["d", "s"])
def test_each_call_draws_anew_and_a_seed_repeats_the_sequence(layer):
    first, second = (np.asarray(layer(ONES, training=True)) for _ in range(2))
    assert np.mean((first > 0) == (second > 0)) == pytest.approx(0.5, abs=0.01)
    copy = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(np.asarray(copy(ONES, training=True)), first)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="two draws from one word are TensorFlow's form")
@pytest.mark.parametrize("probability", [0.2, 0.5, 0.9])
def test_both_forms_of_drawing_have_the_same_rate(probability):
    """A million draws each, standard error at most 0.0005; and the threshold itself is right to 1e-5."""
    inputs = keras.ops.ones((1000, 1001))
    halves = np.asarray(half_words(inputs, probability, layers.ReplicaSeed(1))).mean()
    uniform = np.asarray(keras.random.uniform((1000, 1001), seed=1) < probability).mean()
    assert halves == pytest.approx(probability, abs=0.002)
    assert halves == pytest.approx(uniform, abs=0.003)
    assert abs(round(probability * 2**16) / 2**16 - probability) < 1e-5


@pytest.mark.parametrize("shape", [(1,), (3,), (7, 5), (3, 5, 7), (2, 3, 3, 5)], ids=str)
def test_any_number_of_entries(shape):
    assert layers.Dropout(0.5, seed=1)(np.ones(shape, "float32"), training=True).shape == shape


def test_neighbours_and_rows_are_independent():
    kept = np.asarray(layers.Dropout(0.5, seed=3)(ONES, training=True)) > 0
    for other in (kept[:, 1:], kept[:, 2:], kept[1:]):
        same = kept[: other.shape[0], : other.shape[1]] == other
        assert same.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("layer", [layers.Dropout(0.5, seed=1), layers.ScaledDropout(0.5, seed=1)], ids=["d", "s"])
def test_half_precision_draws_as_many(layer):
    outputs = layer(keras.ops.cast(ONES, "bfloat16"), training=True)
    assert np.mean(np.asarray(keras.ops.cast(outputs, "float32")) == 0) == pytest.approx(0.5, abs=0.007)
