"""The wrong answers that a classifier is surest of: the quickest way to a wrong label or a missing feature.

most_confident(labels, probabilities, limit=16) -> (M,) row indices, the surest first
"""

import numpy as np

from evaluation.probabilities import checked


def most_confident(labels, probabilities, limit: int = 16) -> np.ndarray:
    """Indices of at most `limit` rows whose most probable class is wrong, by falling probability, ties in row order."""
    labels, probabilities = checked(labels, probabilities)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    order = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return wrong[order[:limit]]
