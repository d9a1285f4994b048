"""Shares of hyperparameters against functions whose variance is known."""

import math
from random import Random

import pytest

from evaluation.hyperparameter_importance import FEWEST_TRIALS, importances
from evaluation.hyperparameter_scale import plain, position, short, value_at

RANGES = {
    "rate": {"low": 1e-4, "high": 1.0, "log": True},
    "width": {"low": 0, "high": 10, "log": False},
    "kind": {"choices": ["a", "b", "c"]},
    "idle": {"choices": [16, 32, 64]},
}


def trials(count: int, seed: int = 0):
    random = Random(seed)
    return [
        {
            "rate": 10 ** random.uniform(-4, 0),
            "width": random.uniform(0, 10),
            "kind": random.choice("abc"),
            "idle": random.choice([16, 32, 64]),
        }
        for _ in range(count)
    ]


def share(found, name: str) -> float:
    return next(one.share for one in found.found if one.name == name)


def test_shares_of_a_sum():
    """Uniform terms u of weights 3 and 1 have variances 9/12 and 1/12: shares of 0.9 and 0.1."""
    values = trials(300)
    scores = [3 * (math.log10(one["rate"]) + 4) / 4 + one["width"] / 10 for one in values]
    found = importances(values, scores, RANGES)
    assert share(found, "rate") == pytest.approx(0.9, abs=0.05)
    assert share(found, "width") == pytest.approx(0.1, abs=0.05)
    assert max(share(found, "kind"), share(found, "idle")) < 0.01
    assert found.found[0].name == "rate" and found.credible
    assert sum(one.share for one in found.found) <= 1.0001


def test_names_have_no_order():
    """The middle one of three names is the best: a straight scale could not say so.

    Of ranks, whose variance is 1/12, one third has the mean 1/6 and two thirds 2/3: a variance of 1/18.
    """
    values = trials(200)
    found = importances(values, [float(one["kind"] != "b") + 0.01 * one["width"] for one in values], RANGES)
    assert share(found, "kind") == pytest.approx(2 / 3, abs=0.06)


def test_what_acts_only_together_has_no_share_of_its_own():
    values = trials(600)
    high = [(one["width"] > 5, one["rate"] > 1e-2) for one in values]
    found = importances(values, [float(a != b) + 1e-6 * i for i, (a, b) in enumerate(high)], RANGES)
    assert found.explained > 0.5
    assert sum(one.share for one in found.found) < 0.2


def test_one_diverged_trial_is_not_everything():
    values = trials(200)
    scores = [(one["width"] - 5) ** 2 for one in values]
    scores[0] = 1e9
    found = importances(values, scores, RANGES)
    assert share(found, "width") > 0.8


def test_noise_is_not_believed():
    random = Random(1)
    assert not importances(trials(30), [random.random() for _ in range(30)], RANGES).credible


def test_too_little_to_tell():
    values = trials(FEWEST_TRIALS)
    scores = [float(i) for i in range(FEWEST_TRIALS)]
    assert importances(values, scores, RANGES).found
    for fewer in ([None, *scores[1:]], [math.nan, *scores[1:]], [1.0] * FEWEST_TRIALS):
        found = importances(values, fewer, RANGES)
        assert not found.found and not found.credible
    assert not importances(values, scores, {}).found


def test_values_that_a_trial_lacks():
    values = [{"width": one["width"]} for one in trials(100)]
    found = importances(values, [one["width"] for one in values], RANGES)
    assert share(found, "width") > 0.95


@pytest.mark.parametrize(
    ("value", "span", "place"),
    [
        (1e-2, {"low": 1e-4, "high": 1.0, "log": True}, 0.5),
        (5, {"low": 0, "high": 10, "log": False}, 0.5),
        ("c", {"choices": ["a", "b", "c"]}, 1.0),
        (32, {"choices": [16, 32, 64]}, 0.5),
        (3, {"choices": [3]}, 0.0),
    ],
)
def test_scale(value, span, place):
    assert position(value, span) == pytest.approx(place)
    assert value_at(place, span) == (value if isinstance(value, str) else pytest.approx(value))


def test_words():
    assert [short(one) for one in (True, 0.00012345, 20000, "relu")] == ["yes", "0.000123", "20,000", "relu"]
    assert plain("learning_rate") == "learning rate"
