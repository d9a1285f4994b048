"""Intersection over union of classes, counted over all pictures, while a network trains."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class MeanIoU(keras.metrics.Metric):
    """Mean over the classes of TP / (TP + FP + FN), of one count over all pixels that have a class.

    A class that neither the truth nor an answer has is left out of the mean; where there is none at all it is 0. Keras'
    own metric counts an absent class as 1. Counts are int32: up to two milliards of pixels.

    Args:
        num_classes: K.
        void: Index that stands for no class.

    Call arguments:
        y_true: Class indices, `(batch, height, width)`.
        y_pred: Logits, `(batch, height, width, classes)`.
    """

    def __init__(self, num_classes: int, void: int = 255, name: str = "miou", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_classes, self.void = num_classes, void
        self.counts = self.add_variable((num_classes, num_classes), "zeros", dtype="int32", name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        answers = ops.reshape(ops.argmax(y_pred, axis=-1), (-1,))
        # A void pixel has no row of its own. Sums of a batch are exact in float32 up to 16 million pixels.
        truth = ops.one_hot(y_true, self.num_classes, dtype="float32")
        found = ops.matmul(ops.transpose(truth), ops.one_hot(answers, self.num_classes, dtype="float32"))
        self.counts.assign(self.counts + ops.cast(ops.round(found), "int32"))

    def result(self):
        counts = ops.cast(self.counts, "float32")
        right = ops.diagonal(counts)
        union = ops.sum(counts, axis=0) + ops.sum(counts, axis=1) - right
        occurs = ops.cast(union > 0, "float32")
        return ops.sum(right / ops.maximum(union, 1)) / ops.maximum(ops.sum(occurs), 1)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes, "void": self.void}
