"""Variational autoencoder: a code drawn from a normal distribution, so that codes drawn anew make new records.

Kingma and Welling, 2014 (Auto-encoding variational Bayes, arXiv:1312.6114); the weight of the second term of the loss
is the beta of Higgins et al., 2017.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.autoencoder import CODE
from models.conv_autoencoder import conv_decoder, encoder_stages, require_images
from models.dense_autoencoder import DenseAutoencoder
from models.mlp import ActivationName
from models.settings import check


@dataclass(frozen=True)
class VariationalAutoencoder:
    """Variational autoencoder: squared error plus beta times the distance of the codes from a standard normal."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--hidden or --filters", "regularize": "--beta"}
    """The flags that `tasks/advice.py` recommends for it."""

    code: int = 16
    """Numbers in the code; those that are not worth their cost stay unused."""
    beta: float | None = None
    """Weight of the codes' distance from a standard normal (KL, in nats per record) against the squared error, summed
    over the record: twice the variance of the noise that the decoder is taken to leave. Default: 0.04 for images (0 to
    1), 0.2 for tables (deviation 1)."""
    body: Literal["auto", "dense", "conv"] = "auto"
    """Layers on both sides of the code; auto: conv for images, dense for tables."""
    hidden: tuple[int, ...] = (256, 128)
    """dense: units of the encoder's layers, mirrored in the decoder."""
    activation: ActivationName = "elu"
    """dense: nonlinearity of these layers."""
    filters: tuple[int, ...] = (32, 64, 128)
    """conv: channels of the encoder's stages, mirrored in the decoder."""
    batch_norm: bool = True
    """conv: batch normalisation between each convolution and its nonlinearity."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""

    def __post_init__(self):
        check(self)

    def build(self, input_shape: tuple[int, ...]):
        """Return a `keras.Model` from `(batch, *input_shape)` to the same, float32. In inference the code is its mean.

        Raises UserError for a conv body on other than images.
        """
        from math import prod

        import keras

        from layers import Dense, GaussianCode, LecunNormal

        inputs = keras.Input(input_shape, name="inputs")
        if self.body == "conv" or (self.body == "auto" and len(input_shape) == 3):
            require_images(input_shape, "--body conv")
            x = keras.layers.Flatten(name="flatten")(encoder_stages(inputs, self))
            decoder = conv_decoder(self.code, input_shape, self)
        else:
            dense = DenseAutoencoder((*self.hidden, self.code), activation=self.activation, l2=self.l2)
            x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
            for i, units in enumerate(self.hidden, start=1):
                x = dense.layer(units, self.activation, f"encoder_{i}")(x)
            decoder = dense.decoder(input_shape)
        # Float32 from here: the exponential of the log-variance needs its range.
        moments = Dense(2 * self.code, kernel_initializer=LecunNormal(), name="code_moments", dtype="float32")(x)
        beta = self.beta if self.beta is not None else 0.04 if len(input_shape) == 3 else 0.2
        # The loss is a mean over the features, so KL is divided by their number too.
        code = GaussianCode(beta / prod(input_shape), name=CODE, dtype="float32")(moments)  # (batch, code)
        return keras.Model(inputs, decoder(code), name="variational_autoencoder")
