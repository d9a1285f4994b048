"""Losses of a reconstruction against its record, by the names that a user gives."""

import keras
from keras import ops

from cli.errors import UserError


@keras.saving.register_keras_serializable(package="lamina")
class HalfSumOfSquares(keras.losses.Loss):
    """`sum_k (t_k - y_k)^2 / 2` per record, averaged over the batch: the error of the textbooks.

    Its gradient is the number of outputs / 2 times that of the mean squared error, so textbook learning rates fit it.

    Call arguments:
        y_true, y_pred: `(batch, ...)`.

    Reference:
        Mitchell 1997, Machine Learning, equation 4.2 (there the sum also runs over the records).
    """

    def __init__(self, **kwargs):
        super().__init__(**{"name": "half_sum_of_squares", **kwargs})

    def call(self, y_true, y_pred):
        squares = ops.square(y_pred - ops.cast(y_true, y_pred.dtype))
        return 0.5 * ops.sum(ops.reshape(squares, (ops.shape(squares)[0], -1)), axis=1)  # (batch,)


def make(name: str):
    """The `keras.losses.Loss`: mean over all numbers of a record, but for half_sum_of_squares."""
    if name == "squared_error":
        return keras.losses.MeanSquaredError(name="squared_error")
    if name == "half_sum_of_squares":
        return HalfSumOfSquares()
    if name == "cross_entropy":
        return keras.losses.BinaryCrossentropy(name="cross_entropy")
    raise UserError(f"`loss` must be squared_error, half_sum_of_squares or cross_entropy. Received: loss={name!r}")
