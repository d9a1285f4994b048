"""How long a network, and each of its calls, takes on this machine for one record."""

import time
from statistics import median

import numpy as np
from keras import ops

from models.network_steps import Step, called

REPEATED = 3
SECONDS = 2.0
"""How long the whole network is measured; a slow one once after the first."""


def milliseconds(model) -> float:
    """Median time of `predict_on_batch` on one record, compiled before it is measured."""
    records = [_record(tensor) for tensor in model.inputs]
    records = records[0] if len(records) == 1 else records
    model.predict_on_batch(records)
    taken = []
    while not taken or (sum(taken) < SECONDS and len(taken) < 50):
        start = time.perf_counter()
        model.predict_on_batch(records)
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def each(model, steps: list[Step]) -> list[float]:
    """Milliseconds of each call by itself, not compiled: the shortest of some.

    Together they take longer than the whole, in which a compiler joins calls.
    """
    values = {number: ops.convert_to_tensor(_record(tensor)) for number, tensor in enumerate(model.inputs)}
    last = {number: at for at, step in enumerate(steps) for number in step.inputs}  # who needs a tensor last
    found = []
    for at, step in enumerate(steps):
        taken = []
        for _ in range(1 + REPEATED):
            start = time.perf_counter()
            outputs = called(step, values)
            ops.convert_to_numpy(outputs[-1])  # waits until it is computed
            taken.append(time.perf_counter() - start)
        found.append(1000 * min(taken[1:]))
        values |= dict(zip(step.outputs, outputs, strict=True))
        for number in step.inputs:
            if last[number] == at:
                values.pop(number, None)
    return found


def _record(tensor) -> np.ndarray:
    """One random record of an input: whole numbers below 2, as words, or numbers around 0."""
    shape, random = (1, *tensor.shape[1:]), np.random.default_rng(0)
    if "int" in tensor.dtype:
        return random.integers(0, 2, shape).astype(tensor.dtype)
    return random.normal(size=shape).astype("float32")
