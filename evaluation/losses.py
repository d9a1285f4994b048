"""The losses of the textbooks in NumPy, so that the numbers of a lecture can be recomputed to the last digit.

cross_entropy(labels, probabilities) -> float
mean_squared_error(targets, outputs, reduction="mean" | "sum_over_classes") -> float
one_hot(labels, num_classes) -> (N, K) array
"""

from typing import Literal

import numpy as np

from evaluation.probabilities import checked

# A float32 softmax can underflow to exactly 0, whose logarithm is minus infinity. Probabilities are raised to the
# smallest normal float32, so one such row costs 87.3 and every other row keeps the value that its logits give.
SMALLEST = float(np.finfo(np.float32).tiny)


def one_hot(labels, num_classes: int) -> np.ndarray:
    """(N,) class indices as (N, num_classes) rows of zeros with a single one."""
    return np.eye(num_classes)[np.asarray(labels)]


def cross_entropy(labels, probabilities) -> float:
    """Mean of -ln p[true class], also called the negative log-likelihood; in nats.

    Args:
        labels: (N,) class indices.
        probabilities: (N, K), rows sum to 1.
    """
    labels, probabilities = checked(labels, probabilities)
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, SMALLEST)).mean())


def mean_squared_error(targets, outputs, reduction: Literal["mean", "sum_over_classes"] = "mean") -> float:
    """Mean squared difference of two arrays of the same shape, (N,) or (N, K).

    Textbooks sum over the K outputs and average over the N rows (`reduction="sum_over_classes"`); Keras and
    scikit-learn divide by K as well (`reduction="mean"`), which is K times smaller. For one-hot targets the sum is the
    Brier score.

    Raises:
        ValueError: shapes differ (they are never broadcast) or `reduction` is neither of the two.
    """
    targets, outputs = np.asarray(targets, np.float64), np.asarray(outputs, np.float64)
    if targets.shape != outputs.shape or targets.ndim not in (1, 2) or targets.size == 0:
        raise ValueError(
            "`targets` and `outputs` must have one shape, (N,) or (N, K), and N > 0. "
            f"Received: targets.shape={targets.shape}, outputs.shape={outputs.shape}"
        )
    squares = (targets - outputs) ** 2
    if reduction == "mean":
        return float(squares.mean())
    if reduction == "sum_over_classes":
        return float(squares.reshape(len(squares), -1).sum(axis=1).mean())
    raise ValueError(f'`reduction` must be "mean" or "sum_over_classes". Received: reduction={reduction!r}')
