"""Whether attention looks at the thing whose name is written: for data that knows where its things are.

    word_maps(pieces, maps) -> words and where each looked
    overlap(looks) -> Overlap

A look is where a noun looked, weights (rows, columns), and where its thing is, a mask (height, width). A cell of the
grid is on the thing if any of its pixels is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

WORD_START = "\u2581"  # how a piece says that it begins a word


@dataclass(frozen=True)
class Overlap:
    """How well the looks of some nouns meet their things.

    Attributes:
        nouns: How many there are.
        hits: Share of them whose strongest cell is on the thing.
        attention: Mean share of the attention that is on the thing.
        chance: Mean share of the cells that are on the thing: what looking anywhere would give for both.
    """

    nouns: int
    hits: float
    attention: float
    chance: float


def word_maps(pieces: Sequence[str], maps: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Words of a caption and where each looked, the mean over its pieces.

    Args:
        pieces: T pieces, of which the first of a word begins with the sign for it; special ones, in <>, are left out.
        maps: (T, rows, columns).

    Returns:
        W words, and (W, rows, columns).
    """
    words, looks = [], []
    for piece, look in zip(pieces, np.asarray(maps), strict=True):
        if piece.startswith("<") and piece.endswith(">"):
            continue
        if piece.startswith(WORD_START) or not words:
            words.append(piece.removeprefix(WORD_START))
            looks.append([look])
        else:
            words[-1] += piece
            looks[-1].append(look)
    empty = np.zeros((0, *np.shape(maps)[1:]))
    return words, np.array([np.mean(look, axis=0) for look in looks]) if looks else empty


def overlap(looks: Iterable[tuple[np.ndarray, np.ndarray]]) -> Overlap | None:
    """How well looks (weights (rows, columns), mask (height, width)) meet their things; None without any."""
    found = []
    for weights, mask in looks:
        cells = cells_of(mask, weights.shape)
        hit = cells.flat[int(np.argmax(weights))]
        found.append((hit, float((weights * cells).sum() / max(weights.sum(), 1e-30)), cells.mean()))
    if not found:
        return None
    hits, attention, chance = np.mean(np.array(found, float), axis=0)
    return Overlap(len(found), float(hits), float(attention), float(chance))


def cells_of(mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Which cells of a grid (rows, columns) a mask (height, width) reaches: bool (rows, columns)."""
    rows = np.arange(mask.shape[0]) * grid[0] // mask.shape[0]
    columns = np.arange(mask.shape[1]) * grid[1] // mask.shape[1]
    cells = np.zeros(grid, bool)
    inside = np.nonzero(mask)
    cells[rows[inside[0]], columns[inside[1]]] = True
    return cells
