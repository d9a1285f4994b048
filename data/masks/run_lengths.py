"""Run lengths of COCO: how many pixels of a mask are outside and inside by turns, column after column.

Compressed, each count, from the third on less that of two before, stands in characters of five bits from "0" on, the
lowest first; a sixth bit says that more follow, and the fifth of the last is the sign.
"""

from collections.abc import Sequence

import numpy as np

from data.errors import DataError


def decoded(counts: Sequence[int] | str, height: int, width: int) -> np.ndarray:
    """Boolean (height, width) of run lengths. Raises DataError, without a place, where they do not add up."""
    runs = np.asarray(unpacked(counts) if isinstance(counts, str) else counts)
    if runs.ndim != 1 or runs.dtype.kind != "i" or (runs < 0).any() or runs.sum() != height * width:
        said = f"{runs.sum()} pixels" if runs.dtype.kind == "i" else "no whole numbers"
        raise DataError(f"run lengths must add up to {height}x{width} = {height * width} pixels. Received: {said}")
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def encoded(mask: np.ndarray) -> list[int]:
    """Run lengths of a boolean mask (height, width), beginning with those outside."""
    flat = np.asarray(mask, bool).T.ravel()
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *changes, len(flat)]).tolist()
    return [0, *runs] if len(flat) and flat[0] else runs


def unpacked(text: str) -> list[int]:
    """The counts in a compressed text. Raises DataError where it is none; without a place."""
    counts, place = [], 0
    while place < len(text):
        value, shift, more = 0, 0, True
        while more:
            if place >= len(text) or not 0 <= (bits := ord(text[place]) - 48) < 64:
                raise DataError("compressed run lengths are damaged")
            value |= (bits & 0x1F) << shift
            more = bool(bits & 0x20)
            place, shift = place + 1, shift + 5
            if not more and bits & 0x10:
                value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    return counts


def packed(counts: Sequence[int]) -> str:
    """Counts as compressed text, which `unpacked` reads."""
    text = []
    for place, count in enumerate(counts):
        value, more = int(count) - (int(counts[place - 2]) if place > 2 else 0), True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & 0x10 else 0)
            text.append(chr(48 + (bits | 0x20 if more else bits)))
    return "".join(text)
