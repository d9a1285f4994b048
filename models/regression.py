"""What every regression network has in common: members, a deviation where the loss asks for one, the target's units."""

import numpy as np

from cli.errors import UserError


def with_units(network, mean: float, scale: float):
    """Return `network`, with standardised outputs, as a `keras.Model` that answers in the units of the target.

    Args:
        network: outputs `(batch, outputs)` or `(batch, members, outputs)`; of 2 outputs the second becomes a deviation.
        mean, scale: mean and standard deviation of the target over the training rows.

    Returns:
        Model from the inputs of `network` to float32 `(batch, members, outputs)`.
    """
    import keras

    from layers import GaussianHead, Unstandardize

    x = network.output
    if len(x.shape) == 2:
        x = keras.layers.Reshape((1, x.shape[-1]), dtype="float32", name="members")(x)
    if x.shape[-1] == 2:
        x = GaussianHead(dtype="float32", name="gaussian")(x)
        # Start from mean 0 and deviation 1. A small deviation drawn by chance would make the first losses, which divide
        # by its square, a hundred times larger than any later one, and Adam would remember them for a thousand steps.
        last = network.layers[-1]
        if hasattr(last, "kernel"):  # an ensemble starts there by itself
            last.kernel.assign(np.zeros(last.kernel.shape))
    x = Unstandardize(mean, scale, dtype="float32", name="target_units")(x)
    return keras.Model(network.input, x, name=network.name)


def standardized(model):
    """Return the `keras.Model` of `with_units` without its last layer: the outputs are standardised."""
    import keras

    return keras.Model(model.input, model.get_layer("target_units").input, name=model.name)


def monte_carlo(model, samples: int, seed: int):
    """Return `model`, a chain of layers with dropout, as `samples` thinned networks side by side.

    Each `Dropout` becomes a `MonteCarloDropout`, whose masks are the thinned networks; weights are copied.

    Raises:
        UserError: There is no dropout in `model`, so that all the networks would be equal.
    """
    import keras

    from layers import Dropout, MonteCarloDropout

    if not any(isinstance(layer, Dropout) and layer.rate for layer in model.layers):
        raise UserError(
            "`--mc-dropout` needs a network with dropout: use `mlp` with `--dropout` above 0. "
            f"Received: {model.name}, which has none"
        )
    inputs = keras.Input(model.input_shape[1:], name="inputs")
    x = inputs
    for position, layer in enumerate(model.layers[1:]):
        if isinstance(layer, Dropout):
            x = MonteCarloDropout(layer.rate, samples, seed=seed + position, name=layer.name)(x)
        elif layer.name != "members":
            twin = type(layer).from_config(layer.get_config())
            x = twin(x)
            twin.set_weights(layer.get_weights())
    return keras.Model(inputs, x, name=model.name)
