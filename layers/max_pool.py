"""Max pooling of images (Riesenhuber and Poggio 1999), and its indices for unpooling."""

import keras
from keras import ops

from layers.windows import Windows


@keras.saving.register_keras_serializable(package="lamina")
class MaxPool2D(keras.layers.Layer):
    """Takes the largest value of each window: `y[i, j, c] = max_{u,v} x[s i + u - p, s j + v - p, c]`.

    What lies outside the image never wins. The same in training and inference; masks are not supported. Of equal values
    the first in reading order is the one that counts for the indices.

    Args:
        pool_size: Height and width of a window, an integer or two.
        strides: s, an integer or two; None for the pool size.
        padding: p, an integer of 0 or more, or two: pixels around the image, at most half of the window.
        round_up: Whether a last window may hang over the end of the image, as in Caffe.
        return_indices: Whether to return, besides, where in its window each largest value is, for `MaxUnpool2D`. Then
            the windows must lie side by side: strides as the pool size, no padding and no rounding up.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).

    Returns:
        Tensor of shape (batch, new height, new width, channels); with `return_indices` a pair of it and an int32 tensor
        of that shape, `u * (width of the window) + v`.

    Raises:
        ValueError: If an argument is not of those above, or a window is larger than the padded image.

    Reference:
        Riesenhuber and Poggio 1999, Hierarchical models of object recognition in cortex. The indices: Badrinarayanan et
        al. 2015, SegNet (arXiv:1511.00561).
    """

    def __init__(
        self, pool_size, strides=None, padding=0, round_up: bool = False, return_indices: bool = False, **kwargs
    ):
        super().__init__(**kwargs)
        self.windows = Windows(pool_size, strides, padding, round_up)
        self.pool_size, self.strides, self.padding = self.windows.size, self.windows.strides, self.windows.padding
        self.round_up = round_up
        self.return_indices = return_indices
        if return_indices and (self.strides != self.pool_size or max(self.padding) or round_up):
            raise ValueError(
                "`return_indices` needs windows side by side: strides as the pool size, no padding, no rounding up. "
                f"Received: pool_size={self.pool_size}, strides={self.strides}, padding={self.padding}, "
                f"round_up={round_up}"
            )
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        self.windows.refuse(input_shape)

    def call(self, inputs):
        if self.return_indices:
            return self._with_indices(inputs)
        shape = ops.shape(inputs)
        same = self.windows.are_same(shape)
        if not same and (self.round_up or max(self.padding)):
            added = [(0, 0), *self.windows.added(shape), (0, 0)]
            inputs = ops.pad(inputs, added, constant_values=-float("inf"))
        return ops.max_pool(
            inputs, self.pool_size, self.strides, "same" if same else "valid", data_format="channels_last"
        )

    def _with_indices(self, inputs):
        """The parts are the first pixels of all windows, the second ones, and so on; the gradient is the pooling's."""
        (height, width), (rows, columns) = self.pool_size, self.windows.counts(ops.shape(inputs))
        inputs = inputs[:, : rows * height, : columns * width]
        pooled = ops.max_pool(inputs, self.pool_size, self.pool_size, "valid", data_format="channels_last")
        inputs = ops.stop_gradient(inputs)
        best, indices = None, None
        for index in range(height * width):
            part = inputs[:, index // width :: height, index % width :: width]  # (batch, rows, columns, channels)
            if best is None:
                best, indices = part, ops.zeros_like(part, dtype="int32")
                continue
            better = part > best
            best, indices = ops.where(better, part, best), ops.where(better, index, indices)
        return pooled, indices

    def compute_output_shape(self, input_shape):
        shape = (input_shape[0], *self.windows.counts(input_shape), input_shape[-1])
        return (shape, shape) if self.return_indices else shape

    def compute_output_spec(self, inputs):
        pooled = keras.KerasTensor(
            (inputs.shape[0], *self.windows.counts(inputs.shape), inputs.shape[-1]), dtype=self.compute_dtype
        )
        return (pooled, keras.KerasTensor(pooled.shape, dtype="int32")) if self.return_indices else pooled

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "round_up": self.round_up,
            "return_indices": self.return_indices,
        }
