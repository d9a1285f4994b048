"""Made-up tables have the answer that they claim."""

import numpy as np
import pytest
from scipy.stats import norm

from data import toys
from data.pipeline import batches


def points(split):
    return np.stack([split.inputs["x"], split.inputs["y"]], 1)


@pytest.mark.parametrize(("name", "gate"), [("and", np.logical_and), ("or", np.logical_or), ("xor", np.logical_xor)])
def test_gates_have_the_four_exact_points_in_every_split(name, gate, load):
    splits = load(name)
    for part in (splits.train, splits.validation, splits.test):
        assert {tuple(point) for point in points(part)} == {(0, 0), (0, 1), (1, 0), (1, 1)}
        np.testing.assert_array_equal(part.labels, gate(*points(part).T))
    assert len(splits.validation) == len(splits.test) == 4
    assert splits.classes == ("0", "1")


@pytest.mark.parametrize("name", toys.SHAPES)
def test_splits_are_balanced_seeded_and_apart(name, load):
    splits, same, other = load(name), load(name), load(name, seed=1)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == toys.ROWS
    np.testing.assert_array_equal(points(splits.train), points(same.train))
    assert not np.array_equal(points(splits.train), points(other.train))
    assert abs(splits.train.labels.mean() - 0.5) < 1e-6
    rows = [tuple(row) for part in (splits.train, splits.validation, splits.test) for row in points(part)]
    assert len(set(rows)) == sum(toys.ROWS)
    assert splits.input_shape == (2,)
    x, y = next(iter(batches(splits.train, splits.prepare, 32, seed=0)))
    assert (x.shape, y.shape) == ((32, 2), (32,))


def many(name, rows=200_000):
    random = np.random.default_rng(7)
    labels = random.integers(0, 2, rows)
    return toys.SHAPES[name][1](labels, random), labels


def test_the_best_rule_for_gaussians_reaches_the_stated_accuracy_and_no_more():
    xy, labels = many("gaussians")
    assert toys.BEST_ACCURACY["gaussians"] == pytest.approx(norm.cdf(1.5), abs=1e-4)
    assert np.mean((xy[:, 0] > 0) == labels) == pytest.approx(toys.BEST_ACCURACY["gaussians"], abs=0.003)


def test_the_best_rule_for_circles_reaches_the_stated_accuracy_and_no_more():
    xy, labels = many("circles")
    assert toys.BEST_ACCURACY["circles"] == pytest.approx(norm.cdf(2.5), abs=1e-4)
    assert np.mean((np.linalg.norm(xy, axis=1) > 0.75) == labels) == pytest.approx(0.9938, abs=0.001)


@pytest.mark.parametrize(("name", "curve"), [("moons", toys.moon_arcs), ("spirals", toys.spiral_arms)])
def test_the_nearest_curve_tells_every_row_of_moons_and_spirals(name, curve):
    xy, labels = many(name, 3000)
    along = np.linspace(0, 1, 2000)
    distance = [
        np.min(np.linalg.norm(xy[:, None] - curve(np.full(2000, label), along)[None], axis=-1), axis=1)
        for label in (0, 1)
    ]
    np.testing.assert_array_equal(distance[0] > distance[1], labels)
    assert toys.BEST_ACCURACY[name] == 1
