"""Dropout, as it is used today ("inverted"): scaled in training, so that inference is left alone."""

import keras

from layers.bernoulli import bernoulli
from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class Dropout(keras.layers.Layer):
    """Sets entries to zero at random while training.

    Training: `y = x * m / (1 - rate)`, where m is 0 with probability `rate`, else 1, drawn for each entry and each
    call. The division keeps the expected output at x. Inference: `y = x`. A mask passes through unchanged.

    `rate` is the probability to DROP. Lectures often give the probability p to keep: `Dropout(0.2)` keeps with p = 0.8
    and multiplies what it keeps by 1.25. For the lecture's own form see `layers/scaled_dropout.py`.

    Args:
        rate: Float in [0, 1).
        seed: Integer for a fixed sequence of masks, or None.

    Call arguments:
        inputs: Tensor of any shape.
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `rate` is not in [0, 1).

    Reference:
        Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
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
        kept = bernoulli(inputs, 1 - self.rate, self.seed_generator)
        return inputs * (kept * (1 / (1 - self.rate)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
