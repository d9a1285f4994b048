"""The network that a Transformer applies to each position on its own (Vaswani et al. 2017)."""

import keras

from layers import initializers
from layers.apart import apart
from layers.dense import Dense
from layers.dropout import Dropout


@keras.saving.register_keras_serializable(package="lamina")
class FeedForward(keras.layers.Layer):
    """Two fully connected layers at each position: `y = f(x W1 + b1) W2 + b2`, as wide at the end as at the start.

    Training: `dropout` sets hidden units to zero at random. Inference: none. A mask passes through unchanged.

    Args:
        units: Positive integer, the number of hidden units.
        activation: Name of f, see `layers/activations.py`.
        dropout: Float in [0, 1), the share of hidden units to drop in training.
        kernel_initializer: Of W1 and W2: a name or an initializer, see `layers/initializers.py`.
        seed: Integer for a fixed sequence of dropped units, or None.

    Call arguments:
        inputs: Tensor of shape (batch, ..., features).
        training: Whether to drop units.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `units` is not a positive integer, `dropout` is not in [0, 1) or a name is unknown.

    Reference:
        Vaswani et al. 2017, Attention is all you need (section 3.3).
    """

    def __init__(
        self,
        units: int,
        activation: str = "relu",
        dropout: float = 0.0,
        kernel_initializer="glorot_uniform",
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 <= dropout < 1:
            raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout}")
        self.units = units
        self.activation = activation
        self.dropout = dropout
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.seed = seed
        self.hidden = self._dense(units, activation, "hidden")
        self.dropped = Dropout(dropout, seed, name="dropout", dtype=self.dtype_policy)
        self.supports_masking = True

    def _dense(self, units, activation, name):
        initializer = apart(self.kernel_initializer, name)
        return Dense(units, activation, kernel_initializer=initializer, name=name, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.outer = self._dense(input_shape[-1], None, "outer")
        self.hidden.build(input_shape)
        self.outer.build((*input_shape[:-1], self.units))

    def call(self, inputs, training=False):
        return self.outer(self.dropped(self.hidden(inputs), training=training))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "dropout": self.dropout,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
