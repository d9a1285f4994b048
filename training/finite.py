"""Stops at the first loss that is not a number and says where it came from."""

import math
from collections.abc import Callable

import keras
import numpy as np

from cli.errors import UserError
from training.place import Place


class NonFiniteError(UserError):
    """Training met a NaN or an infinity."""


class FiniteGuard(keras.callbacks.Callback):
    """Raises NonFiniteError with epoch, step and layer as soon as the loss is NaN or infinite.

    Several updates run per call, so the guard goes back to where the epoch began, or went on, and repeats its steps
    one by one: the order of the rows and the seeds of the layers are part of the state, so the same happens again.
    """

    def __init__(self, train: Callable, start: Place, steps_per_epoch: int):
        super().__init__()
        self.train, self.start, self.steps_per_epoch = train, start, steps_per_epoch
        self.epoch = start.epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self._start = self._copy()

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(float(logs["loss"])):
            self._explain()

    def _variables(self) -> list:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _copy(self) -> list[np.ndarray]:
        return [np.asarray(variable).copy() for variable in self._variables()]

    def _restore(self, values: list[np.ndarray]) -> None:
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)

    def _explain(self) -> None:
        model = self.model
        if keras.backend.backend() == "jax":
            model.jax_state_sync()
        self._restore(self._start)
        model.compile(model.optimizer, model.loss, jit_compile=False, steps_per_execution=1)
        where = "the steps of the epoch one by one stayed finite; try `--precision float32`"
        done = self.start.done_before(self.epoch)
        steps = self.train(first_epoch=self.epoch, first_step=done).take(self.steps_per_epoch - done)
        for step, (x, *labels) in enumerate(steps, start=done + 1):
            before = self._copy()
            if not math.isfinite(float(model.train_on_batch(x, *labels, return_dict=True)["loss"])):
                self._restore(before)
                where = f"at step {step} of the epoch, first in {first_non_finite(model, x)}"
                break
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        raise NonFiniteError(
            f"The loss is not finite in epoch {self.epoch + 1}: {where}. Lower `--learning-rate` (now {rate:.3g}) or "
            "set `--clip-norm 1`; check the inputs for extreme values. The state at the end of the last good epoch "
            "is kept in the run directory."
        )


def first_non_finite(model: keras.Model, x) -> str:
    """The first place in `model`, in training on `x`, where a value is NaN or infinite.

    `x` is (batch, ...), or a structure of such arrays like the model's input.
    """
    if not _finite(x):
        return "the inputs"
    for weight in model.weights:
        if not _finite(weight):
            return f"the weights of layer `{weight.path.rpartition('/')[0]}` ({weight.name})"
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    probe = keras.Model(model.input, [layer.output for layer in layers])
    for layer, output in zip(layers, probe(x, training=True), strict=True):
        if not _finite(output):
            return f"the output of layer `{layer.name}`"
    return "the loss (the outputs of all layers were finite)"


def _finite(values) -> bool:
    """Whether all numbers of an array, or of a structure of arrays, are finite."""
    arrays = (keras.ops.convert_to_numpy(keras.ops.cast(one, "float32")) for one in keras.tree.flatten(values))
    return all(np.isfinite(array).all() for array in arrays)
