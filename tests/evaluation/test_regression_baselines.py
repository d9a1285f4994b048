"""Baselines of a regression: what each must reach, and that the validation rows count only where they should."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from evaluation.regression_baselines import score

RANDOM = np.random.default_rng(0)


def rows(count, noise=0.3):
    x = RANDOM.normal(size=(count, 4)).astype("float32")
    return x, 5 + x @ np.array([1.0, -2.0, 0.5, 0.0]) + noise * RANDOM.normal(size=count)


def test_each_method_reaches_what_it_must():
    train, validation, test = rows(400), rows(100), rows(300)
    mean, ridge, boosting = score(train, validation, test)
    assert [one.name for one in (mean, ridge, boosting)] == ["mean", "ridge regression", "gradient boosting"]
    assert mean.metrics["rmse"] == pytest.approx(np.sqrt(np.mean((test[1] - train[1].mean()) ** 2)))
    plain = LinearRegression().fit(*train).predict(test[0])
    assert ridge.metrics["rmse"] == pytest.approx(np.sqrt(np.mean((test[1] - plain) ** 2)), rel=0.01)
    assert ridge.metrics["rmse"] < boosting.metrics["rmse"] < mean.metrics["rmse"]
    assert ridge.validation_r2 > 0.95


def test_pooled_rows_count_for_the_test_score_only():
    train, validation, test = rows(40), rows(400), rows(300)
    apart, pooled = score(train, validation, test), score(train, validation, test, pooled=True)
    assert pooled[2].metrics["rmse"] < 0.8 * apart[2].metrics["rmse"]
    assert [one.validation_r2 for one in pooled] == [one.validation_r2 for one in apart]


def test_gaps_are_refused():
    train = rows(40)
    train[0][3, 1] = np.nan
    with pytest.raises(ValueError, match="row 3 of the train split"):
        score(train, rows(10), rows(10))
