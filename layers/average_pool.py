"""Average pooling of images (LeCun et al. 1989)."""

import keras
from keras import ops

from layers.windows import Windows, smaller


@keras.saving.register_keras_serializable(package="lamina")
class AveragePool2D(keras.layers.Layer):
    """Takes the mean of each window: `y[i, j, c] = mean_{u,v} x[s i + u - p, s j + v - p, c]`.

    The same in training and inference; masks are not supported.

    Args:
        pool_size: Height and width of a window, an integer or two.
        strides: s, an integer or two; None for the pool size.
        padding: p, an integer of 0 or more, or two: pixels of zeros around the image, at most half of the window.
        round_up: Whether a last window may hang over the end of the image, as in Caffe.
        count_padding: Whether the padding counts as pixels (Caffe, PyTorch) or the mean is that of the image's own
            (TensorFlow). What hangs over the padding never counts.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).

    Returns:
        Tensor of shape (batch, new height, new width, channels).

    Raises:
        ValueError: If an argument is not of those above, or a window is larger than the padded image.

    Reference:
        LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition.
    """

    def __init__(
        self, pool_size, strides=None, padding=0, round_up: bool = False, count_padding: bool = True, **kwargs
    ):
        super().__init__(**kwargs)
        self.windows = Windows(pool_size, strides, padding, round_up)
        self.pool_size, self.strides, self.padding = self.windows.size, self.windows.strides, self.windows.padding
        self.round_up = round_up
        self.count_padding = count_padding
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        self.windows.refuse(input_shape)

    def call(self, inputs):
        shape = ops.shape(inputs)
        if not self.round_up and not max(self.padding):
            return self._means(inputs)
        if not self.count_padding and self.windows.are_same(shape):
            return self._means(inputs, "same")
        added = self.windows.added(shape)
        means = self._means(ops.pad(inputs, [(0, 0), *added, (0, 0)]))
        if not self.round_up and self.count_padding:
            return means
        # `means` divides by the whole window; here is what share of each window counts.
        ones = ops.ones((1, *shape[1:3], 1), inputs.dtype)
        if self.count_padding:
            pads = [(pad, smaller(after, pad)) for pad, (_, after) in zip(self.padding, added, strict=True)]
            ones = ops.pad(ones, [(0, 0), *pads, (0, 0)], constant_values=1)
            added = [(0, after - pad) for (_, after), (_, pad) in zip(added, pads, strict=True)]
        return means / self._means(ops.pad(ones, [(0, 0), *added, (0, 0)]))

    def _means(self, images, padding="valid"):
        return ops.average_pool(images, self.pool_size, self.strides, padding, data_format="channels_last")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.windows.counts(input_shape), input_shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "round_up": self.round_up,
            "count_padding": self.count_padding,
        }
