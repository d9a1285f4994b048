"""Cross-entropy over the tokens of texts, with label smoothing; padding counts for nothing."""

import keras
from keras import ops

from cli.errors import UserError


@keras.saving.register_keras_serializable(package="lamina")
class TokenCrossEntropy(keras.losses.Loss):
    """Cross-entropy of logits against tokens, in nats, the mean over all tokens of the batch that are not padding.

    `loss = mean_t((1 - s) (-log p[y_t]) + s mean_k(-log p[k]))` with p the softmax of the logits and s the smoothing.
    A batch without any token has the loss 0.

    Args:
        label_smoothing: s, in [0, 1).

    Call arguments:
        y_true: Tokens, int (batch, length); 0 is padding.
        y_pred: Logits, (batch, length, vocab_size).
        sample_weight: Factor of the loss of each row, (batch,), or None; the mean is still over all tokens.

    Returns:
        A scalar.

    Reference:
        Szegedy et al., 2015: Rethinking the Inception architecture (arXiv:1512.00567), section 7, for the smoothing.
    """

    def __init__(self, label_smoothing: float = 0.0, name: str = "token_cross_entropy", **kwargs):
        super().__init__(name=name, **kwargs)
        if not 0 <= label_smoothing < 1:
            raise UserError(f"`label_smoothing` must be in [0, 1). Received: label_smoothing={label_smoothing}")
        self.label_smoothing = label_smoothing

    def __call__(self, y_true, y_pred, sample_weight=None):
        # Not through Keras's own reduction: the mean is over tokens, not over rows, and the labels say what counts.
        counts = ops.cast(ops.not_equal(y_true, 0), y_pred.dtype)
        losses = self.call(y_true, y_pred) * counts
        if sample_weight is not None:
            losses = losses * ops.cast(sample_weight, losses.dtype)[:, None]
        return ops.sum(losses) / ops.maximum(ops.sum(counts), 1)

    def call(self, y_true, y_pred):
        """Loss of each token, (batch, length), padding included."""
        total = ops.logsumexp(y_pred, axis=-1)
        true = ops.squeeze(ops.take_along_axis(y_pred, ops.cast(y_true, "int32")[..., None], axis=-1), -1)
        loss = total - (1 - self.label_smoothing) * true
        return loss - self.label_smoothing * ops.mean(y_pred, axis=-1) if self.label_smoothing else loss

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
