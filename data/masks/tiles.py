"""The pieces in which a picture is answered: where they lie along one side, and what each of their pixels weighs."""

from typing import NamedTuple

import numpy as np

from data.masks.mask_batches import padded

SPREAD = 1 / 8  # of the Gaussian weights, as a share of the piece


class Windows(NamedTuple):
    """Pieces along one side of a picture.

    Attributes:
        size: Of each piece, in pixels.
        starts: Where they begin in the padded picture.
        before: Pixels that are filled up before the picture.
        padded: Pixels of the padded picture.
        weights: float32 (size,), what the pixels of a piece count where several pieces meet.
    """

    size: int
    starts: list[int]
    before: int
    padded: int
    weights: np.ndarray


def windows(length: int, tile: int | None) -> Windows:
    """The pieces of a side of `length` pixels: one, where `tile` is None or no less, else as many as cover it in steps
    of half a piece, evenly spread."""
    size = padded(length) if tile is None or length <= tile else tile
    whole = max(size, length)
    count = 1 + -(-(whole - size) // max(size // 2, 1))
    starts = [int(np.floor(start + 0.5)) for start in np.linspace(0, whole - size, count)]
    places = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (places / (SPREAD * size)) ** 2).astype(np.float32)
    return Windows(size, starts, (whole - length) // 2, whole, weights)
