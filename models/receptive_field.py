"""How much of the picture one position of a layer's output sees, and how far apart two neighbours see.

A window of k positions, d apart, every s-th, after p positions of padding, on a layer whose output i sees the pixels
from a + i j to b + i j: its own output sees from a - p j to b + ((k - 1) d - p) j, and neighbours are j s apart. Where
paths meet, what is seen is all that one of them sees. Araujo, Norris and Sim 2019, Computing receptive fields of
convolutional neural networks (Distill).
"""

from dataclasses import dataclass, replace
from math import ceil, inf, nan

from models.network_steps import Shape, Step


@dataclass(frozen=True)
class Sight:
    """Along one axis output 0 sees the pixels from `first` to `last`, output i those `i * stride` further."""

    first: float
    last: float
    stride: float

    @property
    def size(self) -> float:
        """Pixels that one output sees, also beyond the edge of the picture; infinite where it sees all."""
        return self.last - self.first + 1


ALL = Sight(-inf, inf, nan)
PIXEL = Sight(0, 0, 1)


@dataclass(frozen=True)
class Window:
    """A window along one axis: its positions from the first to the last, its stride, the padding before."""

    reach: int
    stride: int
    before: int


def sights(steps: list[Step], input_shapes: list[Shape]) -> dict[int, tuple[Sight, Sight]]:
    """What each tensor of `steps` sees along rows and columns, by its number; nothing of tensors that are no pictures.

    Args:
        steps: Of `models.network_steps.steps`.
        input_shapes: Of the network's inputs, without the batch.
    """
    found = {number: (PIXEL, PIXEL) for number, shape in enumerate(input_shapes) if len(shape) == 3}
    for step in steps:
        seen = [found[number] for number in step.inputs if number in found]
        if not seen:
            continue
        for number, shape in zip(step.outputs, step.output_shapes, strict=True):
            both = tuple(_seen([one[axis] for one in seen], step, shape, axis) for axis in (0, 1))
            found[number] = both
    return found


def _seen(inputs: list[Sight], step: Step, shape: Shape, axis: int) -> Sight:
    before = step.input_shapes[0]
    met = _met(inputs)
    if len(shape) != 3 or len(before) != 3 or met.size == inf:
        return ALL
    if (found := window(step, axis)) is not None:
        if shape[axis] > before[axis]:  # a transposed convolution: neighbours share what they see
            stride = met.stride / found.stride
            more = ceil((found.reach + 1) / found.stride) - 1
            return replace(met, last=met.last + more * met.stride, stride=stride)
        first = met.first - found.before * met.stride
        return Sight(first, met.last + (found.reach - found.before) * met.stride, met.stride * found.stride)
    if shape[axis] == before[axis] or len(step.inputs) > 1:
        return met
    if shape[axis] > before[axis]:  # padded, or enlarged
        padding = getattr(step.operation, "padding", None)
        if padding is None:
            return replace(met, stride=met.stride * before[axis] / shape[axis])
        return replace(
            met, first=met.first - padding[axis][0] * met.stride, last=met.last - padding[axis][0] * met.stride
        )
    return ALL


def _met(inputs: list[Sight]) -> Sight:
    """All that any of some tensors sees which are joined position by position."""
    strides = [one.stride for one in inputs if one.stride == one.stride]
    first, last = min(one.first for one in inputs), max(one.last for one in inputs)
    return Sight(first, last, max(strides, default=nan))


def window(step: Step, axis: int) -> Window | None:
    """The window of a convolution or a pooling along an axis; None of other layers."""
    layer = step.operation
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    strides = getattr(layer, "strides", None)
    if size is None or len(step.output_shapes[0]) != 3:
        # a shortcut that keeps every other pixel is a window of one
        return Window(0, strides, 0) if isinstance(strides, int) and len(step.output_shapes[0]) == 3 else None
    stride, dilation = (_of(one, axis) for one in (strides or size, getattr(layer, "dilation_rate", 1)))
    reach = (_of(size, axis) - 1) * dilation
    return Window(reach, stride, _padding(layer.padding, reach, stride, step, axis))


def _padding(padding, reach: int, stride: int, step: Step, axis: int) -> int:
    """Positions before the first pixel: "same" puts half of them there, and the odd one behind the last."""
    if not isinstance(padding, str):
        return _of(padding, axis)
    if padding != "same":
        return 0
    before, after = step.input_shapes[0][axis], step.output_shapes[0][axis]
    return max((after - 1) * stride + reach + 1 - before, 0) // 2


def _of(value, axis: int):
    return value if isinstance(value, int) else value[axis]
