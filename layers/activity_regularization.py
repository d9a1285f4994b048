"""Activity penalties that keep most units inactive (Olshausen and Field 1996; Ng 2011)."""

import keras
from keras import ops

from layers.regularizers import checked

SMALLEST = 1e-6  # a mean activation is kept this far from 0 and 1, where the divergence is infinite


@keras.saving.register_keras_serializable(package="lamina", name="Sparsity")  # as saved models call it
class ActivityRegularization(keras.layers.Layer):
    """Hands its inputs on unchanged and adds a penalty on them to the loss, in training and in inference.

    `l1`: `strength * sum_k |x_k|`, averaged over the batch: most of the units answer 0 to a given record.
    `kl`: `strength * sum_k KL(target || mean of x_k over the batch)`, for units between 0 and 1 (sigmoid): each unit
    answers to the share `target` of the records. A mask passes through unchanged.

    Args:
        penalty: "l1" or "kl".
        strength: Float, 0 or more.
        target: Float in (0, 1), for "kl".

    Call arguments:
        inputs: Tensor of shape (batch, ..., units).

    Returns:
        `inputs`.

    Raises:
        ValueError: If an argument is not of those above.

    Reference:
        Olshausen and Field 1996 for l1; Ng 2011, Sparse autoencoder (lecture notes CS294A), for kl.
    """

    def __init__(self, penalty: str = "l1", strength: float = 1e-3, target: float = 0.05, **kwargs):
        super().__init__(**kwargs)
        if penalty not in ("l1", "kl"):
            raise ValueError(f"`penalty` must be l1 or kl. Received: penalty={penalty!r}")
        if not 0 < target < 1:
            raise ValueError(f"`target` must be in (0, 1). Received: target={target}")
        self.penalty = penalty
        self.strength = checked("strength", strength)
        self.target = target
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        if self.strength:
            x = ops.cast(inputs, "float32")
            x = ops.reshape(x, (ops.shape(x)[0], -1, x.shape[-1]))  # (batch, places, units)
            self.add_loss(self.strength * (self._l1(x) if self.penalty == "l1" else self._kl(x)))
        return inputs

    def _l1(self, x):
        return ops.mean(ops.sum(ops.abs(x), axis=(1, 2)))

    def _kl(self, x):
        p, q = self.target, ops.clip(ops.mean(x, axis=(0, 1)), SMALLEST, 1 - SMALLEST)  # q: (units,)
        return ops.sum(p * ops.log(p / q) + (1 - p) * ops.log((1 - p) / (1 - q)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "penalty": self.penalty, "strength": self.strength, "target": self.target}
