"""Enlargement of images by interpolation, without weights."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class Upsampling2D(keras.layers.Layer):
    """Makes an image a whole number of times larger: each new pixel is the mean of the four around its place, weighed
    by how near they are (bilinear; pixels are areas, so that corners stay where they are).

    The same in training and inference; masks are not supported. Unlike Keras' layer it takes images whose height and
    width are not known before they come.

    Args:
        factor: Positive integer.

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
        height, width = inputs.shape[1:3]
        if keras.backend.backend() == "tensorflow" and (height is None or width is None):
            return self._of_any_size(inputs)
        size = (self.factor * height, self.factor * width)
        return ops.image.resize(inputs, size, interpolation="bilinear", data_format="channels_last")

    def _of_any_size(self, inputs):
        """TensorFlow branch, for correctness: `ops.image.resize` takes no size that is not known before."""
        import tensorflow as tf

        size = self.factor * tf.shape(inputs)[1:3]
        return tf.cast(tf.image.resize(inputs, size), inputs.dtype)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (None if side is None else self.factor * side for side in (height, width))
        return batch, height, width, channels

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
