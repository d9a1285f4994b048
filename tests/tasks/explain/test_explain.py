"""A whole run of seconds: the last line, what it leaves, and what it answers."""

from dataclasses import replace

import pytest
from PIL import Image

from apps import evaluate, explain, predict
from data.birds import birds
from data.birds.kinds import kinds
from tasks.explain.config import TINY
from tasks.request import Evaluation, Prediction
from tests.tasks.runs import guard_in_this_process
from training.run_directory import RunDirectory

pytestmark = pytest.mark.slow  # several graphs of searches are traced


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    with pytest.MonkeyPatch.context() as patch, guard_in_this_process():
        patch.setattr(birds, "BIRDS", {"train": 8, "validation": 3, "test": 2})
        figures = explain.main(replace(TINY, run_dir=str(folder / "run")))
        splits = birds.make(0)
        yield folder, figures, splits


def test_the_last_line_has_what_it_must(run):
    assert {"cider", "class_rank", "picture_truth", "class_posterior", "accuracy"} <= set(run[1])


def test_the_stage_of_rewards_is_recorded(run):
    results = RunDirectory(run[0] / "run").read_json("results.json")
    assert [row["epoch"] for row in results["rewarded"]] == [0, 1]
    assert {"val_learned_posterior", "val_class_posterior", "val_picture_truth"} <= set(results["rewarded"][0])


def test_an_explanation_names_the_class_and_a_foil(run, tmp_path):
    for row in range(3):
        Image.fromarray(run[2].test.images[row]).save(tmp_path / f"{row}.png")
    asked = "island wren"
    rows = predict.main(Prediction(str(run[0] / "run"), (str(tmp_path),), foil=asked, output=str(tmp_path / "o.csv")))
    for row in rows:
        assert row["class"] in kinds().names and row["not"] == asked
        assert row["explanation"].endswith(f"{row['class']} because {row['top'][0]['sentence']}.")
        assert row["counter"].startswith("It would be an island wren if ")
    other = predict.main(Prediction(str(run[0] / "run"), (str(tmp_path),), output=str(tmp_path / "p.csv")))
    assert all(row["not"] != row["class"] for row in other)


def test_it_is_scored_on_birds_by_name(run):
    found = evaluate.main(Evaluation(str(run[0] / "run"), ("birds",)))
    assert found["cider"] == pytest.approx(run[1]["cider"], rel=1e-4, abs=1e-9)
