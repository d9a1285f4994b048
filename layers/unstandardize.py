"""The last layer of a regression: from standardised outputs to the units of the target."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="lamina", name="TargetUnits")  # as saved models call it
class Unstandardize(keras.layers.Layer):
    """Gives outputs the units of the target: `mean + scale * u` for the mean u, `scale * s` for a deviation s.

    A network learns best what has mean 0 and deviation 1; with this layer it still answers in the user's units. The
    same in training and inference.

    Args:
        mean: Float, of the target over the training rows.
        scale: Positive float, the standard deviation of the target over the training rows.

    Call arguments:
        inputs: Tensor of shape (batch, members, 1): the mean u, or (batch, members, 2): u and the deviation s.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `scale` is not positive, or either is not finite.
    """

    def __init__(self, mean: float, scale: float, **kwargs):
        super().__init__(**kwargs)
        if not np.isfinite(mean):
            raise ValueError(f"`mean` must be finite. Received: mean={mean}")
        if not 0 < scale < float("inf"):
            raise ValueError(f"`scale` must be positive and finite. Received: scale={scale}")
        self.mean = float(mean)
        self.scale = float(scale)
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        shift = [self.mean, 0.0][: inputs.shape[-1]]
        return inputs * self.scale + ops.convert_to_tensor(shift, dtype=inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "scale": self.scale}
