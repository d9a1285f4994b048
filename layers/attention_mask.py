"""Which keys a query may see, and the softmax over them."""

from keras import ops

from layers import activations
from layers.hidden import HIDDEN


def combine(scores, mask=None, causal: bool = False):
    """Makes one mask out of padding and order.

    Args:
        scores: Tensor of shape (batch, heads, queries, keys), for its shape.
        mask: Booleans (or zeros and ones) of shape (batch, keys) or (batch, queries, keys), or None.
        causal: Whether query i sees the keys 0..i only.

    Returns:
        Booleans that broadcast to the shape of `scores`, or None if all keys are visible.

    Raises:
        ValueError: If the mask has another rank, queries or keys than `scores`, or `causal` meets different lengths.
    """
    queries, keys = scores.shape[-2:]
    visible = None
    if mask is not None:
        mask = ops.cast(mask, "bool")
        expected = (queries, keys)[-(len(mask.shape) - 1) :] if len(mask.shape) in (2, 3) else None
        if expected is None or any(
            None not in sizes and sizes[0] != sizes[1] for sizes in zip(mask.shape[1:], expected, strict=True)
        ):
            raise ValueError(
                f"The mask must have the shape (batch, keys={keys}) or (batch, queries={queries}, keys={keys}). "
                f"Received: shape={tuple(mask.shape)}"
            )
        visible = mask[:, None, None, :] if len(mask.shape) == 2 else mask[:, None, :, :]
    if causal:
        if None not in (queries, keys) and queries != keys:
            raise ValueError(
                f"`causal` needs as many keys as queries. Received: {queries} queries and {keys} keys; "
                "while decoding step by step give a mask, see layers/key_value_cache.py"
            )
        order = ops.arange(ops.shape(scores)[-2])[:, None] >= ops.arange(ops.shape(scores)[-1])[None, :]
        visible = order if visible is None else ops.logical_and(visible, order)
    return visible


def masked_softmax(scores, visible, some: bool = False):
    """Softmax over the last axis among the visible keys; rows without any are all zeros, with gradient zero.

    `some` says that each row is known to have visible keys, which spares looking for those without.
    """
    # Keras warns of a softmax over one entry, which is no mistake where there is one key: the form written out.
    softmax = activations.softmax if scores.shape[-1] == 1 else ops.softmax
    if visible is None:
        return softmax(scores)
    weights = softmax(ops.where(visible, scores, HIDDEN))
    if some:
        return weights
    # The softmax of a row of equal entries is not zero: a row without keys needs this factor.
    return weights * ops.cast(ops.any(visible, axis=-1, keepdims=True), scores.dtype)
