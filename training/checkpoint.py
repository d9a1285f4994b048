"""State of training at any update, so that an interrupted run goes on there."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from cli.errors import UserError
from training.best_weights import BestWeights
from training.epoch_log import EpochLog
from training.hosts import file_of_first, rank
from training.place import Place
from training.run_lock import RunError
from training.weight_average import WeightAverage

PAUSE = 50  # so that at most 2% of the time goes into writing at the ends of epochs


class Checkpoint(keras.callbacks.Callback):
    """Writes a file, whole or not at all: every variable of model, optimizer and metrics, the best weights so far, the
    figures of the epochs. Seeds of the layers are variables, and the order of the rows depends on seed and epoch alone,
    so nothing else is needed. Plain arrays with a checksum, no pickle.

    It is written within an epoch once the last one is `minutes` old; and at the end of an epoch, unless that comes less
    than `PAUSE` times the seconds of the last writing after it: short epochs of a large network would otherwise be
    spent on writing. The end of training is always kept.

    Args:
        path: The file.
        best, log, average: Companions whose state is kept, too.
        steps_per_epoch: Updates of an epoch.
        minutes: The most that lie between two writings, but for a validation or a call of many updates.
        resumable: Whether training can go on exactly from an update of an epoch; by default from each.
    """

    def __init__(
        self,
        path: Path,
        best: BestWeights,
        log: EpochLog,
        average: WeightAverage,
        *,
        steps_per_epoch: int,
        minutes: float,
        resumable: Callable[[int], bool] | None = None,
    ):
        super().__init__()
        self.path, self.best, self.log, self.average = path, best, log, average
        self.steps_per_epoch, self.seconds, self.resumable = steps_per_epoch, 60 * minutes, resumable
        self.start = Place()
        self.metrics: list[np.ndarray] = []  # sums of the epoch at `start`
        self._epoch = 0
        self._written: Place | None = None
        self._ended, self._took = time.monotonic(), 0.0  # of the last writing

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        step = self.start.done_before(self._epoch) + batch + 1
        late = time.monotonic() - self._ended >= self.seconds
        if late and step < self.steps_per_epoch and (self.resumable is None or self.resumable(step)):
            self.write(Place(self._epoch, step))

    def on_epoch_end(self, epoch, logs=None):
        self._epoch = epoch + 1
        if time.monotonic() - self._ended >= min(PAUSE * self._took, self.seconds):
            self.write(Place(epoch + 1))

    def on_train_end(self, logs=None):
        if self._written != Place(self._epoch):
            self.write(Place(self._epoch))

    def write(self, place: Place) -> None:
        """Keep the state at `place`; of several machines the first does."""
        if rank():
            return
        began = time.monotonic()
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()  # within an epoch JAX keeps the values beside the variables
        arrays = {f"variable_{i}": np.asarray(v) for i, v in enumerate(_variables(self.model))}
        arrays |= {f"best_{i}": w for i, w in enumerate(self.best.weights or [])}
        if place.step:
            arrays |= {f"metric_{i}": np.asarray(v) for i, v in enumerate(self.model.metrics_variables)}
        for age, weights in enumerate(self.average.kept):
            arrays |= {f"kept{age}_{i}": w for i, w in enumerate(weights)}
        state = {
            "epoch": place.epoch,
            "step": place.step,
            "seconds": self.log.seconds if place.step else 0.0,
            "kept": len(self.average.kept),
            "rows": self.log.rows,
            "times": self.log.times,
            "best": {
                "score": list(self.best.score),
                "epoch": self.best.epoch,
                "losses": self.best.losses,
                "without": self.best.without,
            },
        }
        arrays["state"] = np.array(json.dumps(state))
        partial = self.path.with_name(self.path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, checksum=np.array(_checksum(arrays)), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.path)
        _keep_name(self.path)
        self._written, self._ended = place, time.monotonic()
        self._took = self._ended - began

    def restore(self, model) -> Place:
        """Bring `model` and the companions to where the file was written; return that place.

        Raises RunError when the file is broken or of another model.
        """
        if (source := file_of_first(self.path)) is None:
            return self.start
        variables = _variables(model)
        try:
            if not zipfile.is_zipfile(source):  # its end is missing
                raise UserError("not whole")
            with np.load(source, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if str(arrays.pop("checksum")) != _checksum(arrays):
                raise UserError("the checksum differs")
            state = json.loads(str(arrays["state"]))
            values = [arrays[f"variable_{i}"] for i in range(len(variables))]
            place = Place(state["epoch"], state["step"])
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise RunError(
                f"{self.path}: broken checkpoint or one of another model ({error}). Train anew with `--fresh`."
            ) from None
        for variable, value in zip(variables, values, strict=True):
            if tuple(variable.shape) != value.shape:
                raise RunError(
                    f"{self.path}: checkpoint of another model; {variable.path} has shape {tuple(variable.shape)} "
                    f"here, {value.shape} there. Train anew with `--fresh`."
                )
            variable.assign(value)
        self.start = self._written = place
        self._epoch = place.epoch
        self.metrics = _numbered(arrays, "metric_")
        self.log.rows, self.log.times, self.log.before = state["rows"], state["times"], state["seconds"]
        self.average.kept = [_numbered(arrays, f"kept{age}_") for age in range(state["kept"])]
        self.best.weights = _numbered(arrays, "best_") or None
        self.best.score = tuple(state["best"]["score"])
        self.best.epoch, self.best.losses = state["best"]["epoch"], state["best"]["losses"]
        self.best.without = state["best"]["without"]
        return place


def _checksum(arrays: dict[str, np.ndarray]) -> str:
    """Of names, types, shapes and values."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return digest.hexdigest()


def _keep_name(path: Path) -> None:
    """Let the new name of a file outlive a failure of power, where the system can promise it."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _numbered(arrays: dict[str, np.ndarray], start: str) -> list[np.ndarray]:
    """The arrays whose names are `start` and a number, in the order of the numbers."""
    numbers = sorted(int(name.removeprefix(start)) for name in arrays if name.startswith(start))
    return [arrays[f"{start}{number}"] for number in numbers]


def _variables(model) -> list:
    return [*model.variables, *model.optimizer.variables]
