"""Some rows of many. Evaluation may import nothing of the suite, so it has a function of its own: both do the same."""

import pytest

import data.evenly
import evaluation.evenly

both = pytest.mark.parametrize("evenly", [data.evenly.evenly, evaluation.evenly.evenly], ids=["data", "evaluation"])


@both
@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(10, 4, [0, 3, 6, 9]), (9, 4, [0, 2, 5, 8]), (3, 5, [0, 1, 2]), (3, 3, [0, 1, 2]), (7, 1, [0]), (0, 4, [])],
)
def test_the_first_the_last_and_some_between(evenly, count, most, expected):
    assert evenly(count, most).tolist() == expected


@both
@pytest.mark.parametrize("count", [5, 99, 100, 101, 250, 1797])
def test_no_row_comes_twice_and_the_gaps_differ_by_one_at_most(evenly, count):
    rows = evenly(count, 100)
    assert len(rows) == min(count, 100) and rows[0] == 0 and rows[-1] == count - 1
    gaps = rows[1:] - rows[:-1]
    assert gaps.min() >= 1 and gaps.max() - gaps.min() <= 1
