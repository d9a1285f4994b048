"""Importance of columns against scikit-learn's, and on a column that says nothing."""

import numpy as np
import pytest
from sklearn.inspection import permutation_importance as reference
from sklearn.linear_model import LinearRegression

from evaluation.permutation_importance import permutation_importance

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(500, 3))
Y = 3 * X[:, 0] - X[:, 1] + 0.1 * RANDOM.normal(size=500)
MODEL = LinearRegression().fit(X, Y)


def predict(columns):
    return MODEL.predict(np.stack([columns[name] for name in "abc"], axis=1))


def test_growth_of_the_error_agrees_with_scikit_learn():
    found = permutation_importance(predict, dict(zip("abc", X.T, strict=True)), Y, repeats=20)
    theirs = reference(MODEL, X, Y, scoring="neg_root_mean_squared_error", n_repeats=20, random_state=1)
    assert [one.column for one in found] == ["a", "b", "c"]
    for one, expected in zip(found, theirs.importances_mean, strict=True):
        assert one.growth == pytest.approx(expected, abs=0.05 * max(theirs.importances_mean))
    assert abs(found[2].growth) < 0.01


def test_text_columns_and_many_rows():
    words = np.array(["red", "blue"], dtype=object)[RANDOM.integers(0, 2, 5000)]
    targets = np.where(words == "red", 1.0, -1.0)
    seen = []

    def answer(columns):
        seen.append(len(columns["word"]))
        return np.where(columns["word"] == "red", 1.0, -1.0)

    (found,) = permutation_importance(answer, {"word": words}, targets, repeats=2)
    assert max(seen) == 2000
    assert found.growth == pytest.approx(np.sqrt(2), abs=0.1)  # half of the answers are wrong by 2


def test_of_many_columns_those_are_shuffled_that_go_with_the_predictions(monkeypatch):
    monkeypatch.setattr("evaluation.permutation_importance.MOST_COLUMNS", 2)
    words = np.array(["low", "high"], dtype=object)[(X[:, 0] > 0).astype(int)]
    columns = dict(zip("cba", X.T[::-1], strict=True)) | {"words": words, "gaps": np.full(500, np.nan)}
    found = permutation_importance(lambda columns: predict(columns), columns, Y, repeats=2)
    assert [one.column for one in found] == ["a", "words"]
    assert found[1].growth == 0
