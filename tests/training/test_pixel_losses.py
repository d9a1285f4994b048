"""The loss and the metric of pixels against NumPy; a part of a network that learns more slowly."""

import keras
import numpy as np
import pytest

from training.mean_iou import MeanIoU
from training.pixel_cross_entropy import PixelCrossEntropy
from training.two_rates import slow_down

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 3, (3, 4, 5, 4)).astype("float32")
TRUTH = RANDOM.integers(0, 4, (3, 4, 5)).astype("uint8")
TRUTH[0, :2] = 255
TRUTH[2] = 255
WEIGHTS = [0.5, 1.0, 2.0, 0.25]


def expected(weights):
    rows = []
    for logits, truth in zip(LOGITS.astype(np.float64), TRUTH, strict=True):
        total, count = 0.0, 0
        for place in np.ndindex(truth.shape):
            if truth[place] != 255:
                powers = np.exp(logits[place])
                total -= weights[truth[place]] * np.log(powers[truth[place]] / powers.sum())
                count += 1
        rows.append(total / max(count, 1))
    return np.array(rows)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_cross_entropy_leaves_void_out(weights):
    loss = PixelCrossEntropy(class_weights=weights)
    rows = keras.ops.convert_to_numpy(loss.call(TRUTH, LOGITS))
    assert rows == pytest.approx(expected(weights or [1] * 4), rel=1e-5) and rows[2] == 0
    assert float(loss(TRUTH, LOGITS)) == pytest.approx(expected(weights or [1] * 4).mean(), rel=1e-5)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config()


def test_an_infinite_loss_of_a_void_pixel_counts_nothing():
    logits = np.zeros((1, 1, 2, 2), "float32")
    logits[0, 0, 1] = np.inf
    assert float(PixelCrossEntropy()(np.array([[[0, 255]]]), logits)) == pytest.approx(np.log(2))


def test_mean_iou_counts_over_batches():
    metric, counts = MeanIoU(5), np.zeros((5, 5))
    for start in (0, 1):
        metric.update_state(TRUTH[start : start + 2], LOGITS[start : start + 2])
        for true, given in zip(
            TRUTH[start : start + 2].ravel(), LOGITS[start : start + 2].argmax(-1).ravel(), strict=True
        ):
            if true != 255:
                counts[true, given] += 1
    right, union = np.diag(counts), counts.sum(0) + counts.sum(1) - np.diag(counts)
    assert float(metric.result()) == pytest.approx((right[union > 0] / union[union > 0]).mean(), rel=1e-6)
    assert np.array_equal(keras.ops.convert_to_numpy(metric.counts), counts)
    metric.reset_state()
    assert float(metric.result()) == 0


@pytest.mark.whole
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_layer_learns_at_a_share_of_the_rate(optimizer):
    def trained(share):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((3,))
        outputs = keras.layers.Dense(2, name="head")(keras.layers.Dense(4, name="backbone")(inputs))
        model = keras.Model(inputs, outputs)
        model.compile({"adam": keras.optimizers.Adam(0.01), "sgd": keras.optimizers.SGD(0.01)}[optimizer], "mse")
        before = [np.array(one) for one in model.get_weights()]
        if share is not None:
            slow_down(model, "backbone", share)
        model.fit(RANDOM.normal(size=(8, 3)) * 0 + 1, np.ones((8, 2)), batch_size=8, verbose=0)
        return [after - old for after, old in zip(model.get_weights(), before, strict=True)]

    whole, slow = trained(None), trained(0.1)
    for place, (one, other) in enumerate(zip(whole, slow, strict=True)):
        assert other == pytest.approx(one * (0.1 if place < 2 else 1.0), rel=2e-3, abs=1e-8)
