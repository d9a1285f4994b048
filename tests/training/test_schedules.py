"""Learning rates over the updates against their formulas."""

import math

import numpy as np
import pytest

from training.schedules import make
from training.trainer import Trainer

PER_EPOCH, UPDATES = 50, 1000


def rates(**settings):
    rate = make(Trainer(**settings), updates=UPDATES, updates_per_epoch=PER_EPOCH)
    if isinstance(rate, float):
        return np.full(UPDATES, rate)
    return np.array([float(rate(step)) for step in range(UPDATES)])


def epochs():
    return np.arange(UPDATES) / PER_EPOCH


def test_constant():
    assert set(rates(schedule="constant", learning_rate=0.25)) == {0.25}


def test_inverse_time():
    expected = 0.1 / (1 + 0.5 * epochs())
    np.testing.assert_allclose(rates(schedule="inverse_time", learning_rate=0.1, decay=0.5), expected, rtol=1e-5)


def test_exponential():
    """The lectures' 0.9^t."""
    np.testing.assert_allclose(rates(schedule="exponential", learning_rate=0.1), 0.1 * 0.9 ** epochs(), rtol=1e-4)


@pytest.mark.whole
def test_cosine_rises_then_falls_to_zero():
    ours = rates(schedule="cosine", learning_rate=0.1, warmup=0.1)
    np.testing.assert_allclose(ours[:100], 0.1 * np.arange(100) / 100, atol=1e-7)
    falling = [0.05 * (1 + math.cos(math.pi * u / 900)) for u in range(900)]
    np.testing.assert_allclose(ours[100:], falling, atol=1e-7)


@pytest.mark.parametrize("updates", [1, 2, 10])
def test_cosine_on_few_updates(updates):
    rate = make(Trainer(learning_rate=0.1), updates=updates, updates_per_epoch=1)
    assert all(math.isfinite(float(rate(step))) for step in range(updates))
