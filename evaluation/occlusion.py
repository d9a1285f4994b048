"""Which places of a picture an answer rests on: how much its score falls while a patch hides them.

Zeiler and Fergus 2014, Visualizing and understanding convolutional networks (arXiv:1311.2901), section 4.2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

PATCHES = 6  # that fit into the shorter side of a picture
AT_ONCE = 2**22  # values of hidden pictures at once: 16 MB


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What hiding parts of one picture does.

    Attributes:
        patch: Side of the patch, in pixels.
        places: First row and column of each patch, int (P, 2).
        whole: Scores of the picture itself, (K,).
        scores: Of the picture under each patch, (P, K).
        falls: Of each pixel by how much the score falls while it is hidden, the mean over the patches that hide it,
            (height, width, K).
    """

    patch: int
    places: np.ndarray
    whole: np.ndarray
    scores: np.ndarray
    falls: np.ndarray


def occlusion(scores: Callable, picture: np.ndarray, patch: int | None = None) -> Occlusion:
    """Hide one patch after the other under the mean colour of the picture.

    Args:
        scores: Function from pictures (n, height, width, channels) to scores (n, K).
        picture: (height, width, channels), as `scores` takes it.
        patch: Side in pixels; None for a sixth of the shorter side, at least 2. Patches overlap by half.
    """
    height, width = picture.shape[:2]
    patch = patch or max(2, round(min(height, width) / PATCHES))
    places = np.array([(row, column) for row in starts(height, patch) for column in starts(width, patch)])
    whole = np.asarray(scores(picture[None]), np.float64)[0]
    found = np.concatenate([np.asarray(scores(some), np.float64) for some in _hidden(picture, patch, places)])
    sums, counts = np.zeros((height, width, len(whole))), np.zeros((height, width, 1))
    for (row, column), score in zip(places, found, strict=True):
        sums[row : row + patch, column : column + patch] += whole - score
        counts[row : row + patch, column : column + patch] += 1
    return Occlusion(patch, places, whole, found, sums / counts)


def against_all(falls: np.ndarray, index: int) -> np.ndarray:
    """By how much one score falls against every other one: against that which falls most with it, (...,).

    Of log probabilities it is the log odds of a class against each other class: a place speaks for the class only as
    far as hiding it helps all the others. A patch that makes one other class of what lies there does not count.

    Args:
        falls: Of K scores, (..., K).
        index: Of the score.
    """
    others = np.delete(falls, index, axis=-1)
    return falls[..., index] - (others.max(axis=-1) if others.shape[-1] else 0)


def starts(side: int, patch: int) -> list[int]:
    """Where patches begin along a side: they overlap by half, and the last one ends with the side."""
    last = max(side - patch, 0)
    return sorted({*range(0, last, max(1, patch // 2)), last})


def _hidden(picture: np.ndarray, patch: int, places: np.ndarray) -> Iterator[np.ndarray]:
    """Yields the picture under the patches of `places`, some at a time: (n, height, width, channels)."""
    colour, count = picture.mean(axis=(0, 1)), max(1, AT_ONCE // picture.size)
    for start in range(0, len(places), count):
        some = places[start : start + count]
        copies = np.repeat(picture[None], len(some), axis=0)
        for copy, (row, column) in zip(copies, some, strict=True):
            copy[row : row + patch, column : column + patch] = colour
        yield copies
