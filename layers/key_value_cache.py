"""What decoding step by step keeps of earlier positions: their projected keys and values, in tensors of fixed shape.

A cache has the shape (batch, heads, length, beams, units). Entry [b, h, t, w] was written at step t for beam w, and
stays there: where a search replaces beams by continuations of others, a table of ancestors says which entries belong to
whom (`visible`), so that the cache is never rearranged. One beam is plain decoding.

Where the length is known only at run time, in a graph of TensorFlow for all shapes, a cache holds the steps up to the
last one: it grows by one with each, and no step reads what is still empty. Else it has its full length from the start.
"""

from keras import ops


def empty(batch_size, num_heads: int, length, beams, head_units: int, dtype="float32"):
    """Returns the cache before the first step; `length`, also a tensor, is the largest number of steps."""
    length = length if isinstance(length, int) else 0 * length
    return ops.zeros((batch_size, num_heads, length, beams, head_units), dtype)


def write(cache, entries, position):
    """Returns the cache with the entries of one step put at a position.

    Args:
        cache: Tensor of shape (batch, heads, length, beams, units).
        entries: Tensor of shape (batch, heads, beams, units).
        position: Integer scalar, also a tensor, in [0, length); elsewhere nothing is written. A cache that grows does
            not look at it: its steps have to be written in order, each once.

    Returns:
        Tensor of the shape of `cache`; of length `position + 1` if it grows.
    """
    entries = ops.cast(entries, cache.dtype)[:, :, None]
    if cache.shape[2] is None:
        return ops.concatenate([cache, entries], axis=2)
    # A choice, not an update of a slice: it is the same on every backend, with and without XLA, in a SavedModel too.
    here = ops.equal(ops.arange(ops.shape(cache)[2]), position)
    return ops.where(here[:, None, None], entries, cache)


def length_after(cache, position):
    """Returns the length of a cache in which the entries of `position` are written."""
    return position + 1 if cache.shape[2] is None else cache.shape[2]


def flat(cache):
    """Returns the cache as keys or values for attention: shape (batch, heads, length * beams, units)."""
    _, heads, length, beams, units = ops.shape(cache)
    return ops.reshape(cache, (-1, heads, length * beams, units))


def visible(position, length, beams=1, ancestors=None):
    """Makes the mask with which the beams of one step see the entries of a cache.

    Args:
        position: Integer scalar, also a tensor: the step, whose own entries are written already.
        length, beams: Of the cache; integers, also tensors.
        ancestors: Integers of shape (batch, beams, length or more): at which beam the entry of each earlier step stands
            that belongs to a beam; at `position` the beam itself. None means that beams keep to themselves.

    Returns:
        Booleans of shape (batch, beams, length * beams), or (1, beams, length * beams) without `ancestors`.
    """
    own = ops.arange(beams)
    if ancestors is None:
        belongs = ops.broadcast_to(ops.equal(own[:, None, None], own), (beams, length, beams))[None]
    else:
        belongs = ops.equal(ancestors[:, :, :length, None], ops.cast(own, ancestors.dtype))
    reached = ops.arange(length) <= position
    return ops.reshape(ops.logical_and(belongs, reached[:, None]), (-1, beams, length * beams))
