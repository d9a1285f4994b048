"""A task in a folder of its own, beside the suite: every command serves it, and no file of the suite knows its name."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apps import evaluate, export, predict
from cli.arguments import parse
from cli.packages import PACKAGES, ROOT, child_environment
from export import examples
from tasks.task import names
from tests.tasks.runs import FILES, interrupted, start, whole_run
from tests.tuning.same_process import SameProcess
from tuning.search import search
from tuning.settings import Search

pytestmark = pytest.mark.whole

OUTSIDE = Path(__file__).parent / "outside"
NAME = "parity"
EPOCHS = ["--epochs", "2"]


@pytest.fixture(scope="module")
def door():
    """Its door, found where a user's folder is on the path; the process forgets it at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(OUTSIDE))
        yield importlib.import_module(f"apps.{NAME}")
    for package in ("apps", "tasks", "tuning"):
        if sys.modules.pop(f"{package}.{NAME}", None):
            delattr(sys.modules[package], NAME)


@pytest.fixture(scope="module")
def run(door, tmp_path_factory):
    """The folder of a whole run, interrupted in its second epoch and typed again, and what the second one printed."""
    folder = tmp_path_factory.mktemp(NAME)
    arguments = {name: ["--run-dir", str(folder / name), *EPOCHS] for name in ("whole", "halves")}
    with interrupted("begin", 2):
        door.main(parse(door.Config, arguments["halves"]))
    done = whole_run(door.main, arguments["halves"])
    whole_run(door.main, arguments["whole"])
    return folder / "halves", done


def test_it_is_found_beside_the_others(door):
    assert NAME in names() and "classify" in names()


def test_it_trains_and_goes_on_to_the_byte(run):
    folder, done = run
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "metrics.csv").read_bytes() == (folder.parent / "whole/metrics.csv").read_bytes()
    line = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    assert float(line["test_accuracy"]) > 0.6 and float(line["saved_model_difference"]) <= 1e-5


def test_it_predicts_evaluates_and_exports(run, tmp_path, monkeypatch, capsys):
    folder, done = run
    for number, content in enumerate(examples.read(folder / "examples.json")["image"][:3]):
        (tmp_path / f"{number}.png").write_bytes(content)
    start(predict.main, [str(folder), str(tmp_path)], monkeypatch)
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "origin,label" and len(rows) == 4
    start(evaluate.main, [str(folder)], monkeypatch)
    accuracy = json.loads((folder / "results.json").read_text())["test"]["accuracy"]
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"accuracy={accuracy:.6g}")
    start(export.main, [str(folder), "--format", "litert", "--output", str(tmp_path)], monkeypatch)
    assert (tmp_path / "model.tflite").is_file()


def test_it_is_searched(door, tmp_path, monkeypatch):
    monkeypatch.setattr("tuning.runner.Workers", SameProcess)
    base = parse(door.Config, ["--run-dir", str(tmp_path / "search"), *EPOCHS])
    found = search(f"tuning.{NAME}", base, Search(trials="2", confirm=0, finalists=1, jobs=1))
    assert [trial.status for trial in found.trials] == ["completed"] * 3, [trial.error for trial in found.trials]
    assert found.objective == "val_loss" and found.best.score <= found.default.score


@pytest.mark.slow  # a process for each of its trainings, and one for the page
def test_it_is_searched_by_a_command(tmp_path):
    command = [sys.executable, "-m", f"tuning.{NAME}", "--trials", "2", "--confirm", "0", "--finalists", "1"]
    command += ["--run-dir", str(tmp_path / "search"), *EPOCHS]
    environment = child_environment()
    environment["PYTHONPATH"] += f":{OUTSIDE}"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    line = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    assert line["trials"] == "2" and line["failed"] == "0"
    assert float(line["test_accuracy"]) > 0.6
    assert (tmp_path / "search" / "report.html").is_file()


def test_no_file_of_the_suite_names_it():
    files = [path for package in (*PACKAGES, "benchmarks") for path in (ROOT / package).rglob("*.py")]
    assert len(files) > 200
    named = re.compile(rf"tasks[./]{NAME}|apps[./]{NAME}|[\"']{NAME}[\"']")  # not the word in a sentence
    assert not [path for path in files if named.search(path.read_text("utf-8"))]
    assert named.search(f'by_name("{NAME}")')


def test_packages_that_a_task_adds_to_have_no_init_file():
    """With one, Python would look for a task in the suite's own folder alone."""
    assert not [name for name in ("apps", "tasks", "tuning") if (ROOT / name / "__init__.py").exists()]
