"""The made data sets against their laws, point by point."""

import numpy as np
import pytest

from web.playground import dataset, made_points
from web.playground.features import FEATURES, compute, table
from web.playground.settings import read


def draw(name, noise=0.0, classes=2, count=600, seed=3):
    make = (made_points.OF_CLASSES | made_points.OF_NUMBERS)[name]
    more = {"classes": classes} if name in made_points.OF_CLASSES else {}
    return make(count, noise, np.random.default_rng(seed), **more)


def test_circle():
    points, labels = draw("circle")
    radius = np.hypot(*points.T)
    assert np.array_equal(labels, (radius < 2.5).astype(int)) and labels.mean() == 0.5
    assert radius[labels == 0].min() >= 3.5 and 4.9 < radius.max() <= 5
    assert abs(radius[labels == 1].mean() - 1.25) < 0.1  # uniform in the radius, as the original has it


def test_xor():
    points, labels = draw("xor")
    assert np.array_equal(labels, (points.prod(axis=1) >= 0).astype(int))
    assert 0.3 <= np.abs(points).min() < 0.35 and 5.2 < np.abs(points).max() <= 5.3


def test_gauss():
    points, labels = draw("gauss", count=20000)
    for label, centre in ((1, 2), (0, -2)):
        assert np.abs(points[labels == label].mean(axis=0) - centre).max() < 0.03
        assert np.abs(points[labels == label].var(axis=0) - 0.5).max() < 0.03
    wide, labels = draw("gauss", noise=0.5, count=20000)
    assert np.abs(wide[labels == 1].var(axis=0) - 4).max() < 0.2


def test_spiral():
    points, labels = draw("spiral", count=500)
    first = points[labels == 1]
    along = np.arange(250) / 250
    turn = 1.75 * 2 * np.pi * along
    assert np.allclose(first, 5 * along[:, None] * np.stack([np.sin(turn), np.cos(turn)], axis=1))
    assert np.allclose(points[labels == 0], -first, atol=1e-9)


def test_plane():
    points, values = draw("reg-plane")
    assert np.allclose(values, points.sum(axis=1) / 10) and 5.9 < np.abs(points).max() <= 6


def test_hills():
    points, values = draw("reg-gauss", count=2000)
    for (x, y), value in zip(points[:300], values, strict=False):
        heights = []
        for cx, cy, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
            heights.append(sign * max(0.0, 1 - np.hypot(x - cx, y - cy) / 2))
        assert np.isclose(value, max(heights, key=abs))
    assert values.max() > 0.9 and values.min() < -0.9


@pytest.mark.parametrize("name", made_points.OF_CLASSES)
@pytest.mark.parametrize("classes", [2, 3, 8])
def test_classes_are_balanced_and_apart(name, classes):
    points, labels = draw(name, classes=classes, count=800)
    assert points.shape == (800, 2) and set(labels) == set(range(classes))
    assert np.bincount(labels).min() > 0.6 * 800 / classes
    distance = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + 1e9 * np.eye(800)
    assert np.mean(labels[distance.argmin(axis=1)] == labels) > (0.9 if name in ("circle", "xor") else 0.6)


@pytest.mark.parametrize("name", ["circle", "xor"])
def test_noise_moves_the_labels_not_the_points(name):
    quiet, before = draw(name)
    loud, after = draw(name, noise=0.5)
    assert 0.1 < np.mean(before != after) < 0.5
    assert np.abs(loud).max() <= 5.3 and len(quiet) == len(loud)


def test_the_seed_and_the_share_decide_the_rows():
    one, other = (dataset.make(read(f"seed={seed}&percTrainData=30")[0]) for seed in ("a", "a"))
    assert np.array_equal(one.points, other.points) and np.array_equal(one.train, other.train)
    assert len(one.train) == 150 and sorted([*one.train, *one.test]) == list(range(500))
    assert not np.array_equal(one.points, dataset.make(read("seed=b")[0]).points)
    assert len(dataset.make(read("problem=regression&seed=a")[0]).points) == 1200


def test_a_further_drawn_point_moves_no_other_between_the_parts():
    points = [f"{place},0,{place % 2}" for place in range(9)]
    few, more = (dataset.make(read(f"seed=1&dataset=points&points={';'.join(points[:n])}")[0]) for n in (8, 9))
    assert set(few.train) <= set(more.train) and set(few.test) <= set(more.test)
    assert len(more.train) + len(more.test) == 9


def test_features_are_their_formulas_in_words():
    points = np.random.default_rng(0).uniform(-6, 6, (50, 2))
    x, y = points.T
    found = table(tuple(FEATURES), points)
    scope = {"x": x, "y": y, "sin": np.sin, "cos": np.cos}
    for column, feature in zip(found.T, FEATURES.values(), strict=True):
        assert np.allclose(column, eval(feature.code, scope))  # noqa: S307 - the text that exported pages run
    assert compute(("xTimesY",), 2, 3) == [6]


def test_the_grid_goes_from_the_upper_left_by_rows():
    made = dataset.make(read("seed=1")[0])
    grid = made.grid(("x", "y"), 4).reshape(4, 4, 2)
    assert np.allclose(grid[0, :, 0], [-4.5, -1.5, 1.5, 4.5]) and np.allclose(grid[:, 0, 1], [4.5, 1.5, -1.5, -4.5])
