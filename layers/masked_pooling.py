"""One vector for a sequence: the mean or the maximum over the steps that count (Collobert et al. 2011)."""

import keras
from keras import ops

MODES = ("mean", "max")


@keras.saving.register_keras_serializable(package="lamina")
class MaskedPooling(keras.layers.Layer):
    """Pools over time: `y = mean_t x_t` or `y = max_t x_t`, over the steps t that are not masked.

    A sequence of which no step counts gives zeros. The same in training and inference. The mask ends here.

    Args:
        mode: "mean" or "max".

    Call arguments:
        inputs: Tensor of shape (batch, time, features).
        mask: None, or booleans of shape (batch, time): True where a step counts.

    Returns:
        Tensor of shape (batch, features).

    Raises:
        ValueError: If `mode` is unknown.

    Reference:
        Collobert et al. 2011, Natural language processing (almost) from scratch, section 3.3 ("max over time").
    """

    def __init__(self, mode: str = "mean", **kwargs):
        super().__init__(**kwargs)
        if mode not in MODES:
            raise ValueError(f"`mode` must be {' or '.join(MODES)}. Received: mode={mode!r}")
        self.mode = mode
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None):
        if mask is None:
            return ops.mean(inputs, axis=1) if self.mode == "mean" else ops.max(inputs, axis=1)
        counts = ops.expand_dims(mask, -1)
        if self.mode == "max":
            low = -3e4 if ops.dtype(inputs) == "float16" else -1e30
            found = ops.max(ops.where(counts, inputs, ops.cast(low, inputs.dtype)), axis=1)
            return ops.where(ops.any(counts, axis=1), found, ops.zeros_like(found))
        total = ops.sum(ops.where(counts, inputs, ops.zeros_like(inputs)), axis=1)
        return total / ops.maximum(ops.sum(ops.cast(counts, inputs.dtype), axis=1), 1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "mode": self.mode}
