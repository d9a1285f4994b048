"""Layer normalization (Ba, Kiros and Hinton 2016)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class LayerNorm(keras.layers.Layer):
    """Standardises each position over its channels, then scales and shifts them.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with the mean and the variance (divided by the count)
    of the last axis at each position, gamma and beta of shape (channels,).

    The same in training and inference, for a batch of any size. No position sees another, so a mask has nothing to do
    here: it passes through unchanged. Statistics, gamma and beta are float32 (float64 for float64 layers) whatever the
    inputs are.

    Args:
        epsilon: Positive float, keeps the division finite.
        center: Whether there is a beta.
        scale: Whether there is a gamma.

    Call arguments:
        inputs: Tensor of shape (batch, ..., channels).

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `epsilon` is not positive, or the size of the last axis is unknown.

    Reference:
        Ba, Kiros and Hinton 2016, Layer normalization (arXiv:1607.06450).
    """

    def __init__(self, epsilon: float = 1e-6, center: bool = True, scale: bool = True, **kwargs):
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: epsilon={epsilon}")
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.supports_masking = True

    def build(self, input_shape):
        channels = input_shape[-1]
        if channels is None:
            raise ValueError(f"The last axis of the input must have a known size. Received: shape={input_shape}")

        def add(name, initializer):
            return self.add_weight(
                name=name,
                shape=(channels,),
                initializer=initializer,
                dtype=self._statistics_dtype(),
                autocast=False,
            )

        self.gamma = add("gamma", "ones") if self.scale else None
        self.beta = add("beta", "zeros") if self.center else None
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: channels})

    def _statistics_dtype(self):
        """Never half precision."""
        return keras.backend.result_type(self.variable_dtype, "float32")

    def call(self, inputs):
        x = ops.cast(inputs, self._statistics_dtype())
        centered = x - ops.mean(x, axis=-1, keepdims=True)
        # Not `mean(x^2) - mean(x)^2`, which loses digits where the mean is large beside the deviation.
        variance = ops.mean(ops.square(centered), axis=-1, keepdims=True)  # (batch, ..., 1)
        outputs = centered * ops.rsqrt(variance + self.epsilon)
        if self.scale:
            outputs = outputs * self.gamma
        if self.center:
            outputs = outputs + self.beta
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
