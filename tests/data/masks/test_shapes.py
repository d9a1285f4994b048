"""The drawn scenes: the same for a seed, exact masks, and no colour that gives a class away."""

import numpy as np
import pytest

from data.masks import shapes
from data.masks.masked_images import VOID

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def drawn():
    return shapes.make(0)


def test_the_same_for_a_seed(drawn):
    again, other = shapes.make(0), shapes.make(1)
    assert np.array_equal(again.train.images, drawn.train.images)
    assert all(map(np.array_equal, again.test.masks, drawn.test.masks))
    assert not np.array_equal(other.train.images, drawn.train.images)


def test_parts_share_no_scene(drawn):
    parts = [drawn.train, drawn.validation, drawn.test]
    assert [len(part) for part in parts] == list(shapes.SIZES.values())
    seen = {image.tobytes() for part in parts for image in part.images}
    assert len(seen) == sum(shapes.SIZES.values())


def test_masks_hold_every_class_and_a_void_rim(drawn):
    truth = np.stack([drawn.train.truth(row) for row in range(200)])
    counts = np.bincount(truth.ravel(), minlength=256)
    assert set(np.flatnonzero(counts)) == {*range(len(drawn.classes)), VOID}
    assert 0.02 < counts[VOID] / truth.size < 0.12
    rows, columns = (truth[:, 1:] != truth[:, :-1]), (truth[:, :, 1:] != truth[:, :, :-1])
    void_rows = (truth[:, 1:] == VOID) | (truth[:, :-1] == VOID)
    void_columns = (truth[:, :, 1:] == VOID) | (truth[:, :, :-1] == VOID)
    assert void_rows[rows].mean() > 0.97 and void_columns[columns].mean() > 0.97  # classes meet only across void


def test_a_thing_is_of_one_colour_and_the_class_is_not_in_it(drawn):
    colours = {k: [] for k in range(1, len(drawn.classes))}
    for row in range(200):
        truth = drawn.train.truth(row)
        for k in colours:
            if (truth == k).sum() > 20:
                colours[k].append(drawn.train.images[row][truth == k].mean(0))
    means = np.array([np.mean(values, 0) for values in colours.values()])
    assert np.ptp(means, axis=0).max() < 45  # of about 128 in every class
