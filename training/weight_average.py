"""The mean of the weights of the last epochs ("checkpoint averaging")."""

import keras
import numpy as np


class WeightAverage(keras.callbacks.Callback):
    """Keeps the weights at the ends of the last `count` epochs; with a count of 1, none.

    Late in training the weights swing around a minimum; their mean lies nearer to it than any of them.

    Reference:
        Vaswani et al., 2017: Attention is all you need (arXiv:1706.03762), section 6.1.
    """

    def __init__(self, count: int):
        super().__init__()
        self.count = count
        self.kept: list[list[np.ndarray]] = []

    def on_epoch_end(self, epoch, logs=None):
        if self.count > 1:
            self.kept = [*self.kept, self.model.get_weights()][-self.count :]

    @property
    def weights(self) -> list[np.ndarray] | None:
        """The mean; whole numbers, such as the state of a seed, are those of the last epoch. None without any."""
        if len(self.kept) < 2:
            return None
        return [
            np.mean(values, axis=0, dtype="float64").astype(values[-1].dtype)
            if values[-1].dtype.kind == "f"
            else values[-1]
            for values in zip(*self.kept, strict=True)
        ]
