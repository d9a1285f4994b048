"""How commands start, and how they refuse."""

import dataclasses
import os
import subprocess
import sys
import typing
from dataclasses import dataclass

import pytest

from cli import run as starting
from cli.arguments import parse, spelling, subcommand
from cli.packages import PACKAGES, ROOT, child_environment
from data.errors import DataError
from export.decoding import ClassDecoding
from tasks.task import by_name, names
from tests.tasks.runs import help_of


@dataclass(frozen=True)
class Config:
    """Settings of nothing."""

    rate: float = 0.5
    """In [0, 1)."""


def recipes(app: str) -> dict[str, type]:
    """The networks of a task, by the names that its command line has for them."""
    hint = typing.get_type_hints(by_name(app).config, include_extras=True)["model"]
    kinds = [typing.get_args(one)[0] for one in typing.get_args(hint)]
    return {subcommand(hint, kind): kind for kind in kinds}


def flags_of(config) -> list[str]:
    """The flags of a dataclass and of those in it, the network left out."""
    hints, found = typing.get_type_hints(type(config), include_extras=True), []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            found += [] if field.name == "model" else flags_of(value)
        else:
            found.append(f"--{spelling(field.name, hints[field.name])}")
    return found


def started(main, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["prog", *arguments])
    main.__annotations__["config"] = Config
    starting.run(main, "python -m apps.nothing")


def test_the_config_arrives(monkeypatch):
    seen = []
    started(lambda config: seen.append(config), monkeypatch, "--rate", "0.25")
    assert seen == [Config(0.25)]


def test_an_error_of_the_suite_is_one_line(monkeypatch, capsys):
    with pytest.raises(SystemExit) as end:
        started(lambda config: ClassDecoding(("a",), temperature=-1.0), monkeypatch)
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: `temperature` must be above 0. Received: temperature=-1.0\n"


def test_so_is_one_that_a_program_outside_the_suite_raises(monkeypatch, capsys):
    def broken(config):
        raise DataError("rows.csv:3: no number")

    with pytest.raises(SystemExit) as end:
        started(broken, monkeypatch)
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: rows.csv:3: no number\n"


def test_a_defect_keeps_its_traceback(monkeypatch):
    with pytest.raises(ValueError, match="could not convert"):
        started(lambda config: float("x"), monkeypatch)


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


DOORS = sorted(path.stem for path in ROOT.glob("apps/*.py"))


def test_every_task_has_a_door():
    others = {"predict", "evaluate", "export", "lectures", "networks", "playground", "serve"}
    assert set(DOORS) == others | set(names())


QUICK = ("classify", "predict", "serve")  # one of each kind of door


@pytest.mark.parametrize("app", [pytest.param(app, marks=[] if app in QUICK else pytest.mark.whole) for app in DOORS])
def test_help_comes_without_the_frameworks_and_says_what_to_type(app):
    shown = help_of(app)
    assert f"usage: python -m apps.{app} " in shown
    assert f"    python -m apps.{app} " in shown
    if app in names():
        assert all(text in shown for text in (*flags_of(by_name(app).config()), *recipes(app)))


@pytest.mark.parametrize(("app", "name"), [(app, name) for app in names() for name in recipes(app)])
def test_every_flag_of_every_network_is_explained(app, name, capsys):
    with pytest.raises(SystemExit) as end:
        parse(by_name(app).config, [name, "--help"])
    shown = capsys.readouterr().out
    assert not end.value.code
    assert all(flag in shown for flag in flags_of(recipes(app)[name]()))


def test_a_wrong_flag_says_what_is_allowed():
    arguments = [sys.executable, "-m", "apps.export", "runs/x", "--format", "onx"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "onx" in done.stderr + done.stdout
    assert "litert" in done.stderr + done.stdout


def test_children_find_the_suite_wherever_this_process_found_it(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/some/where")
    found = child_environment(KERAS_BACKEND="jax")
    assert found["PYTHONPATH"] == os.pathsep.join([str(ROOT), "/some/where"])
    assert found["KERAS_BACKEND"] == "jax"
    monkeypatch.delenv("PYTHONPATH")
    assert child_environment()["PYTHONPATH"] == str(ROOT)


def test_every_child_process_is_given_its_environment():
    """Those that must not find the suite, which check exports, have one of their own."""
    for file in (path for name in PACKAGES if name != "export" for path in (ROOT / name).rglob("*.py")):
        text = file.read_text("utf-8")
        started = text.count("subprocess.run(") + text.count("subprocess.Popen(")
        assert not started or text.count("child_environment(") >= started, file
