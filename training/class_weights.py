"""Weights that let a rare class count as much as a frequent one.

balanced(labels, num_classes) -> {class index: weight}, as `keras.Model.fit(class_weight=...)` takes it
"""

import numpy as np

from cli.errors import UserError


def balanced(labels, num_classes: int) -> dict[int, float]:
    """Weight of class k = N / (number of classes that occur * rows of k); a class without rows gets 1.

    The weights of all rows average 1, so the size of the loss and the best learning rate stay what they were.

    Args:
        labels: (N,) class indices in [0, num_classes), N > 0.
    """
    counts = np.bincount(np.asarray(labels), minlength=num_classes)
    if len(counts) > num_classes or counts.sum() == 0:
        raise UserError(
            f"`labels` must be one or more class indices in [0, {num_classes}). "
            f"Received: {int(counts.sum())} labels, largest {len(counts) - 1}"
        )
    share = counts.sum() / np.count_nonzero(counts)
    return {k: float(share / count) if count else 1.0 for k, count in enumerate(counts)}
