"""Every row gives its figures; those of more than a moment do so in `make test-slow`, and run small in
`make test-whole`."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lectures import chapters, results

SLOW = frozenset(
    [
        "S68",
        "S73",
        "S47",
        "S53",
        "S72",
        "S57",
        "S59",
        "S17",
        "S49",
        "S50",
        "S65",
        "E27",
        "S51",
        "S48",
        "S61",
        "S45",
        "S16",
        "S08",
        "S36",
        "S42",
        "S67",
        "S39",
        "E11",
        "E17",
    ]
)
"""Rows that take longer."""
WHOLE = frozenset(["S86", "S12", "S43", "S66", "S60", "S63", "S40", "S75", "S83", "S09"])
"""Rows of a second; `python -m apps.lectures` runs all."""
MARKS = dict.fromkeys(SLOW, [pytest.mark.slow]) | dict.fromkeys(WHOLE, [pytest.mark.whole])
ROWS = chapters.chosen(())


def ids(row):
    return row.name


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name, marks=MARKS.get(row.name, [])) for row in ROWS])
def test_a_row_gives_its_figures_and_a_picture(row):
    (result,) = results.run([row])
    assert result.ok, "\n".join(results.lines(result))
    assert len(result.shown.alt) > 20
    canvas = FigureCanvasAgg(result.shown.figure)
    canvas.draw()
    assert np.asarray(canvas.buffer_rgba())[..., :3].std() > 5, "an empty picture"


@pytest.mark.whole
@pytest.mark.parametrize("row", [row for row in ROWS if row.name in SLOW and "seeds" in row.constants], ids=ids)
def test_a_slow_row_runs_small(row):
    (result,) = results.run([row], {"seeds": 2})
    assert result.shown, result.broken


def test_constants_of_a_row_are_numbers_words_or_truths():
    for row in ROWS:
        assert not set(row.constants) & {"names", "html"}, row.name
        assert len(inspect.signature(row.function).parameters) == len(row.constants)


def test_a_figure_that_is_not_as_expected_fails():
    from lectures.shown import Shown, near

    (row,) = chapters.chosen(("S31",))
    shown = row.function()

    def wrong():
        return Shown([near("planted", 1.0, 2.0, 0.5)], shown.figure, shown.alt)

    (result,) = results.run([replace(row, function=wrong)])
    assert not result.ok and "FAILED planted" in "\n".join(results.lines(result))
