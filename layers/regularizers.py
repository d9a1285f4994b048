"""Penalties on weights, added to the loss: `loss + penalty(kernel)`.

Layers of this suite offer them for kernels only. A bias shifts a unit and takes part in no interaction, so that there
is little to gain from keeping it small, and much to lose (Goodfellow et al. 2016, section 7.1).
"""

import keras
from keras import ops


def checked(name: str, strength: float) -> float:
    """Returns `strength`, or refuses one that is negative or not finite."""
    if not 0 <= strength < float("inf"):
        raise ValueError(f"`{name}` must be finite and 0 or more. Received: {name}={strength}")
    return strength


@keras.saving.register_keras_serializable(package="lamina")
class L1L2(keras.regularizers.Regularizer):
    """Both penalties: `l1 * sum(|w|) + l2 * sum(w^2)`, the elastic net (Zou and Hastie 2005).

    Args:
        l1: Float, 0 or more: the strength of the first term, which drives weights to zero (sparsity).
        l2: Float, 0 or more: the strength of the second, which shrinks all weights. There is no factor 1/2.

    Call arguments:
        weights: Tensor of any shape.

    Returns:
        Scalar tensor.

    Raises:
        ValueError: If a strength is negative or not finite.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1 = checked("l1", l1)
        self.l2 = checked("l2", l2)

    def __call__(self, weights):
        return self.l1 * ops.sum(ops.abs(weights)) + self.l2 * ops.sum(ops.square(weights))

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


@keras.saving.register_keras_serializable(package="lamina")
class L1(keras.regularizers.Regularizer):
    """`l1 * sum(|w|)`: many weights end at or near zero (Tibshirani 1996). Arguments as in `L1L2`."""

    def __init__(self, l1: float = 0.01):
        self.l1 = checked("l1", l1)

    def __call__(self, weights):
        return self.l1 * ops.sum(ops.abs(weights))

    def get_config(self):
        return {"l1": self.l1}


@keras.saving.register_keras_serializable(package="lamina")
class L2(keras.regularizers.Regularizer):
    """`l2 * sum(w^2)`: all weights shrink, few to zero (Hoerl and Kennard 1970). Arguments as in `L1L2`."""

    def __init__(self, l2: float = 0.01):
        self.l2 = checked("l2", l2)

    def __call__(self, weights):
        return self.l2 * ops.sum(ops.square(weights))

    def get_config(self):
        return {"l2": self.l2}
