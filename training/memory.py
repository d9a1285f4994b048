"""Whether a step of training fits into memory: told before it starts, since a system ends a process without a word."""

import math
from pathlib import Path

from cli.errors import UserError
from training.plan import Plan

CONTAINERS = (  # the limit of a container, and where it says what its processes hold, without what could be freed
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.stat", "anon"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.stat", "total_rss"),
)


def require_memory(model, plan: Plan) -> None:
    """Raise UserError where a step of training needs more memory than is free.

    What is counted is the least that it needs, so that nothing is refused that would run. On a GPU, which has memory of
    its own, and where a system does not say what is free, nothing is refused.

    Args:
        model: Compiled network.
        plan: Of its training.
    """
    from training.devices import kind

    needed, free = plan.batch_size * kept_bytes(model) + learning_bytes(model), free_bytes()
    if free is None or needed <= free or kind() != "cpu":
        return
    shape = "x".join(str(size) for size in model.inputs[0].shape[1:])
    raise UserError(
        f"A step of training on {plan.batch_size} records of {shape} numbers needs at least {needed / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} GB are free. Lower `--batch-size` (now {plan.batch_size}), for images `--image-size`, or "
        f"choose a smaller network."
    )


def kept_bytes(model) -> int:
    """Bytes that the layers of a network keep of one record for the gradients.

    Layers without weights count nothing, since they may share memory, and so does what has no fixed size.
    """
    import keras

    total = 0
    for layer in model.layers:
        if not layer.trainable:
            continue
        if isinstance(layer, keras.Model):
            total += kept_bytes(layer)
        elif layer.weights:
            tensors = keras.tree.flatten(layer.output)
            total += sum(math.prod(one.shape[1:]) * _size(one) for one in tensors if None not in one.shape[1:])
    return total


def learning_bytes(model) -> int:
    """Bytes of the gradients and of what the optimizer keeps of them."""
    slots = 2 if "adam" in model.optimizer.name.lower() else 0
    return sum(math.prod(weight.shape) * _size(weight) * (1 + slots) for weight in model.trainable_weights)


def _size(tensor) -> int:
    return 2 if "16" in str(tensor.dtype) else 4


def free_bytes() -> int | None:
    """Memory that this process may still take, or None where the system does not say."""
    try:
        found = [1024 * _figure("/proc/meminfo", "MemAvailable:")]
    except (OSError, ValueError, StopIteration):
        return None
    for limit, figures, name in CONTAINERS:
        try:
            found.append(int(Path(limit).read_text()) - _figure(figures, name))
        except (OSError, ValueError, StopIteration):  # no container, or no limit ("max")
            continue
    return min(found)


def _figure(path: str, name: str) -> int:
    """The number behind a word at the beginning of a line."""
    lines = (line.split() for line in Path(path).read_text().splitlines())
    return next(int(line[1]) for line in lines if line and line[0] == name)
