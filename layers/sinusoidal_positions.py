"""Positions as waves of many lengths (Vaswani et al. 2017)."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class SinusoidalPositions(keras.layers.Layer):
    """Adds to each vector a code of its position, made of sines and cosines.

    `y[t] = s x[t] + P[t]`, s being 1, or with `scale_inputs` the root of the number of features. For i = 0, 1 ... and
    p = offset + t,

        P[t, 2 i]     = sin(p / period ** (2 i / features))
        P[t, 2 i + 1] = cos(p / period ** (2 i / features))

    The same in training and inference; nothing is learned, and there is no largest length. A mask passes through
    unchanged. Angles are computed in float32 at least.

    Args:
        period: Float above 1; the slowest wave takes almost `2 pi period` positions.

        scale_inputs: Whether to multiply the vectors by the root of the number of features, as the paper does with
            those of an embedding, which start small.

    Call arguments:
        inputs: Tensor of shape (batch, length, features).
        offset: Integer scalar, also a tensor: the position of the first vector, for decoding step by step.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `period` is not above 1.

    Reference:
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(self, period: float = 10_000.0, scale_inputs: bool = False, **kwargs):
        super().__init__(**kwargs)
        if not 1 < period < float("inf"):
            raise ValueError(f"`period` must be above 1 and finite. Received: period={period}")
        self.period = period
        self.scale_inputs = scale_inputs
        self.supports_masking = True

    def build(self, input_shape):
        # Cosines are sines a quarter turn later, so that one operation makes both kinds.
        entries = np.arange(input_shape[-1])
        self.frequencies = self.period ** (-(entries - entries % 2) / input_shape[-1])
        self.phases = entries % 2 * (np.pi / 2)

    def call(self, inputs, offset=0):
        dtype = keras.backend.result_type(self.compute_dtype, "float32")
        positions = ops.cast(ops.arange(ops.shape(inputs)[1]) + offset, dtype)
        frequencies, phases = (ops.convert_to_tensor(part, dtype) for part in (self.frequencies, self.phases))
        codes = ops.sin(positions[:, None] * frequencies + phases)  # (length, features)
        scaled = inputs * inputs.shape[-1] ** 0.5 if self.scale_inputs else inputs
        return scaled + ops.cast(codes, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "period": self.period, "scale_inputs": self.scale_inputs}
