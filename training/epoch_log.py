"""Figures of each epoch: metrics.csv, the same for the same seed, and timing.csv, which never is."""

import time

import keras

from training.run_directory import RunDirectory
from training.waiting import Waiting


class EpochLog(keras.callbacks.Callback):
    """Writes a row per epoch to metrics.csv (figures, learning rate at the epoch's end) and timing.csv: seconds, speed
    of training, and the share of training that was spent on waiting for data."""

    def __init__(self, run: RunDirectory, plan, waiting: Waiting):
        super().__init__()
        self.run, self.plan, self.waiting = run, plan, waiting
        self.rows: list[dict[str, float]] = []
        self.times: list[dict[str, float]] = []
        self.before = 0.0  # seconds of the epoch that comes next, before an interruption
        self._began = self._carried = 0.0
        self._trained = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._began, self._carried, self.before = time.perf_counter() - self.before, self.before, 0.0
        self.waiting.start()

    @property
    def seconds(self) -> float:
        """Since the epoch began."""
        return time.perf_counter() - self._began

    def on_test_begin(self, logs=None):
        self._trained = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        ended = time.perf_counter()
        trained = max(self._trained, self._began)
        trained = ended if trained == self._began else trained
        seconds = trained - self._began
        learning_rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        figures = {name: float(logs[name]) for name in sorted(logs, key=_column)}
        self.rows.append({"epoch": epoch + 1, **figures, "learning_rate": learning_rate})
        self.times.append(
            {
                "epoch": epoch + 1,
                "seconds": round(ended - self._began, 4),
                "training_seconds": round(seconds, 4),
                f"{self.plan.unit}_per_second": round(
                    self.plan.steps_per_epoch * self.plan.batch_size / max(seconds, 1e-9), 1
                ),
                "waiting_for_data": round(min(self.waiting.seconds / max(seconds - self._carried, 1e-9), 1.0), 4),
            }
        )
        self.run.write_rows("metrics.csv", self.rows)
        self.run.write_rows("timing.csv", self.times)
        if self.run.watch:
            self.run.watch(self.rows, self.plan.epochs)


def _column(name: str) -> tuple[bool, bool, str]:
    """Training before validation, the loss before the other figures."""
    return name.startswith("val_"), not name.endswith("loss"), name
