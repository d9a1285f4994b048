"""Sparse autoencoder: a code that may be larger than the record, of which few units answer at a time.

Ng, 2011 (Sparse autoencoder, lecture notes of CS294A).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.autoencoder import CODE
from models.dense_autoencoder import DenseAutoencoder
from models.mlp import ActivationName
from models.settings import INSIDE, POSITIVE, check


@dataclass(frozen=True)
class SparseAutoencoder:
    """Sparse autoencoder: dense, with a penalty on the activity of the code."""

    ADVICE: ClassVar[dict[str, str | None]] = {"regularize": "--l2"}
    """The flags that `tasks/advice.py` recommends for it."""

    hidden: tuple[int, ...] = (128,)
    """Units of the encoder's layers, the last is the size of the code; the decoder mirrors them."""
    activation: ActivationName = "elu"
    """Nonlinearity of the other layers."""
    penalty: Literal["l1", "kl"] = "l1"
    """l1: sum of the code's absolute values, ReLU units; kl: distance of each unit's mean from `activity`,
    sigmoid units."""
    sparsity: float = 1e-4
    """Strength of the penalty."""
    activity: float = 0.05
    """kl: share of the records that a unit should answer to."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""

    def __post_init__(self):
        check(self, sparsity=POSITIVE, activity=INSIDE)

    def build(self, input_shape: tuple[int, ...]):
        """Return a `keras.Model` from `(batch, *input_shape)` to the same, float32."""
        import keras

        from layers import ActivityRegularization

        dense = DenseAutoencoder(self.hidden, activation=self.activation, l2=self.l2)
        inputs = keras.Input(input_shape, name="inputs")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        for i, units in enumerate(self.hidden[:-1], start=1):
            x = dense.layer(units, self.activation, f"encoder_{i}")(x)
        x = dense.layer(self.hidden[-1], "relu" if self.penalty == "l1" else "sigmoid", "code_units")(x)
        code = ActivityRegularization(self.penalty, self.sparsity, self.activity, name=CODE)(x)
        return keras.Model(inputs, dense.decoder(input_shape)(code), name="sparse_autoencoder")
