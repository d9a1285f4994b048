"""Networks of any size without memory for their weights: a weight is its shape, and symbolic calls need no more."""

import contextlib
from types import SimpleNamespace
from unittest import mock

import keras
import numpy as np


@contextlib.contextmanager
def abstract_weights():
    """What is built inside has weights of shapes alone; gives a dict from names of layers to lists of shapes.

    Weights that are not trained, such as moving statistics, are left out.
    """
    shapes: dict[str, list[tuple]] = {}

    def add_weight(layer, shape=None, trainable=True, **rest):
        if trainable:
            shapes.setdefault(layer.name, []).append(tuple(shape))
        return SimpleNamespace(shape=tuple(shape))

    with mock.patch.object(keras.layers.Layer, "add_weight", add_weight):
        yield shapes


def parameters(shapes) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def multiply_adds(layer, shapes) -> int:
    """Of the kernel of a convolution or a dense layer, the bias not counted."""
    kernel = next((shape for shape in shapes if len(shape) > 1), None)
    if kernel is None:
        return 0
    size = layer.input.shape if "Transpose" in type(layer).__name__ else layer.output.shape
    places = int(np.prod(size[1:3])) if len(size) == 4 else 1
    return int(np.prod(kernel)) * places
