"""Figures of validation, against NumPy: what a training adds to its loss is not in them."""

import keras
import numpy as np
import pytest

from training.losses import CrossEntropy
from training.token_cross_entropy import TokenCrossEntropy
from training.validation import figures


def dataset(x, y, size=4):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((x, y)).batch(size)


def test_the_loss_has_no_penalty_no_smoothing_and_counts_each_row_once():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(10, 3)).astype(np.float32), random.integers(0, 4, 10)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(1.0))])
    model.compile(loss=CrossEntropy(0.3, [1.0, 2.0, 3.0, 4.0]))
    trained_on = model.evaluate(dataset(x, y), verbose=0)
    found = figures(model, dataset(x, y), CrossEntropy(), ["accuracy"])
    logits = np.asarray(model(x), np.float64)
    log = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -log[np.arange(10), y].mean()
    assert found["val_loss"] == pytest.approx(expected, rel=1e-5)
    assert found["val_accuracy"] == pytest.approx(np.mean(log.argmax(1) == y))
    assert abs(trained_on - expected) > 0.1, "the penalty would be seen"


def test_padding_counts_for_nothing():
    random = np.random.default_rng(1)
    x = random.normal(size=(6, 5, 3)).astype(np.float32)
    y = random.integers(1, 4, (6, 5)) * (np.arange(5) < random.integers(1, 6, 6)[:, None])
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Dense(4)])
    found = figures(model, dataset(x, y), TokenCrossEntropy(), padding=0)
    logits = np.asarray(model(x), np.float64)
    log = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    losses = -np.take_along_axis(log, y[..., None], -1)[..., 0]
    assert found["val_loss"] == pytest.approx(losses[y > 0].mean(), rel=1e-5)
    assert abs(losses.mean() - losses[y > 0].mean()) > 1e-3, "with padding it would be another"
