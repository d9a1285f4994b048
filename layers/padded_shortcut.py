"""Shortcut without parameters for residual blocks that change shape (option A).

He, Zhang, Ren, Sun, 2015: Deep residual learning for image recognition (arXiv:1512.03385), section 3.3.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class PaddedShortcut(keras.layers.Layer):
    """Keeps every `strides`-th pixel and pads the channels with zeros up to `filters`.

    `y[b, i, j] = (x[b, i * strides, j * strides], 0, ..., 0)`; the same in training and at inference.

    Args:
        filters: channels of the output, at least those of the input.
        strides: step between the kept pixels, in both directions.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, ceil(height / strides), ceil(width / strides), filters)`.

    Raises:
        ValueError: `filters` or `strides` not positive, inputs not of rank 4 or with more channels than `filters`.

    Reference:
        He et al., 2015 (arXiv:1512.03385), option A.
    """

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        if filters < 1:
            raise ValueError(f"`filters` must be a positive integer. Received: filters={filters}")
        if strides < 1:
            raise ValueError(f"`strides` must be a positive integer. Received: strides={strides}")
        self.filters = filters
        self.strides = strides

    def build(self, input_shape):
        if len(input_shape) != 4 or input_shape[-1] > self.filters:
            raise ValueError(
                f"`inputs` must be (batch, height, width, channels) with at most filters={self.filters} channels. "
                f"Received: shape {tuple(input_shape)}"
            )

    def call(self, inputs):
        kept = inputs[:, :: self.strides, :: self.strides, :]
        return ops.pad(kept, [(0, 0), (0, 0), (0, 0), (0, self.filters - inputs.shape[-1])])

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        steps = [None if side is None else -(-side // self.strides) for side in (height, width)]
        return (batch, *steps, self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "strides": self.strides}
