"""Probabilities and ids of pixels at another size, and places beyond the edge of a picture."""

import numpy as np


def enlarged(values: np.ndarray, size: tuple[int, int], rows: slice = slice(None)) -> np.ndarray:
    """float32 (height, width, K) at another size, or some rows of it: each value lies between those of the pixels whose
    middles are nearest (bilinear, as `tf.image.resize` has it)."""
    if values.shape[:2] == tuple(size):
        return values[rows]
    for axis, chosen in ((0, rows), (1, slice(None))):
        old, new = values.shape[axis], size[axis]
        places = np.clip((np.arange(new)[chosen] + 0.5) * old / new - 0.5, 0, old - 1)
        low = places.astype(int)
        shares = (places - low).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (-1, 1))
        one, other = values.take(low, axis), values.take(np.minimum(low + 1, old - 1), axis)
        values = one + shares * (other - one)
    return values


def nearest(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Ids (height, width) at another size, each that of the pixel whose place is nearest: no id is made."""
    if values.shape == tuple(size):
        return values
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(size, values.shape, strict=True)
    )
    return values[rows[:, None], columns]


def folded(count: int, length: int, start: int = 0) -> np.ndarray:
    """Places int (count,) from `start` on in a row of `length` pixels that goes on mirrored at its ends, again and
    again."""
    period = max(2 * length - 2, 1)
    places = np.arange(start, start + count) % period
    return np.minimum(places, period - places) if length > 1 else np.zeros(count, int)
