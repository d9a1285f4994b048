"""The weights of the best validation epoch, and when to stop."""

from collections.abc import Callable

import keras
import numpy as np


class BestWeights(keras.callbacks.Callback):
    """Remembers the weights of the best validation and stops training once nothing has improved for `patience` epochs.

    Better means a lower loss, or with another `by`, such as "accuracy", more of that and, among equals, a lower loss.
    `measure()` gives figures that join those of the validation. The rules
    for stopping are those of the field: `best` counts the epochs since the best one; `increases` counts epochs in a
    row whose loss is above that of the epoch before; `running_mean` counts epochs in a row whose loss is above the
    mean of all losses so far. Without validation the weights of the last epoch are kept.
    """

    def __init__(self, patience: int | None, rule: str, by: str = "loss", measure: Callable | None = None):
        super().__init__()
        self.patience, self.rule, self.by, self.measure = patience, rule, by, measure
        self.weights: list[np.ndarray] | None = None
        self.score = (-np.inf, -np.inf)
        self.epoch = -1  # of the best weights, counted from 0
        self.losses: list[float] = []
        self.without = 0  # epochs without improvement
        self._epoch = 0
        self._measured: dict[str, float] = {}

    @property
    def stopped(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.without >= self.patience

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_test_end(self, logs=None):
        # Here, not at the end of the epoch: with an average of the weights the model now holds the average.
        self._measured = self.measure() if self.measure else {}
        logs = {**logs, **self._measured}
        loss = float(logs["loss"])
        score = (0.0 if self.by == "loss" else float(logs[self.by]), -loss)
        improved = score > self.score
        if improved:
            self.score, self.epoch, self.weights = score, self._epoch, self.model.get_weights()
        before = self.losses[-1] if self.losses else np.inf
        self.losses.append(loss)
        if self.rule == "increases":
            improved = loss <= before
        elif self.rule == "running_mean":
            improved = loss <= float(np.mean(self.losses))
        self.without = 0 if improved else self.without + 1

    def on_epoch_end(self, epoch, logs=None):
        # All callbacks get one dictionary, and this one is the first: the others report its figures too.
        logs.update({f"val_{name}": value for name, value in self._measured.items()})
        self._measured = {}
        if self.stopped:
            self.model.stop_training = True

    def put_back(self, model) -> None:
        """Give `model` the best weights."""
        if self.weights is not None:
            model.set_weights(self.weights)
