"""How apps start, and how they refuse."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from tests.apps.runs import help_of

from apps import command
from data.errors import DataError
from export.decoding import ClassDecoding


@dataclass(frozen=True)
class Config:
    """Settings of nothing."""

    rate: float = 0.5
    """In [0, 1)."""


def started(main, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["prog", *arguments])
    main.__annotations__["config"] = Config
    command.run(main, "python -m apps.nothing")


def test_the_config_arrives(monkeypatch):
    seen = []
    started(lambda config: seen.append(config), monkeypatch, "--rate", "0.25")
    assert seen == [Config(0.25)]


def test_an_error_of_the_suite_is_one_line(monkeypatch, capsys):
    with pytest.raises(SystemExit) as end:
        started(lambda config: ClassDecoding(("a",), temperature=-1.0), monkeypatch)
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: `temperature` must be above 0. Received: temperature=-1.0\n"


def test_a_defect_keeps_its_traceback(monkeypatch):
    def broken(config):
        raise DataError("raised outside the suite")

    with pytest.raises(ValueError, match="could not convert"):
        started(lambda config: float("x"), monkeypatch)
    with pytest.raises(DataError):
        started(broken, monkeypatch)


def test_a_value_error_that_python_raised_in_the_suite_is_a_defect(monkeypatch):
    import numpy as np

    with pytest.raises(ValueError, match="axis"):  # an index error of ours, not the user's
        started(lambda config: ClassDecoding(("a", "b")).reference(np.zeros(2)), monkeypatch)


def test_interruption(monkeypatch, capsys):
    def interrupted(config):
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as end:
        started(interrupted, monkeypatch)
    assert end.value.code == 130
    assert "interrupted; the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize("app", ["predict", "evaluate", "export"])
def test_help_comes_without_tensorflow(app):
    shown = help_of(app)
    assert f"usage: python -m apps.{app} " in shown
    assert f"    python -m apps.{app} runs/classify/NAME" in shown


def test_a_wrong_flag_says_what_is_allowed():
    arguments = [sys.executable, "-m", "apps.export", "runs/x", "--format", "onx"]
    done = subprocess.run(arguments, cwd=command.SUITE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "onx" in done.stderr + done.stdout
    assert "litert" in done.stderr + done.stdout


def test_children_find_the_suite_wherever_this_process_found_it(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/some/where")
    found = command.child_environment(KERAS_BACKEND="jax")
    assert found["PYTHONPATH"] == os.pathsep.join([str(command.SUITE), "/some/where"])
    assert found["KERAS_BACKEND"] == "jax"
    monkeypatch.delenv("PYTHONPATH")
    assert command.child_environment()["PYTHONPATH"] == str(command.SUITE)


@pytest.mark.parametrize(
    "file", [*command.SUITE.glob("apps/*.py"), *command.SUITE.glob("tuning/*.py")], ids=lambda path: path.stem
)
def test_every_child_process_is_given_its_environment(file):
    text = file.read_text("utf-8")
    assert text.count("subprocess.run(") + text.count("subprocess.Popen(") <= text.count("child_environment("), file
