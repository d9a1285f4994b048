"""Linear regression: one linear layer."""

from dataclasses import dataclass
from typing import ClassVar

from models.settings import check


@dataclass(frozen=True)
class Linear:
    """Linear regression, `y = w x + b`; with `--l2` ridge, with `--l1` the lasso."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": None, "regularize": "--l2"}
    """The flags that `tasks/advice.py` recommends for it."""

    l1: float = 0.0
    """Strength of the L1 penalty on the weights (never on the bias)."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the bias)."""

    def __post_init__(self):
        check(self)

    def build(self, input_shape: tuple[int, ...], num_outputs: int):
        """Return a `keras.Model` from `(batch, features)` to float32 numbers `(batch, num_outputs)`."""
        import keras

        from layers import L1L2, Dense, Zeros

        penalty = L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        inputs = keras.Input(input_shape, name="inputs")
        # Zeros: the loss is convex, so every start leads to the same place, and this one is the mean.
        outputs = Dense(
            num_outputs, kernel_initializer=Zeros(), kernel_regularizer=penalty, dtype="float32", name="outputs"
        )(inputs)
        return keras.Model(inputs, outputs, name="linear")
