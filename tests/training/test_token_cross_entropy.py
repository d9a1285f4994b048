"""Cross-entropy of tokens against NumPy and against Keras; padding, smoothing, gradients."""

import keras
import numpy as np
import pytest
from keras import ops

from training.token_cross_entropy import TokenCrossEntropy

RANDOM = np.random.default_rng(0)
LOGITS = (3 * RANDOM.standard_normal((3, 4, 6))).astype("float32")
TOKENS = np.array([[3, 5, 2, 0], [1, 0, 0, 0], [4, 4, 1, 2]], "int32")


def by_hand(tokens, logits, smoothing):
    losses = []
    for row, column in zip(*np.nonzero(tokens), strict=True):
        z = logits[row, column].astype("float64")
        logs = z - np.log(np.sum(np.exp(z)))
        losses.append(-(1 - smoothing) * logs[tokens[row, column]] - smoothing * np.mean(logs))
    return np.mean(losses)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_loss_equals_the_formula(smoothing):
    loss = float(TokenCrossEntropy(smoothing)(TOKENS, LOGITS))
    assert loss == pytest.approx(by_hand(TOKENS, LOGITS, smoothing), rel=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_equals_keras_on_all_tokens(smoothing):
    tokens = np.where(TOKENS == 0, 5, TOKENS)
    keras_s = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    expected = float(keras_s(np.eye(6, dtype="float32")[tokens], LOGITS))
    assert float(TokenCrossEntropy(smoothing)(tokens, LOGITS)) == pytest.approx(expected, rel=1e-6)


def test_rows_weigh_what_they_are_given():
    """The mean is over the tokens all the same: a weight of 0 leaves a row out of the sum, not out of the count."""
    weights = np.array([2.0, 0.0, -0.5], "float32")
    counts = np.count_nonzero(TOKENS, axis=1)
    rows = [by_hand(TOKENS[[row]], LOGITS[[row]], 0.1) * counts[row] for row in range(3)]
    loss = float(TokenCrossEntropy(0.1)(TOKENS, LOGITS, weights))
    assert loss == pytest.approx(weights @ rows / counts.sum(), rel=1e-6)


def test_padding_counts_for_nothing():
    """Whatever is guessed there, and however much there is: the mean is over tokens, not over rows or places."""
    loss = float(TokenCrossEntropy(0.1)(TOKENS, LOGITS))
    guesses = np.where((TOKENS == 0)[..., None], np.float32(40), LOGITS)
    assert float(TokenCrossEntropy(0.1)(TOKENS, guesses)) == loss
    more = [(0, 2), (0, 3)]
    longer = float(TokenCrossEntropy(0.1)(np.pad(TOKENS, more), np.pad(LOGITS, [*more, (0, 0)])))
    assert longer == pytest.approx(loss, rel=1e-6)


def test_a_batch_without_tokens_has_the_loss_zero():
    assert float(TokenCrossEntropy(0.1)(np.zeros((2, 3), "int32"), LOGITS[:2, :3])) == 0


def test_large_logits_stay_finite():
    loss = float(TokenCrossEntropy()(np.array([[1, 2]]), np.array([[[0, 1e4, 0], [1e4, 0, 0]]], "float32")))
    assert loss == pytest.approx(5e3)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the gradient is taken with TensorFlow")
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gradient_is_the_difference_of_the_distributions_and_zero_at_padding(smoothing):
    import tensorflow as tf

    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = TokenCrossEntropy(smoothing)(TOKENS, logits)
    gradient = tape.gradient(loss, logits).numpy()
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    wanted = (1 - smoothing) * np.eye(6)[TOKENS] + smoothing / 6
    expected = (shares - wanted) * (TOKENS != 0)[..., None] / np.count_nonzero(TOKENS)
    np.testing.assert_allclose(gradient, expected, atol=1e-6)
    assert not gradient[TOKENS == 0].any()


def test_a_model_trains_with_it_and_reports_the_mean_over_tokens():
    inputs = keras.Input((4, 6))
    model = keras.Model(inputs, inputs)
    model.compile(loss=TokenCrossEntropy(0.1))
    loss = model.evaluate(LOGITS, TOKENS, batch_size=3, verbose=0)
    assert loss == pytest.approx(by_hand(TOKENS, LOGITS, 0.1), rel=1e-5)


def test_round_trip():
    loss = TokenCrossEntropy(label_smoothing=0.2)
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert isinstance(copy, TokenCrossEntropy) and copy.label_smoothing == 0.2
    assert float(copy(TOKENS, LOGITS)) == float(loss(TOKENS, LOGITS))
    assert float(ops.sum(loss.call(TOKENS, LOGITS))) > 0


@pytest.mark.parametrize("smoothing", [1.0, -0.1])
def test_refusals(smoothing):
    with pytest.raises(ValueError) as refusal:
        TokenCrossEntropy(smoothing)
    assert f"`label_smoothing` must be in [0, 1). Received: label_smoothing={smoothing}" in str(refusal.value)
