"""Losses of reconstructions against their formulas."""

import keras
import numpy as np
import pytest

from training import reconstruction

X = np.random.default_rng(0).uniform(0.05, 0.95, (5, 4, 3)).astype("float32")
Y = np.random.default_rng(1).uniform(0.05, 0.95, (5, 4, 3)).astype("float32")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("squared_error", ((X - Y) ** 2).mean()),
        ("half_sum_of_squares", ((X - Y) ** 2).sum() / 2 / 5),
        ("cross_entropy", -(X * np.log(Y) + (1 - X) * np.log(1 - Y)).mean()),
    ],
)
def test_losses(name, expected):
    assert float(reconstruction.make(name)(X, Y)) == pytest.approx(float(expected), rel=1e-5)


def test_a_round_trip_and_a_refusal():
    loss = reconstruction.HalfSumOfSquares()
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is reconstruction.HalfSumOfSquares and again.name == loss.name
    with pytest.raises(ValueError, match="Received: loss='absolute'"):
        reconstruction.make("absolute")
