"""Stops at the first loss that is not a number and says where it came from."""

import math
from collections.abc import Callable

import keras
import numpy as np


class NonFiniteError(ValueError):
    """Training met a NaN or an infinity."""


class FiniteGuard(keras.callbacks.Callback):
    """Raises NonFiniteError with epoch, step and layer as soon as the loss is NaN or infinite.

    Several updates run per call, so the guard goes back to the beginning of the epoch and repeats its steps one by
    one: the order of the rows and the seeds of the layers are part of the state, so the same thing happens again.
    """

    def __init__(self, train: Callable, first_epoch: int, steps_per_epoch: int):
        super().__init__()
        self.train, self.epoch, self.steps_per_epoch = train, first_epoch, steps_per_epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self._start = [np.array(v) for v in self._variables()]

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(float(logs["loss"])):
            self._explain()

    def _variables(self) -> list:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _explain(self) -> None:
        model = self.model
        for variable, value in zip(self._variables(), self._start, strict=True):
            variable.assign(value)
        model.compile(model.optimizer, model.loss, jit_compile=False, steps_per_execution=1)
        where = "the replay of the epoch stayed finite; try `--precision float32`"
        for step, (x, y) in enumerate(self.train(self.epoch).take(self.steps_per_epoch), start=1):
            if found := first_non_finite(model, x):
                where = f"at step {step} of the epoch, first in {found}"
                break
            if not math.isfinite(float(model.train_on_batch(x, y))):
                where = f"at step {step} of the epoch, in the loss (all layers were still finite)"
                break
        raise NonFiniteError(
            f"The loss is no longer finite in epoch {self.epoch + 1}: {where}. Lower `--learning-rate` (now "
            f"{float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)):.3g}) or set `--clip-norm 1`; check the "
            "inputs for extreme values. The state at the end of the last good epoch is kept in the run directory."
        )


def first_non_finite(model: keras.Model, x) -> str | None:
    """Name of the first layer of `model` whose weights or output on `x` `(batch, ...)` are not finite; None if all are."""
    for layer in model.layers:
        for weight in layer.weights:
            if not np.all(np.isfinite(np.asarray(weight, dtype="float32"))):
                return f"the weights of layer `{layer.name}` ({weight.path})"
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not np.all(np.isfinite(np.asarray(x, dtype="float32"))):
        return "the inputs"
    for layer, output in zip(layers, keras.Model(model.inputs, [v.output for v in layers])(x), strict=True):
        if not np.all(np.isfinite(np.asarray(keras.ops.cast(output, "float32")))):
            return f"the output of layer `{layer.name}`"
    return None
