"""The network of a page: layers of the suite, and what is seen inside."""

import keras

from layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    GlorotUniform,
    HeNormal,
    LecunNormal,
    Uniform,
    Zeros,
)
from web.playground.settings import Settings

FIRST_BIAS = 0.1  # as in the original, with its weights from -0.5 to 0.5
NAMES = {"linear": "identity"}  # of the original -> of the suite


def activation(name: str) -> str:
    """The suite's name of an activation function."""
    return NAMES.get(name, name)


def initializer(settings: Settings, place: int) -> keras.initializers.Initializer:
    """Of the kernel of the layer at a place, with a seed of its own."""
    seed = settings.seed_of_weights + place
    makers = {
        "uniform": lambda: Uniform(-0.5, 0.5, seed=seed),
        "lecun": lambda: LecunNormal(seed=seed),
        "glorot": lambda: GlorotUniform(seed=seed),
        "he": lambda: HeNormal(seed=seed),
        "zeros": Zeros,
    }
    return makers[settings.initializer]()


def build(settings: Settings, inputs: int, outputs: int) -> keras.Model:
    """Return a `keras.Model` from `(batch, inputs)` to `(batch, outputs)`: values, or logits for the cross-entropy.

    A hidden layer is Dense, batch norm where asked for, the activation, dropout where asked for; the output is Dense,
    with a tanh where the squared loss is to part classes. Seeds are those of the settings.
    """
    first_bias = keras.initializers.Constant(FIRST_BIAS if settings.initializer == "uniform" else 0.0)
    x = given = keras.Input((inputs,), name="inputs")
    for place, (units, name, rate, norm) in enumerate(settings.layers, start=1):
        kernel = initializer(settings, place)
        x = Dense(
            units, use_bias=not norm, kernel_initializer=kernel, bias_initializer=first_bias, name=f"hidden_{place}"
        )(x)
        if norm:
            x = BatchNorm(momentum=0.9, name=f"batch_norm_{place}")(x)
        x = Activation(activation(name), name=f"activation_{place}")(x)
        if rate:
            x = Dropout(rate, seed=settings.seed_of_weights + place, name=f"dropout_{place}")(x)
    kernel = initializer(settings, 0)
    x = Dense(outputs, kernel_initializer=kernel, bias_initializer=first_bias, name="output")(x)
    if signed(settings):
        x = Activation("tanh", name="output_tanh")(x)
    return keras.Model(given, x, name="playground")


def signed(settings: Settings) -> bool:
    """Whether the network parts two classes by one output from -1 to 1."""
    return settings.problem == "classification" and settings.loss == "squared"


def dense_layers(model: keras.Model) -> list[Dense]:
    """The layers with weights that are drawn as edges, in their order."""
    return [layer for layer in model.layers if isinstance(layer, Dense)]


def inside(model: keras.Model) -> keras.Model:
    """The same network with the answers of every hidden layer, after its activation, before those of the output."""
    hidden = [layer.output for layer in model.layers if layer.name.startswith("activation_")]
    return keras.Model(model.inputs, [*hidden, model.output])
