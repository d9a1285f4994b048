"""A network as numbers, for the page that needs no server."""

import json
from importlib.resources import files

import numpy as np

from web.playground.features import FEATURES
from web.playground.frame import points
from web.playground.training import Training


def numbers(training: Training) -> dict:
    """All that a forward pass in JavaScript needs: features as code, and of each layer its kernel (inputs x units), a
    scale and a shift of each unit (of the bias, or of batch norm at inference), and its activation."""
    settings, data, model = training.settings, training.data, training.model
    layers = []
    names = [*(name for _, name, *_ in settings.layers), output_activation(training)]
    for place, (layer, name) in enumerate(zip(training.layers, names, strict=True), start=1):
        scale = np.ones(layer.units)
        shift = layer.bias.numpy() if layer.use_bias else np.zeros(layer.units)
        if not layer.use_bias:
            norm = model.get_layer(f"batch_norm_{place}")
            scale = norm.gamma.numpy() / np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
            shift = norm.beta.numpy() - norm.moving_mean.numpy() * scale
        kernel = layer.kernel.numpy().astype(float).tolist()
        layers.append({"kernel": kernel, "scale": listed(scale), "shift": listed(shift), "activation": name})
    return {
        "features": [FEATURES[name].code for name in settings.features],
        "labels": [FEATURES[name].label for name in settings.features],
        "held": listed(data.held),
        "further": data.names,
        "layers": layers,
        "classes": data.classes,
        "half": data.half,
        "axes": [{"name": one.name, "mean": one.mean, "scale": one.scale} for one in data.axes],
        "value": {"name": data.value.name, "mean": data.value.mean, "scale": data.value.scale},
        "points": points(data, data.train),
        "epoch": training.epoch,
    }


def output_activation(training: Training) -> str:
    """What turns the last sums into the answer."""
    if training.settings.loss == "cross_entropy":
        return "softmax"
    return "tanh" if training.data.classes else "linear"


def listed(values) -> list[float]:
    return np.asarray(values, float).tolist()


def page(training: Training) -> str:
    """The HTML file."""
    found = json.dumps(numbers(training)).replace("<", "\\u003c")  # no name of a column ends the script
    features = ", ".join(FEATURES[name].code for name in training.settings.features)
    template = (files("web.playground") / "forward.html").read_text("utf-8")
    return template.replace("NETWORK_AS_JSON", found).replace("FEATURES_AS_CODE", features)
