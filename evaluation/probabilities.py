"""Checks that labels and probabilities fit each other before anything is computed from them."""

import numpy as np


def checked(labels, probabilities) -> tuple[np.ndarray, np.ndarray]:
    """The two arrays as int64 (N,) and float64 (N, K), after checking that they belong together.

    Args:
        labels: (N,) class indices in [0, K).
        probabilities: (N, K) with K >= 2, each row at least 0 and summing to 1 within 0.001 (half precision passes).

    Raises:
        ValueError: shapes, ranges or sums are not as above, or there are no rows; it names the first bad row.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise ValueError(
            "`probabilities` must have shape (N, K) with K >= 2, two columns for two classes. "
            f"Received: shape={probabilities.shape}"
        )
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"`labels` must have shape ({len(probabilities)},), one per row of `probabilities`. "
            f"Received: shape={labels.shape}"
        )
    if len(labels) == 0:
        raise ValueError("`labels` must have at least one row to be scored. Received: 0 rows")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"`labels` must be integer class indices. Received: dtype={labels.dtype}")
    probabilities = probabilities.astype(np.float64)
    num_classes = probabilities.shape[1]
    outside = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if len(outside):
        row = outside[0]
        raise ValueError(f"`labels` must lie in [0, {num_classes}). Received: labels[{row}]={labels[row]}")
    # A NaN fails every comparison, so the test asks for what is good and negates it.
    good = (probabilities >= 0).all(axis=1) & (np.abs(probabilities.sum(axis=1) - 1) <= 1e-3)
    if not good.all():
        row = np.flatnonzero(~good)[0]
        shown = np.array2string(probabilities[row], precision=4, threshold=8)
        raise ValueError(
            "each row of `probabilities` must be at least 0 and sum to 1: apply a softmax to logits first. "
            f"Received: probabilities[{row}]={shown}"
        )
    return labels.astype(np.int64), probabilities
