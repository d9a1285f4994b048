"""A network as the list of calls that it makes, those of the networks inside it included."""

from dataclasses import dataclass
from itertools import count

import keras

from cli.errors import UserError

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One call of a layer, or of an operation of `keras.ops`.

    Attributes:
        name: Of the layer, with those of the networks that it lies in: "backbone/conv_stem".
        operation: `keras.Layer` or `keras.Operation`.
        node: Of Keras's graph: how it was called.
        inputs, outputs: Numbers of the tensors that it takes and gives; 0 and on are the network's inputs.
        input_shapes, output_shapes: Without the batch.
    """

    name: str
    operation: object
    node: object
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]


def steps(model) -> list[Step]:
    """The calls of a functional `keras.Model`, each after those whose outputs it takes.

    Raises:
        UserError: The model is no functional one, or takes inputs of any size.
    """
    graph = _graph(model)
    if graph is None:
        raise UserError(f"`{model.name}` is no graph of layers ({type(model).__name__}), so it has no table.")
    for tensor in graph.inputs:
        if None in tensor.shape[1:]:
            raise UserError(
                f"`{model.name}` takes inputs of any size, {tensor.shape[1:]}, so its layers have no sizes and it has "
                "no table."
            )
    found, number = [], count(len(graph.inputs))
    _walk(graph, range(len(graph.inputs)), "", found, number)
    return found


def _graph(model):
    """The `Functional` of a model, None where it has none."""
    graph = getattr(model, "_functional", model)  # which a Sequential model has inside
    return graph if isinstance(model, keras.Model) and hasattr(graph, "_nodes_by_depth") else None


def _walk(graph, inputs, prefix: str, found: list[Step], number) -> list[int]:
    """Add the calls of a graph to `found`; return the numbers of its outputs. As `Function._run_through_graph`."""
    numbers = {id(tensor): one for tensor, one in zip(graph.inputs, inputs, strict=True)}
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if node.is_input or any(id(tensor) not in numbers for tensor in node.input_tensors):
                continue
            taken, operation = [numbers[id(tensor)] for tensor in node.input_tensors], node.operation
            inner = _graph(operation)
            if inner is not None:
                given = _walk(inner, taken, f"{prefix}{operation.name}/", found, number)
            else:
                given = [next(number) for _ in node.outputs]
                shapes = [tuple(tuple(one.shape[1:]) for one in some) for some in (node.input_tensors, node.outputs)]
                found.append(Step(prefix + operation.name, operation, node, tuple(taken), tuple(given), *shapes))
            numbers |= {id(tensor): one for tensor, one in zip(node.outputs, given, strict=True)}
    return [numbers[id(tensor)] for tensor in graph.outputs]


def called(step: Step, values: dict[int, object]) -> list:
    """The outputs of a call, at inference, for the values of the tensors that it takes."""
    given = zip(step.node.input_tensors, step.inputs, strict=True)
    arguments, named = step.node.arguments.fill_in({id(tensor): values[number] for tensor, number in given})
    outputs = step.operation(*arguments, **named)
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]
