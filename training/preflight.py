"""Before a training, in a second or two: is the loss at chance, can a few rows be learned, does every weight learn?

CS231n, notes on neural networks 3, "sanity checks". The weights are afterwards what they were, to the bit.
"""

import math
import time
from collections.abc import Callable

import keras
import numpy as np

from training.gradients import as_inputs, loss_and_gradients, some_rows
from training.losses import CrossEntropy
from training.pixel_cross_entropy import PixelCrossEntropy
from training.run_directory import RunDirectory
from training.token_cross_entropy import TokenCrossEntropy

FILE = "preflight.json"
ROWS = 20
UPDATES = 60
SECONDS = 1.0  # for the updates
RATE = 0.01
LEARNED = 0.7  # of the loss at the start, below which the rows count as being learned


def preflight(model: keras.Model, first_batch: Callable, run: RunDirectory) -> None:
    """Check a compiled model on a few rows, print what was found, and write preflight.json.

    Args:
        model: As it would begin to train.
        first_batch: Gives the first batch of training.
        run: Of the training.
    """
    began = time.perf_counter()
    found = learned(model, some_rows(first_batch(), ROWS)) | {"chance": chance(model)}
    found |= {"seconds": round(time.perf_counter() - began, 2)}
    troubles = findings(found)
    run.write_json(FILE, found | {"findings": troubles})
    print("\n".join(["before  " + told(found), *(f"        {one}" for one in troubles)]), flush=True)


def learned(model, batch) -> dict:
    """The loss of the rows at the start and after some updates of Adam without dropout, and which weights lay still."""
    variables, states = model.trainable_variables, model.non_trainable_variables if batch_norms(model) else []
    kept, kept_states = ([np.array(keras.ops.convert_to_numpy(one)) for one in some] for some in (variables, states))
    first, second = [np.zeros_like(one) for one in kept], [np.zeros_like(one) for one in kept]
    moved, start, loss, update = [False] * len(kept), None, math.nan, 0
    until = time.perf_counter() + SECONDS
    try:
        take_statistics(model, batch)
        while update < UPDATES and (start is None or time.perf_counter() < until):
            loss, gradients = loss_and_gradients(model, batch)
            start = loss if start is None else start
            broken = [one.path for one, g in zip(variables, gradients, strict=True) if not np.isfinite(g).all()]
            if broken or not math.isfinite(loss):
                return _found(start, loss, update, [], broken)
            update += 1
            for i, (one, g) in enumerate(zip(variables, gradients, strict=True)):
                moved[i] |= bool(g.any())
                first[i] = 0.9 * first[i] + 0.1 * g
                second[i] = 0.999 * second[i] + 0.001 * g**2
                mean, square = first[i] / (1 - 0.9**update), second[i] / (1 - 0.999**update)
                one.assign(keras.ops.convert_to_numpy(one) - RATE * mean / (np.sqrt(square) + 1e-8))
    finally:
        for one, value in zip([*variables, *states], [*kept, *kept_states], strict=True):
            one.assign(value)
    quiet = getattr(model, "training_only", ())  # what no answer depends on: auxiliary heads
    paths = [one.path for one, any_moved in zip(variables, moved, strict=True) if not any_moved]
    still = [path for path in paths if path not in quiet]
    return _found(start, loss, update, still if update > 2 else [], [])


def batch_norms(model) -> list:
    """The layers whose moving statistics follow the training."""
    return [layer for layer in model.layers if type(layer).__name__ == "BatchNorm" and layer.trainable]


def take_statistics(model, batch) -> None:
    """Batch norm keeps the statistics of these rows: those of the start, 0 and 1, normalize nothing, and a deep network
    answers what no training sees."""
    norms = batch_norms(model)
    if not norms:
        return
    momenta = [layer.momentum for layer in norms]
    try:
        for layer in norms:
            layer.momentum = 0.0
        model(as_inputs(model, keras.utils.unpack_x_y_sample_weight(batch)[0]), training=True)
    finally:
        for layer, momentum in zip(norms, momenta, strict=True):
            layer.momentum = momentum


def _found(start, end, updates, still, broken):
    return {"start": start, "end": end, "updates": updates, "still": still, "broken": broken}


def chance(model) -> float | None:
    """The loss of guessing, ln K for K classes or pieces; None where the loss is no cross-entropy."""
    if not isinstance(model.loss, CrossEntropy | TokenCrossEntropy | PixelCrossEntropy) or not isinstance(
        model.output_shape, tuple
    ):
        return None
    return math.log(model.output_shape[-1])


def findings(found: dict) -> list[str]:
    """What speaks against this training, a sentence each."""
    if found["broken"] or not math.isfinite(found["start"]):
        where = f" of {found['broken'][0]}" if found["broken"] else ""
        return [f"The loss or the gradient{where} is not finite before the first update. Check the inputs."]
    sentences = []
    if found["chance"] and found["start"] > 2 * found["chance"]:
        sentences.append(
            f"The loss begins at {found['start']:.3g}, far above that of guessing, {found['chance']:.3g}: the first "
            "weights are too large, or the inputs are not scaled."
        )
    if found["updates"] >= UPDATES and found["end"] > LEARNED * found["start"]:
        sentences.append(
            f"{ROWS} rows are not learned by heart in {found['updates']} updates (loss {found['start']:.3g} to "
            f"{found['end']:.3g}): inputs and targets may not belong together, or the network cannot learn."
        )
    sentences += [f"The gradient of {name} is zero: it does not learn." for name in found["still"]]
    return sentences


def told(found: dict) -> str:
    """What was found, in a line."""
    guess = f" (guessing: {found['chance']:.3g})" if found["chance"] else ""
    return (
        f"loss {found['start']:.3g}{guess}; {ROWS} rows by heart: loss {found['end']:.3g} after {found['updates']} "
        f"updates; {found['seconds']:.1f} s"
    )
