"""The last feature map of a network for pictures, and the rest of the network behind it.

What Grad-CAM asks for (Selvaraju et al. 2017, arXiv:1610.02391): the last layer whose outputs still have a place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.network_steps import called, steps

FINE = 4
"""Places a side of a feature map, below which it says little about where: an earlier one is taken."""


@dataclass(frozen=True)
class FeatureMap:
    """A feature map of some pictures.

    Attributes:
        name: Of the layer that gives it.
        values: Float32 (batch, rows, columns, channels).
        rest: Function from such values, as a tensor, to the outputs (batch, ...) of the network for these pictures.
    """

    name: str
    values: np.ndarray
    rest: Callable


def last_feature_map(model, pictures: np.ndarray) -> FeatureMap | None:
    """The last feature map with `FINE` places a side, before it is pooled; None where nothing is a convolution.

    Where none is so fine, it is the last of the finest.

    Args:
        model: Functional `keras.Model` with one input, pictures (batch, height, width, channels).
        pictures: (batch, height, width, channels), as the model takes them.
    """
    from keras import ops

    found = steps(model)
    sides = [_side(step) for step in found]
    finest = min(FINE, max(sides, default=0))
    learned = any(getattr(step.operation, "kernel_size", None) for step in found)
    if finest < 2 or not learned:
        return None
    last = max(at for at, side in enumerate(sides) if side >= finest)
    values = {0: ops.convert_to_tensor(pictures)}
    for step in found[: last + 1]:
        values |= zip(step.outputs, called(step, values), strict=True)
    (number,) = found[last].outputs
    output = found[-1].outputs[0]

    def rest(features):
        known = values | {number: features}
        for step in found[last + 1 :]:
            known |= zip(step.outputs, called(step, known), strict=True)
        return known[output]

    return FeatureMap(found[last].name, ops.convert_to_numpy(ops.cast(values[number], "float32")), rest)


def _side(step) -> int:
    """Places along the shorter side of a feature map; 0 of what is none, or is one that was pooled."""
    shape = step.output_shapes[0]
    return 0 if len(shape) != 3 or hasattr(step.operation, "pool_size") else min(shape[:2])
