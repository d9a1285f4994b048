"""Cross-entropy over the classes of pixels, with class weights; void pixels count nowhere."""

from collections.abc import Sequence

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class PixelCrossEntropy(keras.losses.Loss):
    """Cross-entropy of logits against class indices, in nats, averaged over the pixels of a picture that have a class.

    `loss = sum_p w[y_p] (-log softmax(z_p)[y_p]) / (number of pixels p with a class)`, then averaged over
    pictures; that of a picture which is all void is 0.

    Args:
        void: Index that stands for no class.
        class_weights: w, one factor per class, or None for 1.

    Call arguments:
        y_true: Class indices, `(batch, height, width)`.
        y_pred: Logits, `(batch, height, width, classes)`.
    """

    def __init__(self, void: int = 255, class_weights: Sequence[float] | None = None, **kwargs):
        super().__init__(**{"name": "pixel_cross_entropy", **kwargs})
        self.void = void
        self.class_weights = None if class_weights is None else [float(weight) for weight in class_weights]

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, "int32")  # Keras hands labels to losses as floats
        counted = ops.not_equal(y_true, self.void)
        known = ops.where(counted, y_true, 0)
        loss = ops.sparse_categorical_crossentropy(known, y_pred, from_logits=True)  # (batch, height, width)
        if self.class_weights is not None:
            loss = loss * ops.take(ops.convert_to_tensor(self.class_weights, dtype=loss.dtype), known)
        # `where`, not a product: the loss of a void pixel may be infinite.
        total = ops.sum(ops.where(counted, loss, 0), axis=(1, 2))
        return total / ops.maximum(ops.sum(ops.cast(counted, loss.dtype), axis=(1, 2)), 1)

    def get_config(self):
        return {**super().get_config(), "void": self.void, "class_weights": self.class_weights}
