"""What the first layer of a network has learned, where that is a convolution: its filters, and what they answer.

Zeiler and Fergus 2014, Visualizing and understanding convolutional networks (arXiv:1311.2901).
"""

from dataclasses import dataclass

import numpy as np

from models.network_steps import called, steps


@dataclass(frozen=True)
class FirstLayer:
    """The first layer of a network.

    Attributes:
        name: Of the layer.
        filters: Its kernels, (height, width, channels, filters).
        maps: Its outputs for one picture, (rows, columns, filters), before what follows it.
        stride: Of the filters, in pixels.
    """

    name: str
    filters: np.ndarray
    maps: np.ndarray
    stride: int


def first_layer(model, picture: np.ndarray) -> FirstLayer | None:
    """The first layer with weights of a functional `keras.Model`; None where that is no convolution.

    Args:
        model: With one input, pictures (batch, height, width, channels).
        picture: (height, width, channels), as the model takes it.
    """
    from keras import ops

    found = steps(model)
    first = next((at for at, step in enumerate(found) if getattr(step.operation, "weights", ())), None)
    if first is None or not hasattr(found[first].operation, "kernel_size") or len(found[first].output_shapes[0]) != 3:
        return None
    values = {0: ops.convert_to_tensor(picture[None])}
    for step in found[: first + 1]:
        values |= zip(step.outputs, called(step, values), strict=True)
    step = found[first]
    kernel = step.operation.get_weights()[0]
    maps = np.asarray(ops.convert_to_numpy(ops.cast(values[step.outputs[0]], "float32")))[0]
    strides = step.operation.strides
    return FirstLayer(step.name, kernel, maps, strides if isinstance(strides, int) else strides[0])
