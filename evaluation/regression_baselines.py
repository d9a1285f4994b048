"""What simple methods reach on the same rows and the same prepared features: the error a network has to beat.

    score(train, validation, test, *, pooled=False, seed=0) -> list[RegressionBaseline]

The methods: the mean, ridge regression (its penalty chosen by leave-one-out), gradient boosting as it comes.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from evaluation.baselines import flat
from evaluation.regression import r2

MEAN, RIDGE, BOOSTING = "mean", "ridge regression", "gradient boosting"
MOST_ROWS = 100_000
PENALTIES = np.logspace(-3, 4, 15)

Rows = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class RegressionBaseline:
    """One method: rmse, mae and r2 of the test split, R2 of the validation split, seconds to fit.

    predictions: of the test rows.
    """

    name: str
    metrics: dict[str, float]
    validation_r2: float
    seconds: float
    note: str
    predictions: np.ndarray


def score(train: Rows, validation: Rows, test: Rows, *, pooled: bool = False, seed: int = 0) -> list:
    """Fits the baselines and scores them; about ten seconds on one core at most.

    Args:
        train, validation, test: (inputs (N, columns), targets (N,)).
        pooled: whether the network learns from the validation rows too; the baselines that are scored on the test
            split then do so as well, and those that are scored on the validation split do not.
        seed: of boosting, and of the rows that are taken from more than 100,000.
    """
    random = np.random.default_rng(seed)
    train, validation, test = (
        (flat(x, name), np.asarray(y, np.float64))
        for name, (x, y) in zip(("train", "validation", "test"), (train, validation, test), strict=True)
    )
    final = tuple(np.concatenate(pair) for pair in zip(train, validation, strict=True)) if pooled else train
    results = []
    for name in (MEAN, RIDGE, BOOSTING):
        note = f"{MOST_ROWS:,} of {len(final[1]):,} training rows" if len(final[1]) > MOST_ROWS else ""
        started = perf_counter()
        with threadpool_limits(1):
            fitted = _fit(name, final, seed, random)
            seconds = perf_counter() - started
            guess = (_fit(name, train, seed, random) if pooled else fitted).predict(validation[0])
            predictions = fitted.predict(test[0])
        error = test[1] - predictions
        found = {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
        found["r2"] = r2(test[1], test[1] - error)
        results.append(RegressionBaseline(name, found, r2(validation[1], guess), seconds, note, predictions))
    return results


def _fit(name: str, rows: Rows, seed: int, random):
    models = {
        MEAN: lambda: DummyRegressor(),
        RIDGE: lambda: make_pipeline(StandardScaler(), RidgeCV(PENALTIES)),
        BOOSTING: lambda: HistGradientBoostingRegressor(random_state=seed),
    }
    inputs, targets = rows
    if len(targets) > MOST_ROWS:
        chosen = random.choice(len(targets), MOST_ROWS, replace=False)
        inputs, targets = inputs[chosen], targets[chosen]
    return models[name]().fit(inputs, targets)
