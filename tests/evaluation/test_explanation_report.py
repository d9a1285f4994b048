"""The maps of an explanation's report: what depends on no place is not coloured."""

from types import SimpleNamespace

import numpy as np

from evaluation.explanation_report import where
from evaluation.heat import overlaid
from evaluation.tiles import thumbnail


def test_what_falls_nowhere_stays_grey():
    pixels = np.full((16, 16, 3), 90, np.uint8)
    seen, noise = np.zeros((16, 16)), np.full((16, 16), 1e-7)
    seen[:4] = 0.5
    maps = [("finch", None, seen), ("a red cap", True, noise), ("a long bill", False, -seen)]
    _, tiles = where([SimpleNamespace(pixels=pixels, name="finch", maps=maps)])
    assert [tile.title for tile in tiles.items] == ["the picture", "finch", "✓ a red cap", "✗ a long bill"]
    assert [list(tile.lines) for tile in tiles.items[1:]] == [["falls by 0.5"], ["falls nowhere"], ["falls nowhere"]]
    grey = thumbnail(overlaid(pixels, np.zeros((16, 16))))
    assert tiles.items[2].uri == grey and grey not in (tiles.items[1].uri, tiles.items[3].uri)
