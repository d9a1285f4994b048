"""Rotary positions (Su et al. 2021): a position turns the vectors, so that scores depend on distances only."""

import keras
from keras import ops


def rotate(vectors, positions, period: float = 10_000.0):
    """Turns each vector by angles that grow with its position.

    Entry i of the first half and entry i of the second half are one point of a plane, which turns by the angle
    `position * period ** (-2 i / units)`. The inner product of a turned query and a turned key depends on the vectors
    and on the difference of their positions, not on the positions. Lengths do not change. Angles are in float32 at
    least. The same in training and inference; there is nothing to learn.

    Args:
        vectors: Tensor of shape (..., length, units), `units` even.
        positions: Integers of a shape that broadcasts to (..., length): 0, 1, 2 ... for a whole sequence, and the
            current position while decoding step by step.
        period: Positive float; the slowest plane turns once in about 2 pi times as many positions.

    Returns:
        Tensor of the shape and dtype of `vectors`.

    Reference:
        Su et al. 2021, RoFormer: enhanced transformer with rotary position embedding. (The paper pairs neighbouring
        entries; here, as in most programs, entries half the vector apart: the same up to the order of the units.)
    """
    units = vectors.shape[-1]
    dtype = keras.backend.result_type(vectors.dtype, "float32")
    frequencies = period ** (-ops.arange(0, units, 2, dtype=dtype) / units)
    angles = ops.expand_dims(ops.cast(positions, dtype), -1) * frequencies  # (..., length, units / 2)
    cosine, sine = (ops.cast(part, vectors.dtype) for part in (ops.cos(angles), ops.sin(angles)))
    first, second = vectors[..., : units // 2], vectors[..., units // 2 :]
    return ops.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)
