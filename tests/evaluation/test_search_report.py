"""The page of a search: what it says, and that no kind of search breaks it."""

import base64
import math
import re

import pytest

from evaluation import search_report
from evaluation.figures import canvas
from evaluation.hyperparameter_scale import set_axis
from evaluation.search_plots import against_each, best_so_far, learning_curves, parallel_coordinates, progress
from evaluation.strategy_plots import lattice, same_budget, shrinking_ranges, strategies
from tests.evaluation.search_trials import RANGES, trials


def page(path, found, **more) -> str:
    given = {"title": "A search", "best_command": "python -m apps.classify --epochs 3", "objective": "val_loss"}
    given |= {"direction": "min", "strategy": "random", "ranges": RANGES, "retrained": {}} | more
    search_report.write(path / "report.html", trials=found, **given)
    return (path / "report.html").read_text("utf-8")


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", text, flags=re.S)).split())


@pytest.mark.whole
def test_page_says_what_was_found(tmp_path):
    found = trials(24)
    best = min((one for one in found if one["status"] == "completed"), key=lambda one: one["score"])
    retrained = {best["number"]: [0.2, 0.3, 0.4], 0: [0.5, 0.5, 0.5]}
    text = words(page(tmp_path, found, retrained=retrained, test={"accuracy": 0.97}, notes=["Stopped early."]))
    for expected in (
        "24 trials, random, by val_loss",
        f"val_loss, the result {best['score']:.3g} trial {best['number']}",
        "val_loss, default 0.45 trial 0",
        f"trial {best['number']}, retrained 0.3 ± 0.1 over 3 other seeds",
        "default, retrained 0.5 ± 0 over 3 other seeds",
        "is also the luckiest: with seeds that the search did not use its val_loss is 0.3 in the mean",
        "test accuracy 0.97 best, read once",
        "python -m apps.classify --epochs 3",
        "3 of 25 trials failed They are never best. trial 5: ValueError: too wide",
        "Stopped early.",
        "a grid over all 6 has one value of each for the same budget",
    ):
        assert expected in text
    assert "colours are rounds" not in text


@pytest.mark.whole
def test_page_asks_for_nothing_outside_and_pictures_are_told(tmp_path):
    text = page(tmp_path, trials(30, rounds=3), strategy="coarse-to-fine", others={"grid": trials(9, seed=3)})
    assert not re.search(r"(src|href)=\"(?!data:)", text)
    pictures = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]*)" alt="([^"]+)"', text)
    # progress, curves, importance, parallel; six hyperparameters twice; strategies; same budget
    assert len(pictures) == 4 + 6 + 6 + 2
    assert all(b"<svg" in base64.b64decode(content) for content, _ in pictures)
    assert "Range of learning rate in each of 3 rounds." in text
    assert "colours are rounds" in text


@pytest.mark.parametrize("kept", ["none", "default only", "failed only", "one", "grid"])
def test_small_and_failed_searches_have_a_page_too(tmp_path, kept):
    found = {
        "none": [],
        "default only": trials(0),
        "failed only": [one for one in trials(12) if one["status"] == "failed"],
        "one": trials(1),
        "grid": trials(4),
    }[kept]
    text = words(page(tmp_path, found, strategy="grid" if kept == "grid" else "random"))
    assert ("Every trial failed" in text) == (kept in ("none", "failed only"))
    assert "Importance needs at least 8 trials" in text


def test_names_are_escaped(tmp_path):
    found = trials(10)
    for one in found[1:]:
        one["values"] = {"<b>$x_1": one["values"].get("dropout", 0.5)}
    text = page(tmp_path, found, ranges={"<b>$x_1": RANGES["dropout"]}, objective="val_$loss")
    assert "<b>$" not in text


@pytest.mark.parametrize("direction", ["min", "max"])
def test_best_so_far(direction):
    """Against looking at all earlier completed trials again for each one."""
    found = trials(30)[1:]
    numbers, best = best_so_far(found, direction)
    assert numbers == list(range(1, 31))
    for upto, value in zip(numbers, best, strict=True):
        done = [one["score"] for one in found[:upto] if one["status"] == "completed"]
        assert value == (min if direction == "min" else max)(done)


def test_a_failed_first_trial_has_no_best():
    found = [trials(5)[5], *trials(3)[1:]]
    assert math.isnan(best_so_far(found, "min")[1][0]) and not math.isnan(best_so_far(found, "min")[1][1])


def test_a_score_that_is_no_number_is_left_out():
    found = trials(10)
    found[3] |= {"score": math.nan}
    found[4] |= {"score": math.inf, "status": "completed"}
    for direction in ("min", "max"):
        assert all(math.isfinite(score) for score in best_so_far(found[1:], direction)[1])
    assert progress(found, "val_loss", "min") and parallel_coordinates(found[1:], RANGES, "val_loss", "min")


def test_pictures_that_have_nothing_to_show():
    failed = [one for one in trials(12) if one["status"] == "failed"]
    assert parallel_coordinates(failed, RANGES, "val_loss", "min") is None
    assert learning_curves(failed, "min") is None
    assert against_each(failed, RANGES, "val_loss", "min") == []
    assert shrinking_ranges(trials(12), RANGES, "min") == []


def test_strategies_are_compared_at_the_same_budget():
    picture = strategies({"random": trials(12), "grid": trials(30, seed=1)}, "val_loss", "min")
    assert picture.alt == "Best val_loss by number of trials of random, grid."
    assert same_budget(trials(9)[1:], RANGES, ("learning_rate", "dropout"), "random").alt.startswith("9 trials over ")


@pytest.mark.parametrize(("count", "most"), [(1, 1), (4, 4), (9, 9), (12, 12), (17, 17)])
def test_a_lattice_keeps_to_its_budget(count, most):
    places = lattice([RANGES["dropout"], RANGES["learning_rate"]], count)
    assert count - 4 <= len(places) <= most
    assert len({tuple(place) for place in places}) == len(places)
    assert places.min() > 0 and places.max() < 1


@pytest.mark.parametrize("high", [2, 3, 300])
def test_whole_numbers_have_whole_ticks(high):
    _, axes = canvas(3.15, 2.4)
    set_axis(axes, {"low": 1, "high": high, "log": False}, "y")
    assert all(tick == round(tick) for tick in axes.get_yticks())
    set_axis(axes, {"low": 0.0, "high": 0.6, "log": False}, "x")
    assert any(tick != round(tick) for tick in axes.get_xticks())


def test_a_lattice_takes_no_choice_twice():
    places = lattice([RANGES["batch_norm"], RANGES["dropout"]], 25)
    assert len(places) == 2 * 5
