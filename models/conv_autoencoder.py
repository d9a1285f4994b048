"""Convolutional autoencoder: strided convolutions down to a dense code, transposed convolutions up again.

Masci et al., 2011 (Stacked convolutional auto-encoders for hierarchical feature extraction), with the strided
convolutions and batch normalisation of Radford et al., 2016 (arXiv:1511.06434).
"""

from dataclasses import dataclass
from typing import ClassVar

from cli.errors import UserError
from models.autoencoder import (
    CODE,
    DECODER,
    NoiseKind,
    check_code,
    check_noise,
    corrupted,
    output_activation,
)
from models.settings import check


@dataclass(frozen=True)
class ConvAutoencoder:
    """Convolutional autoencoder: each stage halves the image; a dense code; each stage of the decoder doubles."""

    ADVICE: ClassVar[dict[str, str | None]] = {
        "bigger": "--filters",
        "regularize": "--noise",
        "augment": "--augment strong",
    }
    """The flags that `tasks/advice.py` recommends for it."""

    code: int = 32
    """Numbers in the code."""
    filters: tuple[int, ...] = (32, 64, 128)
    """Channels of the encoder's stages; the decoder mirrors them. Stages below 4 pixels a side are left out."""
    noise: float = 0.0
    """Noise on the pixels (0 to 1) in training, which the network learns to take away: deviation, or masked share."""
    noise_kind: NoiseKind = "gaussian"
    """gaussian: normal noise of deviation `noise`; masking: the share `noise` of the pixels is set to zero."""
    batch_norm: bool = True
    """Batch normalisation between each convolution and its nonlinearity."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""

    def __post_init__(self):
        check(self)
        check_noise(self.noise, self.noise_kind)

    def build(self, input_shape: tuple[int, int, int]):
        """Return a `keras.Model` from images `(batch, height, width, channels)` in [0, 1] to the same, float32.

        Raises UserError on other than image shapes, and where the code is as large as the image and there is no noise.
        """
        import keras

        from layers import Dense, LecunNormal

        require_images(input_shape, "conv")
        check_code(self.code, input_shape, "code", held_back=self.noise > 0)
        inputs = keras.Input(input_shape, name="inputs")
        x = encoder_stages(corrupted(inputs, self.noise, self.noise_kind), self)
        x = keras.layers.Flatten(name="flatten")(x)
        code = Dense(self.code, kernel_initializer=LecunNormal(), name=CODE)(x)  # (batch, code)
        return keras.Model(inputs, conv_decoder(self.code, input_shape, self)(code), name="conv_autoencoder")


def require_images(input_shape: tuple[int, ...], name: str) -> None:
    """Raise UserError where records are no images."""
    if len(input_shape) != 3:
        raise UserError(
            f"`{name}` needs images (height, width, channels); for a table use `dense`. "
            f"Received: records of shape {input_shape}"
        )


def sizes(input_shape: tuple[int, int, int], filters: tuple[int, ...]) -> list[tuple[int, int]]:
    """Height and width before each stage that is used, and after the last: halved, rounded up, while 4 or more."""
    found = [tuple(input_shape[:2])]
    for _ in filters:
        height, width = found[-1]
        if min(height, width) < 4:
            break
        found.append((-(-height // 2), -(-width // 2)))
    return found


def encoder_stages(x, recipe):
    """Stages of a 3x3 convolution with stride 2, batch norm and ReLU: `(batch, height, width, filters)`."""
    from layers import Activation, BatchNorm, Conv2D, HeNormal

    for stage, filters in enumerate(recipe.filters[: len(sizes(x.shape[1:], recipe.filters)) - 1], start=1):
        x = Conv2D(
            filters,
            3,
            strides=2,
            padding="same",
            use_bias=not recipe.batch_norm,
            kernel_initializer=HeNormal(),
            kernel_regularizer=penalty(recipe),
            name=f"conv_{stage}",
        )(x)
        if recipe.batch_norm:
            x = BatchNorm(name=f"batch_norm_{stage}")(x)
        x = Activation("relu", name=f"relu_{stage}")(x)
    return x


def conv_decoder(code: int, input_shape: tuple[int, int, int], recipe):
    """The `keras.Model` from codes `(batch, code)` to images: a dense layer, then 4x4 transposed convolutions.

    Odd sizes are met by cropping what doubling makes too large.
    """
    import keras

    from layers import Activation, BatchNorm, Conv2DTranspose, Dense, GlorotUniform, HeNormal

    grids = sizes(input_shape, recipe.filters)
    used = recipe.filters[: len(grids) - 1]
    height, width = grids[-1]
    start = used[-1] if used else recipe.filters[0]

    def finished(x, stage):
        if recipe.batch_norm:
            x = BatchNorm(name=f"decoder_batch_norm_{stage}")(x)
        return Activation("relu", name=f"decoder_relu_{stage}")(x)

    codes = keras.Input((code,), name="codes")
    x = Dense(
        height * width * start,
        use_bias=not recipe.batch_norm,
        kernel_initializer=HeNormal(),
        kernel_regularizer=penalty(recipe),
        name="decoder_dense",
    )(codes)
    x = keras.layers.Reshape((height, width, start), name="decoder_grid")(x)
    x = finished(x, 0)
    for stage, (height, width) in enumerate(reversed(grids[:-1]), start=1):
        last = stage == len(used)
        x = Conv2DTranspose(
            input_shape[2] if last else used[-stage - 1],
            4,
            strides=2,
            padding="same",
            use_bias=last or not recipe.batch_norm,
            kernel_initializer=GlorotUniform() if last else HeNormal(),
            kernel_regularizer=penalty(recipe),
            name="reconstruction" if last else f"conv_transpose_{stage}",
            **({"dtype": "float32"} if last else {}),
        )(x)
        cut = (x.shape[1] - height, x.shape[2] - width)
        if any(cut):
            x = keras.layers.Cropping2D(((0, cut[0]), (0, cut[1])), name=f"crop_{stage}")(x)
        x = x if last else finished(x, stage)
    if not used:
        x = Conv2DTranspose(input_shape[2], 3, padding="same", name="reconstruction", dtype="float32")(x)
    last = output_activation("auto", input_shape)
    return keras.Model(codes, Activation(last, name="pixels", dtype="float32")(x), name=DECODER)


def penalty(recipe):
    """The L2 penalty of a recipe, or None."""
    from layers import L2

    return L2(recipe.l2) if recipe.l2 else None
