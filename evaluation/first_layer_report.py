"""What the first layer of a picture classifier looks for: its filters as pictures, and their answers to one picture."""

from collections.abc import Sequence

import numpy as np

from evaluation import report
from evaluation.figures import Picture
from evaluation.tiles import png, thumbnail

MOST = 48
"""Filters that a page shows; of more the first."""
ACROSS = 16
"""Of them in a row."""
SIDE = 48
"""Pixels of one of them on the page, at least."""


def section(layer, picture: np.ndarray, origin: str) -> list:
    """The section, none where there is no such layer, or its filters are no pictures.

    Args:
        layer: `models.first_layer.FirstLayer`, or None.
        picture: uint8 (height, width, 1 or 3), what the maps answer to.
        origin: Where that is from.
    """
    if layer is None or layer.filters.shape[2] not in (1, 3):
        return []
    height, width, _, count = layer.filters.shape
    shown = min(count, MOST)
    of = f"The first {shown} of its {count}" if shown < count else f"Its {count}"
    step = f", {layer.stride} pixels apart" if layer.stride > 1 else ""
    text = [
        f"{of} filters of {height}x{width} pixels{step}, each stretched to the full range. A network that has learned "
        "shows edges and colours here; one that looks like noise has not, or has had too few pictures.",
        "Below, the answer of each of them to one picture of the test part: bright where it is strong.",
    ]
    filters = sheet([stretched(layer.filters[..., number]) for number in range(shown)])
    maps = sheet([stretched(layer.maps[..., number : number + 1]) for number in range(shown)])
    tiles = report.Tiles([report.Tile(thumbnail(picture), "the picture", [origin])])
    blocks = [report.Text(text), _pictures(filters, "The filters."), tiles, _pictures(maps, "The answers.")]
    return [report.Section(f"What the first layer sees ({layer.name})", blocks)]


def stretched(values: np.ndarray) -> np.ndarray:
    """Numbers (height, width, channels) as uint8, the least as 0 and the most as 255; grey where all are one."""
    low, high = float(values.min()), float(values.max())
    if not high > low:  # also where they are no numbers
        return np.full(values.shape, 128, np.uint8)
    return np.round(255 * (values - low) / (high - low)).astype(np.uint8)


def sheet(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """uint8 pictures of one size beside each other, `ACROSS` in a row, white between them."""
    height, width, channels = pictures[0].shape
    larger = max(1, SIDE // max(height, width))
    smaller = max(1, max(height, width) // (2 * SIDE))
    drawn = [np.kron(one[::smaller, ::smaller], np.ones((larger, larger, 1), np.uint8)) for one in pictures]
    height, width = (side + 4 for side in drawn[0].shape[:2])
    across = min(ACROSS, len(drawn))
    found = np.full((-(-len(drawn) // across) * height, across * width, channels), 255, np.uint8)
    for number, one in enumerate(drawn):
        top, left = number // across * height, number % across * width
        found[top : top + height - 4, left : left + width - 4] = one
    return found


def _pictures(pixels: np.ndarray, alt: str) -> report.Pictures:
    return report.Pictures([Picture(png(pixels), alt, min(pixels.shape[1], 1000))])
