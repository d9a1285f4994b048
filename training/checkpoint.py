"""State of training at the end of an epoch, so that an interrupted run goes on there."""

import json
import os
import time
import zipfile
from pathlib import Path

import keras
import numpy as np

from training.best_weights import BestWeights
from training.epoch_log import EpochLog
from training.run_directory import RunError
from training.weight_average import WeightAverage

PAUSE = 50  # so that at most 2% of the time goes into writing


class Checkpoint(keras.callbacks.Callback):
    """Writes a file at the end of epochs, whole or not at all: every variable of model and optimizer, the best weights
    so far, the figures of the epochs. Seeds of the layers are variables, and the order of the rows depends on seed and
    epoch alone, so nothing else is needed. Plain arrays, no pickle.

    After an epoch that ends less than `PAUSE` times the seconds of the last writing after it, nothing is written:
    short epochs of a large network would otherwise be spent on writing. The last epoch is always kept.
    """

    def __init__(self, path: Path, best: BestWeights, log: EpochLog, average: WeightAverage):
        super().__init__()
        self.path, self.best, self.log, self.average = path, best, log, average
        self._due = 0.0
        self._epoch = self._written = -1

    def on_epoch_end(self, epoch, logs=None):
        self._epoch = epoch
        began = time.monotonic()
        if began >= self._due:
            self.write(epoch)
            ended = time.monotonic()
            self._due = ended + PAUSE * (ended - began)

    def on_train_end(self, logs=None):
        if self._written < self._epoch:
            self.write(self._epoch)

    def write(self, epoch: int) -> None:
        """Keep the state after `epoch`, counted from 0."""
        arrays = {f"variable_{i}": np.asarray(v) for i, v in enumerate(_variables(self.model))}
        arrays |= {f"best_{i}": w for i, w in enumerate(self.best.weights or [])}
        for age, weights in enumerate(self.average.kept):
            arrays |= {f"kept{age}_{i}": w for i, w in enumerate(weights)}
        state = {
            "epoch": epoch + 1,
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
        partial = self.path.with_name(self.path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, state=np.array(json.dumps(state)), **arrays)
        os.replace(partial, self.path)
        self._written = epoch

    def restore(self, model) -> int:
        """Bring `model` and the companions to the last finished epoch; return the number of finished epochs.

        Raises RunError when the file is broken or of another model.
        """
        if not self.path.exists():
            return 0
        variables = _variables(model)
        try:
            with np.load(self.path, allow_pickle=False) as file:
                state = json.loads(str(file["state"]))
                values = [file[f"variable_{i}"] for i in range(len(variables))]
                best = _arrays(file, "best_")
                kept = [_arrays(file, f"kept{age}_") for age in range(state["kept"])]
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
        self.log.rows, self.log.times = state["rows"], state["times"]
        self.average.kept = kept
        self.best.weights = best or None
        self.best.score = tuple(state["best"]["score"])
        self.best.epoch, self.best.losses = state["best"]["epoch"], state["best"]["losses"]
        self.best.without = state["best"]["without"]
        return state["epoch"]


def _arrays(file, start: str) -> list[np.ndarray]:
    """The arrays of a file whose names are `start` and a number, in the order of the numbers."""
    numbers = sorted(int(name.removeprefix(start)) for name in file.files if name.startswith(start))
    return [file[f"{start}{number}"] for number in numbers]


def _variables(model) -> list:
    return [*model.variables, *model.optimizer.variables]
