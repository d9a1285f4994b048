"""The losses of regression against NumPy and SciPy, and the weights of the members."""

import keras
import numpy as np
import pytest
from scipy.stats import norm

from training.member_loss import MemberLoss, RootMeanSquaredError

RANDOM = np.random.default_rng(0)
TARGETS = RANDOM.normal(50, 10, 30).astype("float32")
OUTPUTS = np.stack([RANDOM.normal(50, 10, (30, 4)), RANDOM.uniform(2, 20, (30, 4))], axis=-1).astype("float32")
WEIGHTS = (RANDOM.uniform(size=(30, 4)) < 0.6).astype("float32")
WEIGHTS[:, 0] = 1
SCALE = 10.0
ERROR = (TARGETS[:, None] - OUTPUTS[..., 0]).astype("float64") / SCALE

EXPECTED = {
    "squared": ERROR**2,
    "absolute": np.abs(ERROR),
    "huber": np.where(np.abs(ERROR) < 1, ERROR**2, 2 * np.abs(ERROR) - 1),
    "gaussian": -norm.logpdf(TARGETS[:, None] / SCALE, OUTPUTS[..., 0] / SCALE, OUTPUTS[..., 1] / SCALE),
}


@pytest.mark.parametrize("measure", EXPECTED)
def test_each_loss_is_the_formula(measure):
    outputs = OUTPUTS if measure == "gaussian" else OUTPUTS[..., :1]
    labels = np.concatenate([TARGETS[:, None], WEIGHTS], axis=1)
    expected = np.mean((WEIGHTS * EXPECTED[measure]).sum(1) / WEIGHTS.sum(1))
    found = float(MemberLoss(measure, SCALE)(labels, outputs))
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_unit_of_the_target_does_not_matter():
    labels = np.concatenate([TARGETS[:, None], WEIGHTS], axis=1)
    thousand = np.concatenate([TARGETS[:, None] * 1000, WEIGHTS], axis=1)
    for measure in EXPECTED:
        small, large = (
            MemberLoss(measure, SCALE)(labels, OUTPUTS),
            MemberLoss(measure, SCALE * 1000)(thousand, OUTPUTS * 1000),
        )
        assert float(small) == pytest.approx(float(large), rel=1e-4)


def test_the_rmse_is_that_of_the_weighted_mean_over_all_batches():
    metric = RootMeanSquaredError()
    labels = np.concatenate([TARGETS[:, None], WEIGHTS], axis=1)
    for rows in (slice(0, 7), slice(7, 30)):
        metric.update_state(keras.ops.convert_to_tensor(labels[rows]), keras.ops.convert_to_tensor(OUTPUTS[rows]))
    mean = (WEIGHTS * OUTPUTS[..., 0]).sum(1) / WEIGHTS.sum(1)
    assert float(metric.result()) == pytest.approx(float(np.sqrt(np.mean((TARGETS - mean) ** 2))), rel=1e-5)


@pytest.mark.parametrize(("arguments", "message"), [(("cubic", 1.0), "measure='cubic'"), (("huber", 0.0), "scale=0.0")])
def test_bad_settings_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MemberLoss(*arguments)


def test_the_loss_is_restored_from_its_config():
    loss = MemberLoss("huber", 3.5)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (twin.measure, twin.scale) == ("huber", 3.5)
