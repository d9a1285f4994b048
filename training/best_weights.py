"""The weights of the best validation epoch, and when to stop."""

from typing import Literal

import keras
import numpy as np


class BestWeights(keras.callbacks.Callback):
    """Remembers the weights of the best validation and stops training once nothing has improved for `patience` epochs.

    Better means a lower `loss`, or with `by="accuracy"` a higher accuracy and, among equals, a lower loss. The rules
    for stopping are those of the field: `best` counts the epochs since the best one; `increases` counts epochs in a
    row whose loss is above that of the epoch before; `running_mean` counts epochs in a row whose loss is above the
    mean of all losses so far. Without validation the weights of the last epoch are kept.
    """

    def __init__(self, patience: int | None, rule: str, by: Literal["loss", "accuracy"] = "loss"):
        super().__init__()
        self.patience, self.rule, self.by = patience, rule, by
        self.weights: list[np.ndarray] | None = None
        self.score = (-np.inf, -np.inf)
        self.epoch = -1  # of the best weights, counted from 0
        self.losses: list[float] = []
        self.without = 0  # epochs without improvement
        self._epoch = 0

    @property
    def stopped(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.without >= self.patience

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_test_end(self, logs=None):
        # Here, not at the end of the epoch: with an average of the weights the model now holds the average.
        loss = float(logs["loss"])
        score = (float(logs["accuracy"]) if self.by == "accuracy" else 0.0, -loss)
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
        if self.stopped:
            self.model.stop_training = True

    def put_back(self, model) -> None:
        """Give `model` the best weights."""
        if self.weights is not None:
            model.set_weights(self.weights)
