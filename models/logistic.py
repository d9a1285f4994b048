"""Logistic regression: the linear classifier, a network of one layer."""

from dataclasses import dataclass
from typing import ClassVar

from models.settings import check


@dataclass(frozen=True)
class Logistic:
    """Logistic regression, `logits = W x + b`; its decision boundary is a line, a plane, a hyperplane."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": None, "regularize": "--l2"}
    """The flags that `tasks/advice.py` recommends for it."""

    l1: float = 0.0
    """Strength of the L1 penalty on the weights (never on the bias); drives weights to zero."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the bias); drives weights towards zero."""

    def __post_init__(self):
        check(self)

    def build(self, input_shape: tuple[int, ...], num_outputs: int):
        """Return a `keras.Model` from `(batch, *input_shape)` to float32 logits `(batch, num_outputs)`."""
        import keras

        from layers import L1L2, Dense, GlorotUniform

        inputs = keras.Input(input_shape, name="inputs")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        logits = Dense(
            num_outputs,
            kernel_initializer=GlorotUniform(),
            kernel_regularizer=L1L2(self.l1, self.l2) if self.l1 or self.l2 else None,
            dtype="float32",
            name="logits",
        )(x)
        return keras.Model(inputs, logits, name="logistic")
