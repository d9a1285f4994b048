"""Dropout of whole channels (Tompson et al. 2015)."""

import keras

from layers.bernoulli import bernoulli
from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class SpatialDropout(keras.layers.Layer):
    """Zeros random channels in training, each everywhere in its image, and scales up the rest.

    Training: `y = x * m[c] / (1 - rate)` with m[c] = 0 with probability `rate`, else 1, drawn for each image, channel
    and call. Neighbouring pixels are alike, so dropping single ones takes little away. Inference: `y = x`. A mask
    passes through unchanged.

    Args:
        rate: Float in [0, 1).
        seed: Integer for a fixed sequence of draws, or None.

    Call arguments:
        inputs: Tensor of shape (batch, ..., channels).
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `rate` is not in [0, 1).

    Reference:
        Tompson et al. 2015, Efficient object localization using convolutional networks (arXiv:1411.4280).
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = ReplicaSeed(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        one_pixel = inputs[(slice(None), *[slice(1)] * (len(inputs.shape) - 2))]  # (batch, 1, ..., 1, channels)
        kept = bernoulli(one_pixel, 1 - self.rate, self.seed_generator)
        return inputs * (kept * (1 / (1 - self.rate)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
