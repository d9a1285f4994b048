"""The mean and the standard deviation of a normal distribution, from two numbers without bounds."""

import keras
import numpy as np
from keras import ops

SHIFT = float(np.log(np.e - 1))  # softplus of it is 1


@keras.saving.register_keras_serializable(package="lamina")
class GaussianHead(keras.layers.Layer):
    """Leaves the first number, the mean, and makes the second a deviation: `s = smallest + softplus(r + ln(e - 1))`.

    The shift makes r = 0 a deviation of 1, that of a standardised target of which nothing is known yet. The same in
    training and inference; a mask passes through unchanged.

    Args:
        smallest: Positive float: no deviation is below it, so that no likelihood is infinite.

    Call arguments:
        inputs: Tensor of shape (batch, ..., 2): mean u and raw deviation r.

    Returns:
        Tensor of the same shape: u and s.

    Raises:
        ValueError: If `smallest` is not positive, or the last axis is not 2.

    Reference:
        Nix and Weigend 1994, Estimating the mean and variance of the target probability distribution.
    """

    def __init__(self, smallest: float = 1e-3, **kwargs):
        super().__init__(**kwargs)
        if not smallest > 0:
            raise ValueError(f"`smallest` must be positive. Received: smallest={smallest}")
        self.smallest = smallest
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        if inputs.shape[-1] != 2:
            raise ValueError(f"The last axis of the inputs must be 2. Received: shape={tuple(inputs.shape)}")
        deviation = self.smallest + ops.softplus(inputs[..., 1] + SHIFT)
        return ops.stack([inputs[..., 0], deviation], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "smallest": self.smallest}
