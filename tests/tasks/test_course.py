"""The end of a run: what is written before its export is checked, and what comes of one that is refused."""

import json
from dataclasses import replace

import pytest

from export.errors import ExportError
from models.mlp import MLP
from tasks import course
from tasks.task import by_name
from training.run_directory import RunDirectory
from training.trainer import Trainer

pytestmark = pytest.mark.whole

TASK = by_name("classify")


@pytest.fixture
def config(quick):
    return replace(TASK.tiny, model=MLP((4,)), trainer=Trainer(epochs=1), run_dir=str(quick / "run"))


def refuse(_):
    return {"refused": "saved_model: refused, output `label` differs"}


def last_line(capsys) -> dict[str, str]:
    return dict(pair.split("=") for pair in capsys.readouterr().out.splitlines()[-1].split())


def test_a_refused_export_takes_nothing_away(config, monkeypatch, capsys):
    monkeypatch.setattr(course, "export_run", refuse)
    with pytest.raises(ExportError, match="refused, so there is none: .*`label`.*`python -m apps.export` tries"):
        course.run(TASK, config)
    line = last_line(capsys)
    assert 0 < float(line["test_accuracy"]) <= 1 and "saved_model_difference" not in line
    run = RunDirectory(config.run_dir)
    assert run.results()["test"]["accuracy"] == pytest.approx(float(line["test_accuracy"]), rel=1e-5)
    assert run.results()["export"] == refuse(run)
    assert "The SavedModel was refused, so there is none" in (run / "report.html").read_text("utf-8")
    assert not (run / "checkpoint.npz").exists()
    with pytest.raises(ExportError, match="so there is none"):  # typed again: no training, the same words
        course.run(replace(TASK, load=None), config)
    assert last_line(capsys) == line
    run.exported("saved_model", {"saved_model_difference": 0.0})
    assert course.run(replace(TASK, load=None), config) == run.results()["test"]


def test_what_ends_during_the_export_goes_on_with_it(config, monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "export_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        course.run(TASK, config)
    run = RunDirectory(config.run_dir)
    assert "test" in run.results() and "not checked yet" in (run / "report.html").read_text("utf-8")
    monkeypatch.setattr(course, "export_run", lambda _: {"saved_model_difference": 0.0})
    figures = course.run(replace(TASK, load=None), config)
    assert "its export is made now" in capsys.readouterr().out
    assert run.results()["test"] == figures and run.results()["export"] == {"saved_model_difference": 0.0}
    run.verify("results.json", "report.html", "model.keras")


def test_a_good_export_leaves_no_word_in_the_report(config):
    course.run(TASK, config)
    page = (RunDirectory(config.run_dir) / "report.html").read_text("utf-8")
    assert "SavedModel was" not in page


def test_a_finished_run_whose_files_changed_says_so(config, capsys):
    course.run(TASK, config)
    run = RunDirectory(config.run_dir)
    (run / "report.html").write_text("")
    course.run(TASK, config)
    assert f"{run / 'report.html'} has changed since the run finished" in capsys.readouterr().out
    results = run.results()
    (run / "results.json").write_text(json.dumps({**results, "test": {**results["test"], "accuracy": 1.0}}))
    with pytest.raises(ValueError, match="results.json: has changed since the run finished.*--fresh"):
        course.run(TASK, config)
    (run / "results.json").unlink()
    with pytest.raises(ValueError, match="results.json: is missing.*--fresh"):
        course.run(TASK, config)


def test_seconds_of_training_are_those_of_all_stages(tmp_path):
    """An epoch that a task has gathered in the run's own file counts once; the trial of an advice is not of the run."""

    def write(folder, *seconds):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        rows = [{"epoch": number, "seconds": one, "examples_per_second": 9.0} for number, one in enumerate(seconds, 1)]
        RunDirectory(tmp_path / folder).write_rows("timing.csv", rows)

    write(".", 1.0, 2.0, 4.0)
    assert course.speeds(RunDirectory(tmp_path)) == {"training_seconds": 7.0, "examples_per_second": 9.0}
    write("head", 0.5, 0.5)
    write("member-1", 1.0, 2.0)
    write("member-2", 4.0)
    write("member-2/encoder", 0.25)
    write("what-if", 100.0)
    assert course.speeds(RunDirectory(tmp_path))["training_seconds"] == round(7.0 + 1.0 + 0.25, 1)
