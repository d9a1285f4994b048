"""Losses of regression, averaged over the members of an ensemble with a weight for each row and member."""

import keras
import numpy as np
from keras import ops

from cli.errors import UserError

MEASURES = ("squared", "absolute", "huber", "gaussian")


@keras.saving.register_keras_serializable(package="lamina")
class MemberLoss(keras.losses.Loss):
    """Mean over rows of the weighted mean over members of the loss of each member, in standardised units.

    With the error `e = (y - u) / scale` of a member: squared `e^2`; absolute `|e|`; huber `e^2` for `|e| < 1`, else
    `2 |e| - 1`; gaussian `ln s + e^2 / (2 s^2) + ln(2 pi) / 2`, s the deviation that the member gives, over `scale`.

    Args:
        measure: which of `MEASURES`.
        scale: standard deviation of the target over the training rows.

    Call arguments:
        y_true: `(batch, 1 + members)`: the target, then the weight of each member for this row, not all 0.
        y_pred: `(batch, members, 1)`, the means, or `(batch, members, 2)`, means and deviations, in the target's units.

    References:
        Huber, 1964: Robust estimation of a location parameter. Nix & Weigend, 1994: Estimating the mean and variance
        of the target probability distribution.
    """

    def __init__(self, measure: str, scale: float, **kwargs):
        super().__init__(**{"name": "member_loss", **kwargs})
        if measure not in MEASURES:
            raise UserError(f"`measure` must be one of {', '.join(MEASURES)}. Received: measure={measure!r}")
        if not scale > 0:
            raise UserError(f"`scale` must be positive. Received: scale={scale}")
        self.measure = measure
        self.scale = scale

    def call(self, y_true, y_pred):
        weights = y_true[:, 1:]
        error = (y_true[:, :1] - y_pred[..., 0]) / self.scale  # (batch, members)
        size = ops.abs(error)
        if self.measure == "squared":
            losses = ops.square(error)
        elif self.measure == "absolute":
            losses = size
        elif self.measure == "huber":
            losses = ops.where(size < 1, ops.square(error), 2 * size - 1)
        else:
            deviation = y_pred[..., 1] / self.scale
            losses = ops.log(deviation) + 0.5 * ops.square(error / deviation) + 0.5 * np.log(2 * np.pi)
        return ops.sum(weights * losses, axis=1) / ops.sum(weights, axis=1)

    def get_config(self):
        return {**super().get_config(), "measure": self.measure, "scale": self.scale}


@keras.saving.register_keras_serializable(package="lamina")
class RootMeanSquaredError(keras.metrics.Metric):
    """Root of the mean squared error of the members' weighted mean, in the units of the target.

    `y_true` and `y_pred` are those of `MemberLoss`.
    """

    def __init__(self, name="rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable((), "zeros", name="total")
        self.rows = self.add_variable((), "zeros", name="rows")

    def update_state(self, y_true, y_pred, sample_weight=None):
        weights = y_true[:, 1:]
        mean = ops.sum(weights * y_pred[..., 0], axis=1) / ops.sum(weights, axis=1)
        self.total.assign_add(ops.sum(ops.square(y_true[:, 0] - mean)))
        self.rows.assign_add(ops.cast(ops.shape(y_true)[0], self.rows.dtype))

    def result(self):
        return ops.sqrt(self.total / ops.maximum(self.rows, 1))
