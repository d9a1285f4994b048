"""The random code of a variational autoencoder, drawn so that gradients pass (Kingma and Welling 2014)."""

import keras
from keras import ops

from layers.regularizers import checked
from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class GaussianCode(keras.layers.Layer):
    """Takes mean m and log-variance v of a normal code, and draws from it while training (reparameterisation).

    Training: `z = m + exp(v / 2) n`, n from N(0, 1). Inference: `z = m`. In both the loss gains `strength` times the
    distance of the code's distribution from a standard normal one, `KL = sum_k (m_k^2 + exp(v_k) - v_k - 1) / 2`,
    averaged over the batch. Masks are not supported.

    Args:
        strength: Float, 0 or more: the factor of KL in the loss.
        seed: Integer for a fixed sequence, or None.

    Call arguments:
        inputs: Tensor of shape (batch, 2 * size): the means, then the log-variances.
        training: Whether to draw.

    Returns:
        Tensor of shape (batch, size).

    Raises:
        ValueError: If `strength` is negative or not finite, or the last axis of the inputs is odd.

    Reference:
        Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), equation 10 and appendix B.
    """

    def __init__(self, strength: float = 1.0, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.strength = checked("strength", strength)
        self.seed = seed
        self.seed_generator = ReplicaSeed(seed)

    def build(self, input_shape):
        if input_shape[-1] is None or input_shape[-1] % 2:
            raise ValueError(f"The last axis must hold as many means as log-variances. Received: shape={input_shape}")
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs, training=False):
        mean, log_variance = ops.split(inputs, 2, axis=-1)  # (batch, size) each
        if self.strength:
            # In float32, because half precision has too few digits for a sum of many small terms.
            m, v = ops.cast(mean, "float32"), ops.cast(log_variance, "float32")
            divergence = 0.5 * ops.sum(ops.square(m) + ops.exp(v) - v - 1, axis=-1)  # (batch,)
            self.add_loss(self.strength * ops.mean(divergence))
        if not training:
            return mean
        normal = keras.random.normal(ops.shape(mean), dtype=self.compute_dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * normal

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1] // 2)

    def get_config(self):
        return {**super().get_config(), "strength": self.strength, "seed": self.seed}
