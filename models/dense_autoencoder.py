"""Dense autoencoder: fully connected layers down to the code, and the same widths up again.

Rumelhart, Hinton and Williams, 1986 (Learning internal representations by error propagation); with more than one hidden
layer Hinton and Salakhutdinov, 2006 (Reducing the dimensionality of data with neural networks).
"""

from dataclasses import dataclass
from typing import ClassVar

from models.autoencoder import (
    CODE,
    DECODER,
    NoiseKind,
    OutputName,
    check_code,
    check_noise,
    corrupted,
    output_activation,
)
from models.mlp import ActivationName
from models.settings import POSITIVE, check


@dataclass(frozen=True)
class DenseAutoencoder:
    """Dense autoencoder: widths down to the code, mirrored up again; the code itself is linear by default."""

    ADVICE: ClassVar[dict[str, str | None]] = {"regularize": "--noise"}
    """The flags that `tasks/advice.py` recommends for it."""

    hidden: tuple[int, ...] = (256, 128, 32)
    """Units of the encoder's layers, the last is the size of the code; the decoder mirrors them."""
    activation: ActivationName = "elu"
    """Nonlinearity of the layers before and after the code."""
    code_activation: ActivationName = "identity"
    """Nonlinearity of the code."""
    output: OutputName = "auto"
    """Nonlinearity of the last layer; auto: sigmoid for images (pixels are 0 to 1), identity for tables."""
    noise: float = 0.0
    """Noise on the inputs in training, which the network learns to take away: deviation, or share that is masked."""
    noise_kind: NoiseKind = "gaussian"
    """gaussian: normal noise of deviation `noise`; masking: the share `noise` of the inputs is set to zero."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""
    initial_range: float | None = None
    """Draw the first weights and biases evenly from -R to R, as in textbooks. Default: He's or LeCun's scheme."""

    def __post_init__(self):
        check(self, initial_range=POSITIVE)
        check_noise(self.noise, self.noise_kind)

    def build(self, input_shape: tuple[int, ...]):
        """Return a `keras.Model` from `(batch, *input_shape)` to the same, float32.

        Raises UserError where the code is as large as the input and there is no noise.
        """
        import keras

        check_code(self.hidden[-1], input_shape, "hidden", held_back=self.noise > 0)
        inputs = keras.Input(input_shape, name="inputs")
        x = corrupted(inputs, self.noise, self.noise_kind)
        x = keras.layers.Flatten(name="flatten")(x) if len(input_shape) > 1 else x
        for i, units in enumerate(self.hidden[:-1], start=1):
            x = self.layer(units, self.activation, f"encoder_{i}")(x)  # (batch, units)
        code = self.layer(self.hidden[-1], self.code_activation, CODE)(x)
        return keras.Model(inputs, self.decoder(input_shape)(code), name="dense_autoencoder")

    def decoder(self, input_shape: tuple[int, ...]):
        """The `keras.Model` from codes `(batch, size)` to records `(batch, *input_shape)`, float32."""
        from math import prod

        import keras

        codes = keras.Input((self.hidden[-1],), name="codes")
        x = codes
        for i, units in enumerate(reversed(self.hidden[:-1]), start=1):
            x = self.layer(units, self.activation, f"decoder_{i}")(x)
        last = output_activation(self.output, input_shape)
        x = self.layer(prod(input_shape), last, "reconstruction", dtype="float32")(x)
        x = keras.layers.Reshape(input_shape, name="reshape", dtype="float32")(x) if len(input_shape) > 1 else x
        return keras.Model(codes, x, name=DECODER)

    def layer(self, units: int, activation: str, name: str, **dtype):
        """One dense layer as this recipe wants it."""
        from layers import L2, Dense, HeNormal, LecunNormal, Uniform, Zeros

        rectified = activation in ("relu", "leaky_relu", "elu", "softplus")
        kernel, bias = HeNormal() if rectified else LecunNormal(), Zeros()
        if self.initial_range is not None:
            kernel, bias = (Uniform(-self.initial_range, self.initial_range) for _ in range(2))
        return Dense(
            units,
            activation=activation,
            kernel_initializer=kernel,
            bias_initializer=bias,
            kernel_regularizer=L2(self.l2) if self.l2 else None,
            name=name,
            **dtype,
        )
