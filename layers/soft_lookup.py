"""The second half of every attention: from scores to a weighted mean."""

from keras import ops

from layers import activations
from layers.hidden import HIDDEN


def soft_lookup(scores, values, mask=None):
    """Weighs values by the softmax of their scores: `a = softmax(scores)`, `context = a values`.

    Masked positions get the weight 0 and take no part in the softmax; what stands in them, NaN too, has no effect.
    Where all positions are masked the weights and the context are 0. The softmax is computed in float32 at least.

    Args:
        scores: Tensor of shape (batch, queries, positions).
        values: Tensor of shape (batch, positions, size).
        mask: None, or a boolean tensor of shape (batch, positions): True where a position counts.

    Returns:
        The context, of shape (batch, queries, size), and the weights, of shape (batch, queries, positions).
    """
    exact = scores
    if scores.dtype != "float64":
        exact = ops.cast(scores, "float32")
    # Keras warns of a softmax over one entry, which is no mistake where there is one position: the form written out.
    softmax = activations.softmax if scores.shape[-1] == 1 else ops.softmax
    if mask is None:
        weights = ops.cast(softmax(exact), values.dtype)
        return ops.matmul(weights, values), weights
    mask = ops.cast(mask, "bool")
    counts = mask[:, None, :]
    weights = ops.where(counts, softmax(ops.where(counts, exact, HIDDEN)), 0)
    weights = ops.cast(weights, values.dtype)
    return ops.matmul(weights, ops.where(mask[:, :, None], values, 0)), weights
