"""The expected calibration error against hand-made examples.

Faults planted and caught: bins closed on the left; bins weighted equally; confidence of class 1 instead of the answer.
"""

import numpy as np
import pytest

from evaluation.calibration import expected_calibration_error, reliability


def rows(confidences):
    confidences = np.asarray(confidences)
    return np.stack([confidences, 1 - confidences], axis=1)


def test_by_hand_with_five_bins():
    # (0.4, 0.6]: 0.6 right, 0.55 wrong -> |0.5 - 0.575| = 0.075, 2 rows; (0.8, 1.0]: 0.9 0.9 right, 0.9 wrong -> 0.7/3.
    labels = [0, 1, 0, 0, 1]
    probabilities = rows([0.6, 0.55, 0.9, 0.9, 0.9])
    bins = reliability(labels, probabilities, num_bins=5)
    np.testing.assert_array_equal(bins.counts, [0, 0, 2, 0, 3])
    np.testing.assert_allclose(bins.accuracy[[2, 4]], [0.5, 2 / 3])
    np.testing.assert_allclose(bins.confidence[[2, 4]], [0.575, 0.9])
    assert np.isnan(bins.accuracy[[0, 1, 3]]).all()
    expected = (2 * 0.075 + 3 * (0.9 - 2 / 3)) / 5
    assert expected_calibration_error(labels, probabilities, num_bins=5) == pytest.approx(expected)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    np.testing.assert_array_equal(reliability([0, 0], rows([0.75, 0.76]), num_bins=4).counts, [0, 0, 1, 1])


def test_the_extremes():
    assert expected_calibration_error([0, 1], np.eye(2)) == 0
    assert expected_calibration_error([1, 0], np.eye(2)) == 1
    # Confidence 0.75 and right in 3 of 4: perfectly calibrated, although wrong once.
    assert expected_calibration_error([0, 0, 0, 1], rows([0.75] * 4)) == pytest.approx(0)


def test_a_calibrated_classifier_has_a_small_error_and_an_overconfident_one_a_large():
    random = np.random.default_rng(0)
    probabilities = rows(random.uniform(0.5, 1, 20_000))
    labels = (random.uniform(size=20_000) > probabilities[:, 0]).astype(int)
    assert expected_calibration_error(labels, probabilities) < 0.015
    sharper = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)
    assert expected_calibration_error(labels, sharper) > 0.1


def test_float32_rounding_above_one_stays_in_the_last_bin():
    bins = reliability([0], [[1.0000001, 0.0]])
    assert bins.counts[-1] == 1 and bins.counts.sum() == 1
    with pytest.raises(ValueError, match="num_bins=0"):
        reliability([0], [[1.0, 0.0]], num_bins=0)
