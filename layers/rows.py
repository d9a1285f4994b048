"""Picking rows of tensors, other ones in each element of a batch."""

from keras import ops


def rows(values, index):
    """`values[b, index[b, i]]` for tensors of shape (batch, rows, ...) and (batch, n): (batch, n, ...)."""
    shape = ops.shape(values)
    first = ops.arange(shape[0]) * shape[1]
    flat = ops.reshape(values, (-1, *shape[2:]))
    return ops.take(flat, index + ops.cast(ops.expand_dims(first, 1), index.dtype), axis=0)
