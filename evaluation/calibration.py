"""Does a confidence of 0.8 mean right in 8 of 10 cases?

    reliability(labels, probabilities, num_bins=15) -> Reliability
    expected_calibration_error(labels, probabilities, num_bins=15) -> float

Reference: Guo et al. 2017, On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599, equation 3.
"""

from dataclasses import dataclass

import numpy as np

from evaluation.probabilities import checked


@dataclass(frozen=True)
class Reliability:
    """Predictions grouped by confidence; bin i holds the confidences in (edges[i], edges[i + 1]].

    edges: (num_bins + 1,); counts: (num_bins,) rows; confidence and accuracy: (num_bins,) means, NaN in an empty bin.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability(labels, probabilities, num_bins: int = 15) -> Reliability:
    """Groups the rows into `num_bins` bins of equal width in [0, 1] by the probability of the predicted class.

    Args:
        labels: (N,) class indices.
        probabilities: (N, K), rows sum to 1.
    """
    labels, probabilities = checked(labels, probabilities)
    if num_bins < 1:
        raise ValueError(f"`num_bins` must be at least 1. Received: num_bins={num_bins}")
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, num_bins + 1)
    # Open on the left and closed on the right, as in the paper; a rounding error above 1 stays in the last bin.
    places = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, num_bins - 1)
    counts = np.bincount(places, minlength=num_bins)
    divisor = np.where(counts > 0, counts, np.nan)
    return Reliability(
        edges,
        counts,
        np.bincount(places, confidence, num_bins) / divisor,
        np.bincount(places, correct, num_bins) / divisor,
    )


def expected_calibration_error(labels, probabilities, num_bins: int = 15) -> float:
    """Mean over the rows of |accuracy - confidence| of the row's bin: 0 is perfect, 1 the worst."""
    bins = reliability(labels, probabilities, num_bins)
    used = bins.counts > 0
    gaps = np.abs(bins.accuracy[used] - bins.confidence[used])
    return float((gaps * bins.counts[used]).sum() / bins.counts.sum())
