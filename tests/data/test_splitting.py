"""The parts never overlap, hold every row, and keep classes, groups and times as promised."""

import numpy as np
import pytest

from data import splitting
from data.errors import DataError

FRACTIONS = splitting.THREE_PARTS


def covers(parts, rows):
    return sorted(np.concatenate(parts).tolist()) == list(range(rows))


@pytest.mark.parametrize("seed", range(3))
def test_stratified_parts_hold_each_class_in_proportion(seed):
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    parts = splitting.stratified(labels, FRACTIONS, seed)
    assert covers(parts, 1000)
    for part, fraction in zip(parts, FRACTIONS, strict=True):
        np.testing.assert_allclose(np.bincount(labels[part]), fraction * np.array([700, 200, 100]), atol=1)


def test_stratified_parts_depend_on_the_seed_alone():
    labels = np.arange(100) % 3
    same = [splitting.stratified(labels, FRACTIONS, 5)[0].tolist() for _ in range(2)]
    assert same[0] == same[1] != splitting.stratified(labels, FRACTIONS, 6)[0].tolist()


@pytest.mark.parametrize(("rows", "counts"), [(1, (1, 0, 0)), (2, (1, 0, 1)), (3, (1, 1, 1)), (5, (3, 1, 1))])
def test_small_classes_train_first_and_are_tested_next(rows, counts):
    labels = np.array([0] * 50 + [1] * rows)
    parts = splitting.stratified(labels, FRACTIONS, 0)
    assert tuple(int((labels[part] == 1).sum()) for part in parts) == counts


def test_equal_keys_stay_together():
    keys = np.arange(300) // 3
    parts = splitting.stratified(np.arange(300) // 150, FRACTIONS, 0, groups=keys)
    assert covers(parts, 300)
    assert not (set(keys[parts[0]]) & set(keys[parts[1]]) or set(keys[parts[0]]) & set(keys[parts[2]]))


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_in_one_part_and_the_parts_have_their_share(seed):
    groups = np.random.default_rng(seed).integers(0, 60, 1000).astype(str)
    parts = splitting.by_group(groups, FRACTIONS, seed)
    assert covers(parts, 1000)
    assert len(set.union(*(set(groups[part]) for part in parts))) == sum(len(set(groups[part])) for part in parts)
    np.testing.assert_allclose([len(part) / 1000 for part in parts], FRACTIONS, atol=0.03)


def test_three_groups_fill_three_parts():
    parts = splitting.by_group(np.array(["a"] * 90 + ["b", "c"]), FRACTIONS, 0)
    assert [len(part) > 0 for part in parts] == [True] * 3
    with pytest.raises(DataError, match="2 group"):
        splitting.by_group(np.array(["a", "b"] * 9), FRACTIONS, 0)


def test_later_parts_are_later_and_no_moment_is_torn():
    times = np.random.default_rng(0).integers(0, 50, 1000)
    parts = splitting.by_time(times, FRACTIONS)
    assert covers(parts, 1000)
    assert times[parts[0]].max() < times[parts[1]].min() <= times[parts[1]].max() < times[parts[2]].min()
    np.testing.assert_allclose([len(part) / 1000 for part in parts], FRACTIONS, atol=0.04)


@pytest.mark.parametrize("counts", [(1, 1, 98), (98, 1, 1), (1, 98, 1)])
def test_three_moments_fill_three_parts(counts):
    parts = splitting.by_time(np.repeat([1, 2, 3], counts), FRACTIONS)
    assert tuple(map(len, parts)) == counts


def test_a_large_training_split_gives_at_most_the_validation_rows_that_are_enough():
    assert splitting.fractions(["validation"], 60000)[1] * 60000 == pytest.approx(splitting.MOST_CARVED)
    assert splitting.fractions(["validation"], 1000) == (0.85, 0.15)
