"""The rectifier whose slope is learnt (He et al. 2015)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class PReLU(keras.layers.Layer):
    """Multiplies what is negative by a slope of its channel: `y = x` where x > 0, else `alpha[c] * x`.

    The same in training and inference; a mask passes through unchanged.

    Args:
        initial_slope: Finite float, alpha before training.

    Call arguments:
        inputs: Tensor of shape (batch, ..., channels).

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `initial_slope` is not finite.

    Reference:
        He et al. 2015, Delving deep into rectifiers (arXiv:1502.01852).
    """

    def __init__(self, initial_slope: float = 0.25, **kwargs):
        super().__init__(**kwargs)
        if not abs(initial_slope) < float("inf"):
            raise ValueError(f"`initial_slope` must be finite. Received: initial_slope={initial_slope}")
        self.initial_slope = initial_slope
        self.supports_masking = True

    def build(self, input_shape):
        self.alpha = self.add_weight(
            name="alpha", shape=(input_shape[-1],), initializer=keras.initializers.Constant(self.initial_slope)
        )
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs):
        return ops.relu(inputs) - ops.convert_to_tensor(self.alpha) * ops.relu(-inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "initial_slope": self.initial_slope}
