"""Forbids that a text says the same n tokens twice ("n-gram blocking").

Reference:
    Paulus, Xiong and Socher 2018, A deep reinforced model for abstractive summarization (arXiv:1705.04304), sec. 2.5.
"""

from keras import ops


def repeating(texts, position, size: int, vocab_size: int):
    """Which tokens would repeat a run of `size` tokens of the same text.

    Args:
        texts: Tokens so far, int (batch, beams, length): those before `position` count.
        position: Integer scalar, also a tensor: the number of tokens so far.
        size: Positive integer, n: 3 forbids that any three tokens in a row come twice, 1 that any token does.
        vocab_size: Number of tokens.

    Returns:
        Booleans of shape (batch, beams, vocab_size).
    """
    batch, beams, length = ops.shape(texts)
    places = ops.arange(length)
    # A run that starts at a place repeats if its first n - 1 tokens are the last n - 1 of the text; its last is barred.
    repeats = ops.broadcast_to(places + size - 1 < position, (batch, beams, length))
    for offset in range(size - 1):
        here = ops.equal(places, position - (size - 1) + offset)
        late = ops.sum(ops.where(here, texts, 0), axis=-1, keepdims=True)
        repeats = ops.logical_and(repeats, ops.equal(ops.roll(texts, -offset, axis=-1), late))
    barred = ops.roll(texts, -(size - 1), axis=-1)
    rows = ops.reshape(ops.arange(batch * beams), (batch, beams, 1)) * vocab_size
    flat = ops.reshape(rows + ops.cast(barred, rows.dtype), (-1, 1))
    counts = ops.scatter(flat, ops.reshape(ops.cast(repeats, "int32"), (-1,)), (batch * beams * vocab_size,))
    return ops.reshape(counts > 0, (batch, beams, vocab_size))
