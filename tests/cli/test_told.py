"""How a command ends where the system, or who reads its output, refuses: one line, and a code that is not 0."""

import errno
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from cli import run as starting
from cli.packages import ROOT
from data.settings import Data
from tasks.course import announce
from tasks.folder import described, open_run
from tasks.task import by_name
from tasks.trained import read
from training.run_directory import RunDirectory


@dataclass(frozen=True)
class Config:
    """Settings of nothing."""

    path: str = ""
    """A path."""


def ended(main, monkeypatch, *arguments) -> int:
    main.__annotations__["config"] = Config
    monkeypatch.setattr(sys, "argv", ["prog", *arguments])
    with pytest.raises(SystemExit) as end:
        starting.run(main, "python -m apps.nothing", "Nothing.")
    return end.value.code


@pytest.mark.parametrize("name", ["file/x", "n" * 300, "missing/x.csv"])
def test_a_path_that_the_system_refuses_is_one_line(name, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    assert ended(lambda config: (tmp_path / name).write_text(""), monkeypatch) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {tmp_path / name}: ") and told.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "a/b"), "error: a/b: Permission denied\n"),
        (OSError(errno.EROFS, "Read-only file system", "a", None, "b"), "error: a -> b: Read-only file system\n"),
        (OSError(errno.ENOSPC, "No space left on device"), "error: No space left on device. Make room"),
    ],
)
def test_what_the_system_said_is_told(error, told, monkeypatch, capsys):
    def main(config):
        raise error

    assert ended(main, monkeypatch) == 2
    assert capsys.readouterr().err.startswith(told)


def test_an_error_of_the_system_that_names_no_file_keeps_its_traceback(monkeypatch):
    def main(config):
        raise OSError("a defect")

    with pytest.raises(OSError, match="a defect"):
        ended(main, monkeypatch)


def test_a_closed_output_is_told_and_is_no_success():
    code = "from tests.cli import test_told as t; t.starting.run(t.shouting, 'python -m apps.nothing', 'x')"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, **pipes) as process:
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait() == starting.OUTPUT_CLOSED
    assert "output was closed" in told and "the same command goes on" in told and "Traceback" not in told


def shouting(config: Config):
    for _ in range(100_000):
        print("a line", flush=True)


@pytest.mark.parametrize("name", ["nonsense", "numpy"])
def test_a_backend_that_is_none_is_named(name, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", name)
    assert ended(lambda config: None, monkeypatch) == 2
    assert f"error: KERAS_BACKEND must be one of tensorflow, jax, torch. Received: KERAS_BACKEND={name}" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("size", [0, -3])
def test_an_image_has_a_pixel(size):
    with pytest.raises(ValueError, match=f"`--image-size` must be at least 1 pixel. Received: {size}"):
        Data(image_size=size)


def test_an_empty_name_of_a_folder_is_refused():
    with pytest.raises(ValueError, match="`--run-dir` must name a folder. Received: ''"):
        open_run("classify", *described(by_name("classify").config()), "")


def test_messages_on_a_lost_network_lead_out(tmp_path):
    """Once predict sent to the training command, and that said that the run is finished."""
    run = RunDirectory(tmp_path)
    for name, content in {"config.json": {"app": "classify"}, "preparing.json": {}}.items():
        run.write_json(name, content)
    with pytest.raises(ValueError, match="not finished. Type its training command again.$"):
        read(str(tmp_path))
    run.write_json("results.json", {"test": {}})
    with pytest.raises(ValueError, match="damaged. Type its training command again with `--fresh`.$"):
        read(str(tmp_path))


def test_figures_that_are_not_defined_are_told_as_such_from_the_record(tmp_path, capsys):
    figures = {"rmse": 1.0, "mae": 1.0, "r2": float("nan")}
    results = {
        "test": figures | {"coverage": 0.5, "promised_coverage": 0.9},
        "baselines": {"mean": figures},
        "diagnosis": {"label": "x", "advice": "y"},
        "export": {"saved_model_difference": 1e-7},
        "training_seconds": 1.0,
    }
    run = RunDirectory(tmp_path)
    run.write_json("results.json", results)
    task, told = by_name("regress"), []
    for one in (results, run.results()):
        announce(task, one, run)
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] and "test_r2=nan" in told[0]
    assert '"r2": null' in (tmp_path / "results.json").read_text() and os.listdir(tmp_path) == ["results.json"]
