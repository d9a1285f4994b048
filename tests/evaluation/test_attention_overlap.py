"""Where words looked, and whether it was at the thing that they name: cases that can be checked by eye."""

import numpy as np
import pytest

from evaluation.attention_overlap import cells_of, overlap, word_maps

GRID = (2, 2)


def look(row, column, share=1.0):
    """All attention but 1 - share on one of four cells, the rest spread over the others."""
    weights = np.full(GRID, (1 - share) / 3)
    weights[row, column] = share
    return weights


def mask(rows, columns, side=8):
    found = np.zeros((side, side), bool)
    found[rows, columns] = True
    return found


def test_pieces_become_words():
    maps = np.stack([look(0, 0), look(0, 1), look(1, 1), look(1, 0), look(0, 0)])
    words, looks = word_maps(["▁a", "▁tri", "angle", "▁over", "</s>"], maps)
    assert words == ["a", "triangle", "over"]
    np.testing.assert_allclose(looks, [maps[0], (maps[1] + maps[2]) / 2, maps[3]])


def test_a_caption_without_words():
    words, looks = word_maps(["</s>"], look(0, 0)[None])
    assert words == [] and looks.shape == (0, 2, 2)


def test_cells_that_a_mask_reaches():
    np.testing.assert_array_equal(cells_of(mask(0, 0), GRID), [[True, False], [False, False]])
    np.testing.assert_array_equal(cells_of(mask(slice(3, 5), 6), GRID), [[False, True], [False, True]])
    np.testing.assert_array_equal(cells_of(mask(8, 2, side=9), (3, 3))[2], [True, False, False])


def test_overlap_by_hand():
    corner, right = mask(slice(0, 3), slice(0, 3)), mask(slice(0, 8), slice(4, 8))
    found = overlap([(look(0, 0, 0.7), corner), (look(1, 0, 0.4), right)])
    assert found.nouns == 2 and found.hits == 0.5
    np.testing.assert_allclose(found.attention, (0.7 + 0.4) / 2)
    np.testing.assert_allclose(found.chance, (1 / 4 + 2 / 4) / 2)
    assert overlap([]) is None


def test_even_attention_is_chance():
    masks = [mask(slice(0, 5), slice(0, 2)), mask(slice(6, 8), slice(3, 6))]
    found = overlap([(np.full(GRID, 0.25), one) for one in masks])
    assert found.attention == pytest.approx(found.chance)
