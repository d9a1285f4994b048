"""Max unpooling: each value goes back to where the largest one was (Zeiler et al. 2011)."""

import keras
from keras import ops

from layers.conv import pair


@keras.saving.register_keras_serializable(package="lamina")
class MaxUnpool2D(keras.layers.Layer):
    """Undoes the change of size of `MaxPool2D(pool_size, return_indices=True)`; all other pixels are zero.

    `y[h i + u, w j + v, c] = x[i, j, c]` where `indices[i, j, c] = w u + v`, else 0, with windows of height h and width
    w. The same in training and inference; masks are not supported.

    Args:
        pool_size: Height and width of a window, an integer or two.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).
        indices: Integer tensor of that shape, or of one that broadcasts to it: what the pooling returned.

    Returns:
        Tensor of shape (batch, h * height, w * width, channels).

    Raises:
        ValueError: If `pool_size` is not of those above.

    Reference:
        Zeiler et al. 2011, Adaptive deconvolutional networks for mid and high level feature learning.
    """

    def __init__(self, pool_size, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pair("pool_size", pool_size)
        self.input_spec = [keras.layers.InputSpec(ndim=4)]
        self.built = True

    def call(self, inputs, indices):
        height, width = self.pool_size
        batch, rows, columns, channels = ops.shape(inputs)
        places = ops.reshape(ops.arange(height * width, dtype="int32"), (height, 1, width, 1))
        chosen = ops.cast(indices, "int32")[:, :, None, :, None] == places  # (batch, rows, height, columns, width, c)
        spread = ops.where(chosen, inputs[:, :, None, :, None], ops.zeros((), inputs.dtype))
        return ops.reshape(spread, (batch, rows * height, columns * width, channels))

    def compute_output_shape(self, inputs_shape):
        batch, *sides, channels = inputs_shape
        grown = [None if side is None else side * by for side, by in zip(sides, self.pool_size, strict=True)]
        return (batch, *grown, channels)

    def get_config(self):
        return {**super().get_config(), "pool_size": self.pool_size}
