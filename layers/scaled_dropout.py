"""Dropout as it was first published and as lectures give it: scaled at the test, not in training."""

import keras

from layers.bernoulli import bernoulli
from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class ScaledDropout(keras.layers.Layer):
    """Keeps entries with probability p while training, and multiplies by p at the test.

    Training: `y = x * m`, where m is 1 with probability p, else 0. Inference: `y = p * x`, which is the expected
    output of training. For the layers that follow, this holds exactly only if they are linear. A mask passes through
    unchanged.

    `Dropout(rate=1 - p)` gives this divided by p, in training and at the test alike.

    Args:
        keep_probability: p, float in (0, 1].
        seed: Integer for a fixed sequence of masks, or None.

    Call arguments:
        inputs: Tensor of any shape.
        training: Whether to drop (True) or to scale (False).

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `keep_probability` is not in (0, 1].

    Reference:
        Hinton et al. 2012, Improving neural networks by preventing co-adaptation of feature detectors.
    """

    def __init__(self, keep_probability: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not 0 < keep_probability <= 1:
            raise ValueError(f"`keep_probability` must be in (0, 1]. Received: keep_probability={keep_probability}")
        self.keep_probability = keep_probability
        self.seed = seed
        self.seed_generator = ReplicaSeed(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        if self.keep_probability == 1:
            return inputs
        if not training:
            return inputs * self.keep_probability
        return inputs * bernoulli(inputs, self.keep_probability, self.seed_generator)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "keep_probability": self.keep_probability, "seed": self.seed}
