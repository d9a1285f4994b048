"""Cross-entropy over classes, with label smoothing and class weights."""

from collections.abc import Sequence

import keras
from keras import ops

from cli.errors import UserError


@keras.saving.register_keras_serializable(package="lamina")
class CrossEntropy(keras.losses.Loss):
    """Cross-entropy of logits against class indices, in nats, averaged over rows.

    `loss = w[y] ((1 - s) (-log p[y]) + s mean_k(-log p[k]))` with p the softmax of the logits, s the smoothing and w
    the class weights (1 where none are given).

    Args:
        label_smoothing: s, in [0, 1).
        class_weights: one factor per class, or None.

    Call arguments:
        y_true: class indices, `(batch,)`.
        y_pred: logits, `(batch, classes)`.

    Reference:
        Szegedy et al., 2015: Rethinking the Inception architecture (arXiv:1512.00567), section 7, for the smoothing.
    """

    def __init__(self, label_smoothing: float = 0.0, class_weights: Sequence[float] | None = None, **kwargs):
        super().__init__(**{"name": "cross_entropy", **kwargs})
        if not 0 <= label_smoothing < 1:
            raise UserError(f"`label_smoothing` must be in [0, 1). Received: label_smoothing={label_smoothing}")
        self.label_smoothing = label_smoothing
        self.class_weights = None if class_weights is None else [float(weight) for weight in class_weights]

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, "int32")  # Keras hands labels to losses as floats
        loss = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)  # (batch,)
        if self.label_smoothing:
            uniform = ops.logsumexp(y_pred, axis=-1) - ops.mean(y_pred, axis=-1)
            loss = (1 - self.label_smoothing) * loss + self.label_smoothing * uniform
        if self.class_weights is not None:
            loss = loss * ops.take(ops.convert_to_tensor(self.class_weights, dtype=loss.dtype), y_true)
        return loss

    def get_config(self):
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "class_weights": self.class_weights,
        }
