"""The losses against the figures of the lectures (S31, S32) and against Keras's own.

Faults planted and caught: logarithm to base 10; the mean over classes where the sum is asked for.
"""

import keras
import numpy as np
import pytest

from evaluation.losses import SMALLEST, cross_entropy, mean_squared_error, one_hot

DIGIT = np.array([[0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0]])
# Three voters; the classes are democrat, republican, other.
VOTERS = np.array([2, 1, 0])
FIRST_NETWORK = np.array([[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
SECOND_NETWORK = np.array([[0.1, 0.2, 0.7], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]])


def test_the_digit_of_the_lectures():
    half_of_squares = mean_squared_error(one_hot([2], 10), DIGIT, reduction="sum_over_classes") / 2
    assert half_of_squares == pytest.approx(0.0975, abs=1e-9)
    assert cross_entropy([2], DIGIT) == pytest.approx(0.5108, abs=5e-5)


@pytest.mark.parametrize(
    ("outputs", "entropy", "squares", "squares_of_keras"),
    [(FIRST_NETWORK, 1.3784, 0.8067, 0.2689), (SECOND_NETWORK, 0.6391, 0.3400, 0.1133)],
)
def test_the_voters_of_the_lectures(outputs, entropy, squares, squares_of_keras):
    targets = one_hot(VOTERS, 3)
    assert np.mean(outputs.argmax(axis=1) != VOTERS) == pytest.approx(1 / 3)  # the same error, unlike losses
    assert cross_entropy(VOTERS, outputs) == pytest.approx(entropy, abs=5e-5)
    assert mean_squared_error(targets, outputs, reduction="sum_over_classes") == pytest.approx(squares, abs=5e-5)
    assert mean_squared_error(targets, outputs) == pytest.approx(squares_of_keras, abs=5e-5)
    assert float(keras.losses.MeanSquaredError()(targets, outputs)) == pytest.approx(squares_of_keras, abs=5e-5)
    assert float(keras.losses.SparseCategoricalCrossentropy()(VOTERS, outputs)) == pytest.approx(entropy, abs=5e-5)


def test_a_probability_of_zero_costs_a_finite_amount():
    assert cross_entropy([0], [[0.0, 1.0]]) == pytest.approx(-np.log(SMALLEST))
    assert cross_entropy([0], [[1e-30, 1.0]]) == pytest.approx(30 * np.log(10))  # small ones are kept exactly


def test_targets_of_one_column_and_refusals():
    assert mean_squared_error([1.0, 2.0], [1.0, 4.0]) == 2.0
    assert mean_squared_error([1.0, 2.0], [1.0, 4.0], reduction="sum_over_classes") == 2.0
    with pytest.raises(ValueError, match=r"targets.shape=\(2,\), outputs.shape=\(2, 1\)"):
        mean_squared_error([1.0, 2.0], [[1.0], [4.0]])
    with pytest.raises(ValueError, match="Received: reduction='sum'"):
        mean_squared_error([1.0], [1.0], reduction="sum")
