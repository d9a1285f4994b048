"""Dropout at prediction: many thinned networks, whose disagreement tells how sure they are."""

import keras
from keras import ops

from layers.bernoulli import bernoulli
from layers.seed import ReplicaSeed


@keras.saving.register_keras_serializable(package="lamina")
class MonteCarloDropout(keras.layers.Layer):
    """Applies `samples` masks of dropout side by side, drawn once when the layer is built.

    `y[:, s] = x * m[s] / (1 - rate)`, or with a sample axis in the inputs already `y[:, s] = x[:, s] * m[s] / (1 -
    rate)`; m[s] is 0 with probability `rate`, else 1, for each feature. In place of each `Dropout` of a trained
    network it makes `samples` thinned networks, the same for every record, so that an answer never depends on chance
    or on the batch it comes in. The same in training and inference; the masks are weights that are not trained.

    Args:
        rate: Float in [0, 1).
        samples: Positive integer, the number of thinned networks.
        seed: Integer for fixed masks, or None.

    Call arguments:
        inputs: Tensor of shape (batch, features) or (batch, samples, features).

    Returns:
        Tensor of shape (batch, samples, features).

    Raises:
        ValueError: If `rate` is not in [0, 1), or `samples` is not a positive integer.

    Reference:
        Gal and Ghahramani 2016, Dropout as a Bayesian approximation (arXiv:1506.02142).
    """

    def __init__(self, rate: float, samples: int, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={rate}")
        if not isinstance(samples, int) or samples <= 0:
            raise ValueError(f"`samples` must be a positive integer. Received: samples={samples!r}")
        self.rate = rate
        self.samples = samples
        self.seed = seed

    def build(self, input_shape):
        if len(input_shape) not in (2, 3) or (len(input_shape) == 3 and input_shape[1] != self.samples):
            raise ValueError(
                f"The inputs must have the shape (batch, features) or (batch, {self.samples}, features). "
                f"Received: shape={input_shape}"
            )
        self.masks = self.add_weight(
            name="masks", shape=(self.samples, input_shape[-1]), initializer=self._draw, trainable=False
        )

    def _draw(self, shape, dtype=None):
        ones = ops.ones(shape, dtype=dtype)
        return bernoulli(ones, 1 - self.rate, ReplicaSeed(self.seed)) / (1 - self.rate)

    def call(self, inputs):
        if len(inputs.shape) == 2:
            inputs = ops.expand_dims(inputs, 1)
        return inputs * ops.cast(self.masks, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.samples, input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "samples": self.samples, "seed": self.seed}
