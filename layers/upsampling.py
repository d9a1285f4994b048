"""Enlargement of images by interpolation, without weights."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class Upsampling2D(keras.layers.Layer):
    """Makes an image a whole number of times larger: each new pixel is the mean of the four around its place, weighed
    by how near they are (bilinear; pixels are areas, so that corners stay where they are).

    `y[f i + u] = (1 - |o|) x[i] + |o| x[i + sign(o)]` with `o = (u + 1/2) / f - 1/2`, along the height, then along the
    width; beyond the edge the image goes on as it ends. The same in training and inference; masks are not supported.
    Unlike Keras' layer it takes images whose height and width are not known before they come.

    Args:
        factor: f, a positive integer.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).

    Returns:
        Tensor of shape (batch, factor * height, factor * width, channels).

    Raises:
        ValueError: If `factor` is not a positive integer.
    """

    def __init__(self, factor: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(factor, int) or isinstance(factor, bool) or factor < 1:
            raise ValueError(f"`factor` must be a positive integer. Received: factor={factor!r}")
        self.factor = factor
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs):
        batch, height, width, channels = ops.shape(inputs)
        # Products of matrices, which are nearly all zeros, are three times as fast as slices, forward and back.
        x = ops.matmul(self._shares(width, inputs.dtype), inputs)  # (batch, height, factor * width, channels)
        rows = ops.reshape(x, (batch, height, self.factor * width * channels))
        x = ops.matmul(self._shares(height, inputs.dtype), rows)
        return ops.reshape(x, (batch, self.factor * height, self.factor * width, channels))

    def _shares(self, size, dtype):
        """What each old pixel along an axis has in each new one, (factor * size, size): 1 - their distance, in old
        pixels, or 0."""
        exact = keras.backend.result_type(dtype, "float32")
        place = (ops.arange(self.factor * size, dtype=exact) + 0.5) / self.factor - 0.5
        place = ops.clip(place, 0, ops.cast(size - 1, exact))  # beyond the edge the image goes on as it ends
        distance = ops.abs(place[:, None] - ops.arange(size, dtype=exact))
        return ops.cast(ops.maximum(1 - distance, 0), dtype)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (None if side is None else self.factor * side for side in (height, width))
        return batch, height, width, channels

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
