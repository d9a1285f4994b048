"""Multi-layer perceptron: dense layers, each followed by a nonlinearity."""

from dataclasses import dataclass
from typing import Literal

from models.settings import SHARE, check

ActivationName = Literal["identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu"]


@dataclass(frozen=True)
class MLP:
    """Multi-layer perceptron, `h = activation(W h + b)` once per entry of `hidden`, then a linear layer."""

    hidden: tuple[int, ...] = (128, 128)
    """Units of each hidden layer."""
    activation: ActivationName = "relu"
    """Nonlinearity of the hidden layers."""
    dropout: float = 0.1
    """Fraction of hidden units dropped in training, in [0, 1)."""
    batch_norm: bool = False
    """Batch normalisation between each hidden layer and its nonlinearity."""
    l1: float = 0.0
    """Strength of the L1 penalty on the weights (never on the biases)."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""

    def __post_init__(self):
        check(self, dropout=SHARE)

    def build(self, input_shape: tuple[int, ...], num_outputs: int):
        """Return a `keras.Model` from `(batch, *input_shape)` to float32 logits `(batch, num_outputs)`."""
        import keras

        from layers import L1L2, Activation, BatchNorm, Dense, Dropout, GlorotUniform, HeNormal, LecunNormal

        # He for the rectifiers, LeCun ("Xavier" in many lectures) for the saturating ones.
        rectified = self.activation in ("relu", "leaky_relu", "elu", "softplus")
        initializer = HeNormal if rectified else LecunNormal
        penalty = L1L2(self.l1, self.l2) if self.l1 or self.l2 else None

        inputs = keras.Input(input_shape, name="inputs")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        for i, units in enumerate(self.hidden, start=1):
            x = Dense(
                units,
                use_bias=not self.batch_norm,  # the shift of batch norm does the bias's work
                kernel_initializer=initializer(),
                kernel_regularizer=penalty,
                name=f"hidden_{i}",
            )(x)  # (batch, units)
            if self.batch_norm:
                x = BatchNorm(name=f"batch_norm_{i}")(x)
            x = Activation(self.activation, name=f"{self.activation}_{i}")(x)
            if self.dropout:
                x = Dropout(self.dropout, name=f"dropout_{i}")(x)
        logits = Dense(
            num_outputs,
            kernel_initializer=GlorotUniform(),
            kernel_regularizer=penalty,
            dtype="float32",
            name="logits",
        )(x)
        return keras.Model(inputs, logits, name="mlp")
