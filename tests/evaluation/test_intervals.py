"""Intervals hold what they promise on data whose noise is known, and are as wide as it takes."""

import numpy as np
import pytest

from evaluation.intervals import calibrate
from export.regression_decoding import RegressionDecoding


def draws(rows, members, *, noise, disagreement, seed):
    """Targets, and members that each err on their own; `noise` is common to all."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=rows)
    outputs = truth[:, None] + disagreement * random.normal(size=(rows, members))
    return truth + noise * random.normal(size=rows), outputs[..., None]


def coverage(noise, width, level, targets, outputs):
    found = RegressionDecoding(0.0, 1.0, noise, width, level).reference(outputs)
    return np.mean((found["lower"] <= targets) & (targets <= found["upper"])), found["std"]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("disagreement", [0.0, 0.3])
def test_as_many_new_rows_lie_inside_as_promised(level, disagreement):
    targets, outputs = draws(4000, 8, noise=0.5, disagreement=disagreement, seed=0)
    noise, width = calibrate(targets, outputs, members=8, level=level)
    share, std = coverage(noise, width, level, *draws(20000, 8, noise=0.5, disagreement=disagreement, seed=1))
    assert share == pytest.approx(level, abs=0.015)
    assert np.sqrt(np.mean(std**2)) == pytest.approx(np.sqrt(0.25 + disagreement**2 / 8), rel=0.1)


def test_rows_judged_by_few_of_many_members_do_not_make_intervals_too_wide():
    targets, outputs = draws(6000, 2, noise=0.5, disagreement=0.4, seed=2)
    noise, width = calibrate(targets, outputs, members=16, level=0.9)
    share, _ = coverage(noise, width, 0.9, *draws(20000, 16, noise=0.5, disagreement=0.4, seed=3))
    assert 0.87 < share < 0.93


def test_members_that_give_a_deviation_set_the_width_row_by_row():
    random = np.random.default_rng(4)
    std = random.uniform(0.1, 2.0, 8000)
    targets = std * random.normal(size=8000)
    outputs = np.stack([np.zeros((8000, 1)), std[:, None]], axis=-1)
    noise, width = calibrate(targets[:4000], outputs[:4000], members=1, level=0.9)
    assert noise == 0
    assert width == pytest.approx(1.645, abs=0.06)  # the normal quantile
    quiet = std[4000:] < 0.5
    inside = np.abs(targets[4000:]) <= width * std[4000:]
    assert inside[quiet].mean() == pytest.approx(0.9, abs=0.03)
    assert inside[~quiet].mean() == pytest.approx(0.9, abs=0.03)


def test_few_rows_give_the_largest_residual():
    targets = np.array([0.1, -0.4, 0.2])
    noise, width = calibrate(targets, np.zeros((3, 1, 1)), members=1, level=0.9)
    assert noise * width == pytest.approx(0.4, rel=1e-6)


def test_a_perfect_network_still_has_an_interval():
    noise, width = calibrate(np.zeros(50), np.zeros((50, 1, 1)), members=1, level=0.9)
    assert noise > 0 and width == 0
