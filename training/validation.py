"""What a trained model comes to on validation rows, in figures that different settings of training share."""

import keras
from keras import ops


class MeanLoss(keras.metrics.Mean):
    """Mean of `loss.call` over all values that it gives; labels equal to `padding` count for nothing."""

    def __init__(self, loss: keras.losses.Loss, padding: int | None = None):
        super().__init__(name="mean_loss")
        self.loss, self.padding = loss, padding

    def update_state(self, y_true, y_pred, sample_weight=None):
        counts = None if self.padding is None else ops.not_equal(y_true, self.padding)
        super().update_state(self.loss.call(y_true, y_pred), sample_weight=counts)


def figures(model, validation, loss: keras.losses.Loss, metrics=(), *, padding: int | None = None) -> dict[str, float]:
    """`val_loss` and `val_NAME` of each metric, for the weights as they are. The model is compiled anew.

    `val_loss` is the mean of `loss` and nothing else: no penalties on weights, and what the given loss has not, such
    as smoothing. So it compares models that were trained with different ones.

    Args:
        model: `keras.Model`.
        validation: Dataset of batches.
        loss: Gives a value per row, or per label.
        metrics: As `model.compile` takes them.
        padding: Labels of this value do not count.
    """
    model.compile(loss=loss, metrics=[MeanLoss(loss, padding), *metrics], jit_compile=False)
    found = model.evaluate(validation, verbose=0, return_dict=True)
    found["loss"] = found.pop("mean_loss")
    return {f"val_{name}": float(value) for name, value in found.items()}
