"""Positions as learned vectors (Gehring et al. 2017)."""

import keras
from keras import ops

from layers import initializers


@keras.saving.register_keras_serializable(package="lamina")
class LearnedPositions(keras.layers.Layer):
    """Adds to each vector a learned vector of its position: `y[t] = x[t] + P[offset + t]`.

    P has the shape (max_length, features). The same in training and inference. A mask passes through unchanged.
    Positions that no training sequence reached keep their random start: they mean nothing.

    Args:
        max_length: Positive integer, the number of positions.
        initializer: Of P: a name or an initializer, see `layers/initializers.py`.

    Call arguments:
        inputs: Tensor of shape (batch, length, features).
        offset: Integer scalar, also a tensor: the position of the first vector, for decoding step by step. A tensor
            must stay within `max_length - length`; it cannot be checked, and positions beyond take the last vector.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `max_length` is not a positive integer, or the inputs are longer.

    Reference:
        Gehring et al. 2017, Convolutional sequence to sequence learning.
    """

    def __init__(self, max_length: int, initializer="normal", **kwargs):
        super().__init__(**kwargs)
        if not isinstance(max_length, int) or max_length <= 0:
            raise ValueError(f"`max_length` must be a positive integer. Received: max_length={max_length!r}")
        self.max_length = max_length
        self.initializer = initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape):
        self.table = self.add_weight(
            name="table", shape=(self.max_length, input_shape[-1]), initializer=self.initializer
        )

    def call(self, inputs, offset=0):
        length = inputs.shape[1]
        if isinstance(offset, int) and length is not None:
            if offset < 0 or offset + length > self.max_length:
                raise ValueError(
                    f"The inputs must end within max_length={self.max_length} positions. "
                    f"Received: length={length}, offset={offset}"
                )
            return inputs + self.table[offset : offset + length]
        positions = ops.minimum(ops.arange(ops.shape(inputs)[1]) + offset, self.max_length - 1)
        return inputs + ops.take(self.table, positions, axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "initializer": keras.initializers.serialize(self.initializer),
        }
