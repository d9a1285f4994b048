"""Occlusion and Grad-CAM beside what is known: a score of one place, and a network whose class maps are written out."""

import numpy as np
import pytest

from evaluation.grad_cam import enlarged, grad_cam
from evaluation.occlusion import against_all, occlusion, starts


def test_patches_cover_a_side_whole():
    assert starts(8, 2) == [0, 1, 2, 3, 4, 5, 6]
    assert starts(9, 4) == [0, 2, 4, 5]
    assert starts(3, 5) == [0]


def test_the_score_falls_where_the_score_looks():
    picture = np.random.default_rng(0).uniform(0, 1, (12, 10, 3))
    picture[4:6, 6:8] = 3

    def scores(pictures):
        return np.stack([pictures[:, 4:6, 6:8].sum(axis=(1, 2, 3)), np.full(len(pictures), 5.0)], axis=1)

    found = occlusion(scores, picture, patch=2)
    at = np.unravel_index(found.falls[..., 0].argmax(), (12, 10))
    assert 4 <= at[0] < 6 and 6 <= at[1] < 8
    assert not found.falls[..., 1].any()
    place = np.flatnonzero((found.places == (4, 6)).all(axis=1))[0]
    whole = scores(picture[None])[0, 0]
    assert whole - found.scores[place, 0] == pytest.approx(36 - 4 * picture.mean(axis=(0, 1)).sum())
    assert found.falls[4, 6, 0] == pytest.approx(
        np.mean([whole - found.scores[i, 0] for i, (r, c) in enumerate(found.places) if r in (3, 4) and c in (5, 6)])
    )


def test_a_place_counts_as_far_as_all_other_scores_gain():
    falls = np.array([[3.0, 1.0, 0.0], [3.0, -2.0, -1.0], [1.0, 2.0, 0.0]])
    np.testing.assert_array_equal(against_all(falls, 0), [2, 4, -1])
    np.testing.assert_array_equal(against_all(falls[:, :2], 1), [-2, -5, 1])
    np.testing.assert_array_equal(against_all(falls[:, :1], 0), [3, 3, 1])


def test_few_pictures_are_in_memory_at_once(monkeypatch):
    from evaluation import occlusion as module

    monkeypatch.setattr(module, "AT_ONCE", 3 * 8 * 8)
    sizes = []

    def scores(pictures):
        sizes.append(len(pictures))
        return pictures.sum(axis=(1, 2, 3))[:, None]

    occlusion(scores, np.ones((8, 8, 1)))
    assert max(sizes) == 3 and sum(sizes) == 1 + 49


def test_grad_cam_is_its_formula():
    random = np.random.default_rng(0)
    features, gradients = random.normal(size=(2, 2, 5, 4, 3))
    found = grad_cam(features, gradients)
    by_hand = np.zeros((2, 5, 4))
    for k in range(3):
        for picture in range(2):
            by_hand[picture] += gradients[picture, :, :, k].mean() * features[picture, :, :, k]
    np.testing.assert_allclose(found, np.maximum(by_hand, 0))


def test_a_grid_keeps_its_place_when_it_is_enlarged():
    grid = np.zeros((4, 4))
    grid[1, 2] = 1
    large = enlarged(grid, 32, 40)
    assert large.shape == (32, 40)
    row, column = np.unravel_index(large.argmax(), large.shape)
    assert 8 <= row < 16 and 20 <= column < 30
