"""Cross-entropy against the formula in NumPy."""

import keras
import numpy as np
import pytest

from training.losses import CrossEntropy

LOGITS = np.array([[2.0, -1.0, 0.5], [0.1, 0.2, 0.3], [-3.0, 4.0, 1.0], [1e4, -1e4, 0.0]], dtype="float32")
LABELS = np.array([0, 2, 0, 0], dtype="int32")


def by_hand(smoothing, weights):
    z = LOGITS.astype("float64")
    log_p = z - z.max(1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(1, keepdims=True))
    target = np.eye(3)[LABELS] * (1 - smoothing) + smoothing / 3
    return float(np.mean(np.array(weights)[LABELS] * -(target * log_p).sum(1)))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, [0.5, 1.0, 2.5]])
def test_equals_the_formula(smoothing, weights):
    loss = CrossEntropy(smoothing, weights)
    assert float(loss(LABELS, LOGITS)) == pytest.approx(by_hand(smoothing, weights or [1, 1, 1]), rel=1e-6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert float(again(LABELS, LOGITS)) == float(loss(LABELS, LOGITS))


def test_equals_keras_on_one_hot_targets():
    keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    expected = float(keras_loss(np.eye(3, dtype="float32")[LABELS], LOGITS))
    assert float(CrossEntropy(0.2)(LABELS, LOGITS)) == pytest.approx(expected, rel=1e-6)


def test_the_lectures_example():
    """S31: p(true class) = 0.6 costs 0.5108 nats."""
    p = np.array([[0.1, 0.05, 0.6, 1e-30, 0.05, 0.1, 1e-30, 0.1, 1e-30, 1e-30]], dtype="float32")
    assert float(CrossEntropy()(np.array([2]), np.log(p))) == pytest.approx(0.5108, abs=5e-5)


def test_refusal():
    with pytest.raises(ValueError, match="`label_smoothing` must be in \\[0, 1\\). Received: label_smoothing=1"):
        CrossEntropy(1)
