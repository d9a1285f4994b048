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
        return self._along(self._along(inputs, 1), 2)

    def _along(self, x, axis):
        """Enlarged along one axis: of each pixel `factor` new ones, between it and the one before or after it."""
        if self.factor == 1:
            return x
        before, after = [slice(None)] * 4, [slice(None)] * 4
        before[axis], after[axis] = slice(None, 1), slice(-1, None)
        inner, rest = list(before), list(after)
        inner[axis], rest[axis] = slice(None, -1), slice(1, None)
        previous = ops.concatenate([x[tuple(before)], x[tuple(inner)]], axis)
        following = ops.concatenate([x[tuple(rest)], x[tuple(after)]], axis)
        parts = []
        for place in range(self.factor):
            offset = (place + 0.5) / self.factor - 0.5  # from the middle of the old pixel, in old pixels
            neighbour = previous if offset < 0 else following
            parts.append((1 - abs(offset)) * x + abs(offset) * neighbour)
        shape = list(ops.shape(x))
        shape[axis] = shape[axis] * self.factor
        return ops.reshape(ops.stack(parts, axis + 1), shape)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (None if side is None else self.factor * side for side in (height, width))
        return batch, height, width, channels

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
