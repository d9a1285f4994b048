"""The parts never overlap, hold every row, and keep classes, groups and times as promised."""

import numpy as np
import pytest

from data import splitting
from data.errors import DataError
from data.targets import NumberTarget

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


@pytest.mark.parametrize(
    "sizes", [(3, 100), (4, 50, 50), (7,) * 100, (1,) * 23, (2, 3, 4, 90)], ids=["3", "4", "7s", "1s", "2 3 4"]
)
@pytest.mark.parametrize("folds", [2, 5])
def test_folds_differ_by_one_row_at_most_in_all_and_in_each_class(sizes, folds):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    parts = splitting.dealt(labels, folds, 0)
    assert covers(parts, len(labels))
    assert np.ptp([len(part) for part in parts]) <= 1
    counts = np.array([np.bincount(labels[part], minlength=len(sizes)) for part in parts])
    assert np.ptp(counts, axis=0).max() <= 1


def test_folds_depend_on_the_seed_and_keep_equal_keys_together():
    keys = np.repeat(np.arange(40), np.random.default_rng(0).integers(1, 9, 40))
    labels = keys % 3
    parts = splitting.dealt(labels, 4, 0, keys)
    assert covers(parts, len(keys))
    assert sum(len(set(keys[part])) for part in parts) == 40
    assert np.ptp([len(part) for part in parts]) <= 8, "the largest set of equal keys"
    assert [part.tolist() for part in parts] == [part.tolist() for part in splitting.dealt(labels, 4, 0, keys)]
    assert [part.tolist() for part in parts] != [part.tolist() for part in splitting.dealt(labels, 4, 1, keys)]
    with pytest.raises(DataError, match="3 different records cannot be dealt into 4 folds"):
        splitting.dealt(np.zeros(9), 4, 0, np.arange(9) // 3)


@pytest.mark.parametrize("rows", [10, 11, 14, 20, 29, 49])
@pytest.mark.parametrize("fractions", [FRACTIONS, (0.85, 0.15), (0.8, 0.2)])
def test_few_numbers_fill_each_part(rows, fractions):
    strata = NumberTarget("y").strata(np.random.default_rng(0).normal(size=rows))
    sizes = [len(part) for part in splitting.stratified(strata, fractions, 0)]
    assert min(sizes) > 0 and sum(sizes) == rows
    np.testing.assert_allclose(np.array(sizes) / rows, fractions, atol=0.15)


@pytest.mark.parametrize("each", [1, 2])
def test_classes_of_one_or_two_rows_leave_no_part_empty(each):
    parts = splitting.stratified(np.repeat(np.arange(10), each), FRACTIONS, 0)
    assert covers(parts, 10 * each) and min(map(len, parts)) > 0
    with pytest.raises(DataError, match="2 different records cannot fill 3 parts"):
        splitting.stratified(np.zeros(9), FRACTIONS, 0, np.arange(9) % 2)
