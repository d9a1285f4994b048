"""A network as a table of its layers."""

import numpy as np


def summary(model) -> str:
    """A line per layer: name, kind, shape of its output or outputs, parameters."""
    lines = [f"{'layer':<28}{'kind':<24}{'output shape':<24}{'parameters':>12}"]
    for layer in model.layers:
        outputs = layer.output if isinstance(layer.output, list | tuple) else [layer.output]
        shape = " ".join(str(tuple(one.shape[1:])) for one in outputs)
        lines.append(f"{layer.name:<28}{type(layer).__name__:<24}{shape:<24}{layer.count_params():>12,}")
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    return "\n".join([*lines, f"{'in all':<76}{model.count_params():>12,}", f"{'trainable':<76}{trainable:>12,}"])
