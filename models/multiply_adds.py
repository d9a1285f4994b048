"""How many multiplications, each with its addition, a layer does for one record.

Counted are those of kernels, in convolutions, dense and recurrent layers; biases, normalisation, activations and
pooling are not, as in the tables of the papers.
"""

from math import prod

import keras

import layers
from models.network_steps import Step


def _kernels(layer) -> int:
    """Numbers in the kernels of a layer."""
    return sum(prod(weight.shape) for weight in layer.weights if "kernel" in weight.name)


def _at_outputs(step: Step) -> int:
    """Every number of the kernel is used once for each position of the output (of a group or channel: once in all)."""
    return prod(step.output_shapes[0][:-1]) * _kernels(step.operation)


def _at_inputs(step: Step) -> int:
    """A transposed convolution spreads every position of its input."""
    return prod(step.input_shapes[0][:-1]) * _kernels(step.operation)


def _once(step: Step) -> int:
    return _kernels(step.operation)


def _per_time_step(step: Step) -> int:
    """Of `(time, features)`: the kernels of inputs and of states, once for each time step."""
    return step.input_shapes[0][0] * _kernels(step.operation)


def _none(step: Step) -> int:
    return 0


COUNTS = {
    **dict.fromkeys(
        (
            keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D,
            keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D,
            keras.layers.SeparableConv1D, keras.layers.SeparableConv2D,
            keras.layers.Dense, layers.Conv2D, layers.DepthwiseConv2D, layers.Dense,
        ),
        _at_outputs,
    ),
    **dict.fromkeys(
        (
            keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose,
            layers.Conv2DTranspose,
        ),
        _at_inputs,
    ),
    **dict.fromkeys((layers.GroupedDense,), _once),
    **dict.fromkeys(
        (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU, layers.LSTM, layers.GRU), _per_time_step
    ),
    **dict.fromkeys(
        (
            keras.layers.BatchNormalization, keras.layers.LayerNormalization, keras.layers.GroupNormalization,
            keras.layers.Normalization, keras.layers.PReLU, keras.layers.Embedding,
            layers.BatchNorm, layers.LayerNorm, layers.PReLU, layers.Embedding, layers.LearnedPositions,
            layers.Unstandardize,
        ),
        _none,
    ),
}  # fmt: skip
"""Kind of layer -> its count. Of a kind that derives from one of these it is that one's."""


def multiply_adds(step: Step) -> int | None:
    """The count of a call for one record. None where the layer has weights and is of no kind that is known here."""
    for kind in type(step.operation).__mro__:
        if kind in COUNTS:
            return COUNTS[kind](step)
    return None if getattr(step.operation, "weights", ()) else 0
