"""What a page is sent: a description when its settings change, and pictures while it trains."""

import base64
import json
import math

import numpy as np

from web.playground import network
from web.playground.features import FEATURES
from web.playground.own_table import OwnTable
from web.playground.training import COARSE, FINE, Training

STATISTICS = ("weights", "gradients", "mean", "deviation", "dead", "saturated")


def description(training: Training, table: OwnTable | None, notes: list[str]) -> dict:
    """The settings, the points, and the names of all that is drawn."""
    settings, data = training.settings, training.data
    return {
        "address": settings.address(),
        "settings": settings.values(),
        "hidden": settings.hidden,
        "features": [{"name": name, "label": one.label} for name, one in FEATURES.items()],
        "inputs": [*settings.features, *data.names],
        "further": data.names,
        "layers": [units for units, *_ in settings.layers],
        "activations": [name for _, name, *_ in settings.layers],
        "outputs": training.model.output_shape[1],
        "classes": data.classes,
        "several": settings.loss == "cross_entropy" and len(data.classes) > 2,
        "probability": settings.loss == "cross_entropy",
        "half": data.half,
        "axes": [{"name": one.name, "mean": one.mean, "scale": one.scale} for one in data.axes],
        "value": {"name": data.value.name, "mean": data.value.mean, "scale": data.value.scale},
        "train": points(data, data.train),
        "test": points(data, data.test),
        "table": {"name": table.name, "columns": table.columns} if table else None,
        "loss": LOSSES[settings.loss],
        "output": "tanh" if network.signed(settings) else "softmax" if data.classes else "linear",
        "sides": {"fine": FINE, "coarse": COARSE},
        "notes": notes,
    }


LOSSES = {
    "squared": "half the squared error",
    "cross_entropy": "cross-entropy, nats",
    "absolute": "absolute error",
    "huber": "Huber's loss",
}
MOST_SHOWN = 2000  # points of either part


def points(data, rows: np.ndarray) -> list[list[float]]:
    """x, y and label of rows, rounded for a picture."""
    rows = rows[:MOST_SHOWN]
    return np.column_stack([data.points[rows], data.labels[rows]]).round(3).tolist()


def picture(training: Training, playing: bool) -> dict:
    """What there is to see now, but for the curve."""
    fine, coarse = training.maps()
    frame = {
        "epoch": training.epoch,
        "playing": playing,
        "output": encoded(fine),
        "neurons": encoded(coarse),
        "weights": [rounded(layer.kernel.numpy()) for layer in training.layers],
        "biases": [rounded(layer.bias.numpy()) if layer.use_bias else None for layer in training.layers],
        "rate": training.rate(),
        "trouble": training.trouble and {"sentence": training.trouble.sentence, "rate": training.trouble.rate},
    }
    if training.settings.collect_stats:
        frame["statistics"] = [dict(zip(STATISTICS, map(number, line), strict=True)) for line in training.statistics()]
    return frame


def text(picture: dict, training: Training, start: int) -> str:
    """A server-sent event of a picture and the curve from an entry on."""
    curve = [
        [number(one) for one in (epoch.train, epoch.test, epoch.train_accuracy, epoch.test_accuracy)]
        for epoch in training.curve[start:]
    ]
    whole = {**picture, "start": start, "curve": curve}
    return f"data: {json.dumps(whole, allow_nan=False, separators=(',', ':'))}\n\n"


def encoded(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def rounded(values: np.ndarray) -> list:
    """Numbers for a picture; null for what is none."""
    with np.errstate(invalid="ignore"):
        found = values.astype(float).round(4)
    return np.where(np.isfinite(found), found, None).tolist()


def number(value) -> float | None:
    return float(f"{float(value):.6g}") if math.isfinite(value) else None
