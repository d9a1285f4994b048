"""The epoch in which an interrupted training goes on."""

import keras
import numpy as np

from training.place import Place


class RestOfEpoch(keras.callbacks.Callback):
    """Starts an epoch with the sums of its metrics as they were, and ends it after the updates that were left.

    It comes before the other callbacks, which may end the training after this epoch.

    Args:
        place: Where the training goes on.
        steps_per_epoch: Updates of a whole epoch.
        metrics: Values of the variables of the metrics at that place.
        element_spec: Of the dataset of training.
    """

    def __init__(self, place: Place, steps_per_epoch: int, metrics: list[np.ndarray], element_spec):
        super().__init__()
        self.left = steps_per_epoch - place.step if place.step else 0
        self.metrics, self.element_spec = metrics, element_spec

    def on_epoch_begin(self, epoch, logs=None):
        if not self.left:
            return
        if len(self.model.metrics_variables) < len(self.metrics):
            build_metrics(self.model, self.element_spec)
        for variable, value in zip(self.model.metrics_variables, self.metrics, strict=True):
            variable.assign(value)

    def on_train_batch_end(self, batch, logs=None):
        if self.left and batch + 1 >= self.left:
            self.model.stop_training = True  # Keras leaves the loop over the updates, then looks once more ...

    def on_epoch_end(self, epoch, logs=None):
        if self.left:
            self.left = 0
            self.model.stop_training = False  # ... after this, so that the epochs go on


def build_metrics(model: keras.Model, element_spec) -> None:
    """Let the metrics of a compiled `model` make their variables, which they otherwise do at the first update."""
    x, y, *weights = keras.tree.map_structure(_example, element_spec)
    model.compute_metrics(x, y, model(x), *weights)


def _example(spec):
    """Ones of the shape of `spec`, with one where it varies."""
    return keras.ops.ones([size or 1 for size in spec.shape], dtype=spec.dtype.name)
