"""Gaussian noise on the inputs: what a denoising autoencoder has to take away again (Vincent et al. 2008)."""

import keras
from keras import ops

from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class GaussianNoise(keras.layers.Layer):
    """Adds independent normal noise while training.

    Training: `y = x + stddev * n`, n drawn from N(0, 1) for each entry and each call. Inference: `y = x`. A mask passes
    through unchanged.

    Args:
        stddev: Float, 0 or more, in units of the inputs.
        seed: Integer for a fixed sequence, or None.

    Call arguments:
        inputs: Tensor of any shape.
        training: Whether to add noise.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `stddev` is negative or not finite.

    Reference:
        Vincent et al. 2008, Extracting and composing robust features with denoising autoencoders.
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= stddev < float("inf"):
            raise ValueError(f"`stddev` must be finite and 0 or more. Received: stddev={stddev}")
        self.stddev = stddev
        self.seed = seed
        self.seed_generator = ReplicaSeed(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        normal = keras.random.normal(ops.shape(inputs), dtype=self.compute_dtype, seed=self.seed_generator)
        return inputs + self.stddev * normal

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}
