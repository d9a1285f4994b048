"""Median pruning against its definition, by hand."""

import pytest

from tuning.pruning import FEWEST, PARTS, bars, best_so_far, hopeless
from tuning.trial import Trial


def trial(values, status="completed"):
    return Trial(1, {}, status, min(values), history=[{"val_loss": value} for value in values])


def test_bars_are_medians_at_equal_shares_of_trainings_of_any_length():
    short, long = [4.0, 2.0], [8.0, 8.0, 6.0, 6.0, 4.0, 4.0, 3.0, 5.0, 1.0, 1.0]
    flat, falling = [5.0] * 20, [float(20 - epoch) for epoch in range(20)]
    found = bars([trial(one) for one in (short, long, flat, falling)], "val_loss", "min")
    assert len(found) == PARTS
    # Halfway: the bests so far are 4 (of one epoch), 4 (of five), 5 (of ten), 11 (of ten).
    assert found[9] == (4 + 5) / 2
    # At the end: 2, 1, 5, 1.
    assert found[-1] == 1.5
    assert found == sorted(found, reverse=True)


def test_too_few_or_unfinished_trials_set_no_bars():
    enough = [trial([2.0, 1.0])] * FEWEST
    assert bars(enough, "val_loss", "min") is not None
    assert bars(enough[1:], "val_loss", "min") is None
    assert bars([*enough[1:], trial([2.0, 1.0], "pruned")], "val_loss", "min") is None
    assert bars(enough, "val_accuracy", "max") is None


@pytest.mark.parametrize(("direction", "sign"), [("min", 1), ("max", -1)])
def test_only_what_is_worse_than_the_bar_stops(direction, sign):
    bar = [sign * 1.0] * PARTS
    assert hopeless([sign * 2.0] * 5, 10, bar, direction)
    assert not hopeless([sign * 2.0, sign * 0.9, *[sign * 2.0] * 3], 10, bar, direction), "its best counts"
    assert not hopeless([sign * 2.0], 10, bar, direction), "too early"
    assert not hopeless([sign * 2.0] * 10, 10, bar, direction), "it is done"
    assert not hopeless([sign * 2.0] * 5, 10, None, direction)
    assert hopeless([float("nan")] * 5, 10, bar, direction)


def test_best_so_far():
    assert best_so_far([3, 4, float("nan"), 1, 2], "min") == [3, 3, 3, 1, 1]
    assert best_so_far([3, 4, 1], "max") == [3, 4, 4]
