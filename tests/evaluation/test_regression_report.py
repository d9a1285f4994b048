"""The page of a regression: complete, self-contained, escaped; its pictures bear hard names and many rows.

Faults planted and caught: autoescape off; a column name drawn as a formula.
"""

import re

import numpy as np
import pytest

from evaluation import diagnosis, regression_report
from evaluation.permutation_importance import Importance
from evaluation.regression_baselines import RegressionBaseline
from tests.evaluation import pages

EVIL = "<script>alert('x')</script>"
HARD = ["$x_{$", "_hidden", "猫", EVIL, "", "a name of more than eighteen letters"]


def arguments(rows=60, **changes):
    random = np.random.default_rng(0)
    targets = random.normal(300_000, 80_000, rows)
    prediction = targets + random.normal(0, 30_000, rows)
    std = np.full(rows, 30_000.0)
    history = {"loss": [1.0, 0.5, 0.4, 0.35], "val_loss": [1.0, 0.6, 0.5, 0.5], "rmse": [8e4, 6e4, 5e4, 4e4]}
    worst = {"truth": 1e5, "predicted": 3e5, "lower": 2e5, "upper": 4e5, "origin": "t.csv:7", "row": {"town": "Ulm"}}
    return {
        "title": "houses, ensemble",
        "command": "python -m apps.regress --data houses.csv",
        "notes": ["A note."],
        "target": "price",
        "history": history,
        "targets": targets,
        "found": {"prediction": prediction, "std": std, "lower": prediction - 5e4, "upper": prediction + 5e4},
        "level": 0.9,
        "baselines": [RegressionBaseline("mean", {"rmse": 8e4, "mae": 6e4, "r2": 0.0}, 0.0, 0.1, "", np.zeros(5))],
        "diagnosis": diagnosis.diagnose(history, train_accuracy=0.9, validation_accuracy=0.85, measure="R2"),
        "importance": [Importance("area", 5e4, 1e3), Importance("town", 1e4, 1e3)],
        "worst": [worst],
        **changes,
    }


def written(folder, **options):
    return pages.written(regression_report, folder, **options)


def test_every_part_is_there_with_its_figures(tmp_path):
    options = arguments(files={"a.csv": "rows"}, model_summary="Dense", settings={"epochs": 3}, best_epoch=3)
    text = written(tmp_path, **options)
    rmse = np.sqrt(np.mean((options["targets"] - options["found"]["prediction"]) ** 2))
    for part in ("Result on the test data", "Diagnosis", "Predictions", "Intervals", "Learning curves", f"{rmse:.0f}",
                 "What the predictions hang on", "Largest errors", "t.csv:7", "a.csv", "promised: 90%"):  # fmt: skip
        assert part in text, part
    inside = np.mean(np.abs(options["targets"] - options["found"]["prediction"]) <= 5e4)
    assert f"it held {inside:.1%}" in text
    assert "accuracy" not in text.lower()


def test_nothing_is_asked_for_and_every_text_is_escaped(tmp_path):
    worst = {**arguments()["worst"][0], "origin": EVIL, "row": {name: name for name in HARD}}
    text = written(
        tmp_path,
        **arguments(
            title=EVIL, command=EVIL, notes=[EVIL], target=EVIL, worst=[worst], environment={EVIL: EVIL},
            importance=[Importance(name, 1.0, 0.1) for name in HARD],
            input_curve=("$x_{$", np.linspace(0, 1, 60)), settings={EVIL: EVIL}, model_summary=EVIL, files={EVIL: EVIL},
        ),
    )  # fmt: skip
    assert "<script" not in text and text.count("&lt;script&gt;") > 10
    assert not re.search(r"url\(|@import|https?://", re.sub(r"data:image/[^\"]+", "", text))


@pytest.mark.parametrize("rows", [1, *(pytest.param(rows, marks=pytest.mark.whole) for rows in (5, 4000))])
def test_few_and_many_rows_are_drawn(tmp_path, rows):
    text = written(tmp_path, **arguments(rows, baselines=[], importance=[], diagnosis=None, worst=[]))
    assert "Result on the test data" in text
    assert len(text) < 2_000_000
    assert "What the predictions hang on" not in text and "nan" not in re.sub(r"data:image/[^\"]+", "", text).lower()


@pytest.mark.whole
def test_the_same_run_gives_the_same_page(tmp_path):
    assert written(tmp_path, **arguments()) == written(tmp_path, **arguments())


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.012345, "0.01235"), (48123.4, "48123"), (4.01234, "4.012"), (0.0, "0"), (1.5e-7, "1.5e-07"), (3e9, "3e+09")],
)
def test_numbers_have_four_digits(value, shown):
    assert regression_report.number(value) == shown
