"""What simple methods estimate from the same texts: the mean, and ridge regression on tf-idf of words and pairs."""

from time import perf_counter

import numpy as np
from sklearn.linear_model import Ridge

from evaluation.regression import r2
from evaluation.regression_baselines import MEAN, RIDGE, RegressionBaseline
from evaluation.text_baselines import ROWS, counted, weighted

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)


def score(train, validation, test, prepare) -> list[RegressionBaseline]:
    """Fit the baselines on the training rows; the penalty of ridge regression is chosen on the validation rows.

    Args:
        train, validation, test: `Split` objects with raw text columns and targets.
        prepare: Their `TextPrepare`.
    """
    chosen = np.linspace(0, len(train) - 1, min(ROWS, len(train))).astype(int)
    some, targets = train.take(chosen), train.labels[chosen].astype(np.float64)
    note = "" if len(some) == len(train) else f"{len(some):,} of {len(train):,} training rows"
    mean = targets.mean()
    constant = [np.full(len(part), mean) for part in (validation, test)]
    results = [_scored(MEAN, *constant, validation, test, 0.0, note)]
    try:
        counts, others, _ = counted(some, (validation, test), prepare)
    except ValueError:  # no word stands in two rows
        return results
    started = perf_counter()
    rows = weighted([counts, *others], (some, validation, test), prepare)
    fitted = [Ridge(alpha=penalty).fit(rows[0], targets) for penalty in PENALTIES]
    best = min(fitted, key=lambda model: np.mean((model.predict(rows[1]) - validation.labels) ** 2))
    answers = [best.predict(one) for one in rows[1:]]
    return [*results, _scored(RIDGE, *answers, validation, test, perf_counter() - started, note)]


def _scored(name, validated, answers, validation, test, seconds, note) -> RegressionBaseline:
    truth = test.labels.astype(np.float64)
    error = truth - answers
    found = {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error))), "r2": r2(truth, answers)}
    return RegressionBaseline(name, found, r2(validation.labels.astype(np.float64), validated), seconds, note, answers)
