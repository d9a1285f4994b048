"""A network as a table: of each layer its output, parameters, multiply-adds, receptive field, memory and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

import keras

from models import network_timing
from models.multiply_adds import multiply_adds
from models.network_steps import Shape, Step, steps
from models.receptive_field import sights, window

STATISTICS = {"moving_mean", "moving_variance", "mean", "variance", "count"}
"""Names of weights that no gradient changes."""
GLOBAL = (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D)


@dataclass(frozen=True)
class Row:
    """One call of a layer, for one record.

    Attributes:
        name, kind: Of the layer.
        shape: Of its (first) output.
        inputs, outputs: Numbers of tensors, see `models.network_steps.Step`.
        parameters: That are learned; of a layer that is called again 0.
        statistics: Moving means and variances.
        multiply_adds: None where they are not known.
        field, stride: Receptive field and distance of neighbours in pixels of the picture, (rows, columns); the field
            is infinite where all is seen; None where there is no picture.
        memory: Bytes of the outputs in float32.
        milliseconds: On this machine; None where it was not measured.
        window: Size of the kernel or the pooling window, (rows, columns), or None.
        strides: Of the window.
        groups: Groups of channels that do not see each other.
        role: "convolution", "dense", "pool", "join", or "" of what a drawing leaves out.
    """

    name: str
    kind: str
    shape: Shape
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    parameters: int
    statistics: int
    multiply_adds: int | None
    field: tuple[float, float] | None
    stride: tuple[float, float] | None
    memory: int
    milliseconds: float | None
    window: tuple[int, int] | None
    strides: tuple[int, int]
    groups: int
    role: str


@dataclass(frozen=True)
class NetworkTable:
    """A network's rows and sums.

    Attributes:
        name: Of the network.
        input_shapes: Without the batch.
        rows: In the order in which they are computed.
        milliseconds: Of the whole network, for one record; None where it was not measured.
    """

    name: str
    input_shapes: tuple[Shape, ...]
    rows: tuple[Row, ...]
    milliseconds: float | None

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def statistics(self) -> int:
        return sum(row.statistics for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Of the rows that can be counted, see `uncounted`."""
        return sum(row.multiply_adds or 0 for row in self.rows)

    @property
    def uncounted(self) -> list[str]:
        """Layers with weights whose multiply-adds are not known."""
        return [f"{row.name} ({row.kind})" for row in self.rows if row.multiply_adds is None]

    @property
    def memory(self) -> int:
        """Bytes of all outputs, which training keeps for each record."""
        return sum(row.memory for row in self.rows)


def network_table(model, timed: bool = True) -> NetworkTable:
    """The table of a functional `keras.Model` in float32.

    Args:
        model: Any; networks inside it are taken apart.
        timed: Whether to measure milliseconds.

    Raises:
        UserError: The model is no graph of layers, or takes inputs of any size.
    """
    found = steps(model)
    shapes = tuple(tuple(tensor.shape[1:]) for tensor in model.inputs)
    seen = sights(found, shapes)
    times = network_timing.each(model, found) if timed else [None] * len(found)
    counted: set[int] = set()
    rows = []
    for step, taken in zip(found, times, strict=True):
        rows.append(_row(step, seen, taken, counted))
        counted.add(id(step.operation))
    return NetworkTable(model.name, shapes, tuple(rows), network_timing.milliseconds(model) if timed else None)


def _row(step: Step, seen: dict, taken: float | None, counted: set[int]) -> Row:
    layer, shape = step.operation, step.output_shapes[0]
    weights = [] if id(layer) in counted else getattr(layer, "weights", [])
    moving = sum(prod(weight.shape) for weight in weights if weight.name in STATISTICS)
    sight = seen.get(step.outputs[0])
    windows = [window(step, axis) for axis in (0, 1)] if len(shape) == 3 else [None, None]
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    return Row(
        step.name,
        type(layer).__name__,
        shape,
        step.inputs,
        step.outputs,
        sum(prod(weight.shape) for weight in weights) - moving,
        moving,
        multiply_adds(step),
        sight and tuple(one.size for one in sight),
        sight and tuple(one.stride for one in sight),
        sum(4 * prod(one) for one in step.output_shapes),
        taken,
        (size, size) if isinstance(size, int) else size and tuple(size)[:2],
        tuple(one.stride if one else 1 for one in windows),
        getattr(layer, "groups", 1),
        _role(step),
    )


def _role(step: Step) -> str:
    """What a drawing shows a call as."""
    layer = step.operation
    if any("kernel" in weight.name for weight in getattr(layer, "weights", ())):
        return "convolution" if hasattr(layer, "kernel_size") else "dense"
    if hasattr(layer, "pool_size") or isinstance(layer, GLOBAL):
        return "pool"
    return "join" if len(set(step.inputs)) > 1 else ""


HEADER = (
    "layer", "kind", "output", "parameters", "multiply-adds", "receptive field", "stride", "KiB", "ms",
)  # fmt: skip


def cells(row: Row) -> tuple[str, ...]:
    """A row as `HEADER` names it, numbers with thousands."""
    return (
        row.name,
        row.kind,
        sizes(row.shape),
        f"{row.parameters + row.statistics:,}" if row.parameters + row.statistics else "",
        "not counted" if row.multiply_adds is None else f"{row.multiply_adds:,}" if row.multiply_adds else "",
        _pixels(row.field),
        _pixels(row.stride) if row.field and inf not in row.field else "",
        f"{row.memory / 1024:,.0f}",
        "" if row.milliseconds is None else f"{row.milliseconds:.2f}",
    )


def sizes(shape: Sequence[int]) -> str:
    """(55, 55, 96) as 55x55x96."""
    return "x".join(map(str, shape))


def _pixels(both: tuple[float, float] | None) -> str:
    """Rows and columns as one number where they are equal; "all" where all is seen."""
    if both is None:
        return ""
    texts = ["all" if one == inf else f"{one:g}" for one in both]
    return texts[0] if texts[0] == texts[1] else "x".join(texts)
