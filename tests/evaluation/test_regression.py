"""Scores of a regression against scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from evaluation.regression import metrics, r2

RANDOM = np.random.default_rng(1)
TARGETS = RANDOM.normal(100, 20, 200)
PREDICTION = TARGETS + RANDOM.normal(3, 8, 200)
STD = RANDOM.uniform(4, 12, 200)
FOUND = {"prediction": PREDICTION, "std": STD, "lower": PREDICTION - STD, "upper": PREDICTION + 2 * STD}


def test_scores_equal_those_of_the_libraries():
    scores = metrics(TARGETS, FOUND, 0.8)
    assert scores["rmse"] == pytest.approx(root_mean_squared_error(TARGETS, PREDICTION))
    assert scores["mae"] == pytest.approx(mean_absolute_error(TARGETS, PREDICTION))
    assert scores["r2"] == pytest.approx(r2_score(TARGETS, PREDICTION))
    assert scores["nll"] == pytest.approx(-norm.logpdf(TARGETS, PREDICTION, STD).mean())
    assert scores["interval_width"] == pytest.approx(3 * STD.mean())
    inside = sum(p - s <= t <= p + 2 * s for t, p, s in zip(TARGETS, PREDICTION, STD, strict=True))
    assert scores["coverage"] == inside / 200
    assert scores["promised_coverage"] == 0.8


def test_equal_targets_have_no_r2():
    assert np.isnan(r2(np.ones(5), np.ones(5)))


@pytest.mark.parametrize(
    ("targets", "found", "message"),
    [
        (TARGETS[:5], FOUND, "equally many"),
        (np.array([]), {name: np.array([]) for name in FOUND}, "and some"),
        (np.full(200, np.nan), FOUND, "NaN"),
    ],
)
def test_what_cannot_be_scored_is_refused(targets, found, message):
    with pytest.raises(ValueError, match=message):
        metrics(targets, found, 0.9)
