"""Every command that README, docs and help texts show is typed here, as far as its parser."""

import argparse
import importlib
import re
import runpy
import shlex
import sys
import typing

import pytest

from cli.arguments import parse
from cli.packages import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DOORS = [path for folder in ("apps", "tuning", "benchmarks") for path in sorted((ROOT / folder).glob("*.py"))]
COMMAND = re.compile(r"python -m (apps|tuning|benchmarks)\.([a-z_]+)(.*)", re.S)


def shown() -> dict[str, str]:
    """Commands of the documents -> where each stands first."""
    found = {}
    for path in (*PAGES, *DOORS):
        text = path.read_text("utf-8").replace("\\\n", " ")
        if path.suffix == ".py":
            text = text.split('"""')[1] if '"""' in text else ""
            lines = [line for line in text.splitlines() if line.startswith("    python -m ")]
        else:
            fenced = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
            text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
            quoted = [" ".join(one.split()) for one in re.findall(r"`(python -m [^`]+)`", text)]
            lines = [line for block in fenced for line in block.splitlines() if "python -m " in line] + quoted
        for line in lines:
            command = re.split(r"\s+#|(?<=\S)\s{3,}", line.strip())[0].rstrip(":").replace(" ...", "")
            found.setdefault(re.sub(r"^[A-Z_]+=\S+ ", "", command), path.name)
    return {command: where for command, where in found.items() if COMMAND.match(command) and "worker" not in where}


COMMANDS = shown()


def test_there_are_commands():
    assert len(COMMANDS) > 90


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.removeprefix("python -m "))
def test_a_command_that_is_shown_is_understood(command, monkeypatch, capsys):
    package, name, rest = COMMAND.match(command).groups()
    module, arguments = f"{package}.{name}", shlex.split(rest)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    try:
        if package == "benchmarks" and "argparse" in (ROOT / package / f"{name}.py").read_text("utf-8"):
            parse_benchmark(module, monkeypatch)
        else:
            parse(config_of(module, monkeypatch, arguments), arguments, prog=f"python -m {module}")
    except SystemExit as end:
        if end.code and (rest or package != "benchmarks"):  # a benchmark may be named without what it needs
            pytest.fail(f"{COMMANDS[command]}: {command}\n{capsys.readouterr().err}{end}")


def config_of(module: str, monkeypatch, arguments: list[str]) -> type:
    """The dataclass that a door parses into."""
    door = importlib.import_module(module)
    if module.startswith("tuning.") and hasattr(door, "TASK"):  # a search, whose settings are made when it starts
        from tuning import search

        kinds = []
        monkeypatch.setattr(search, "run_command", lambda main, *_: kinds.append(main.__annotations__["config"]))
        search.start(module)
        return kinds[0]
    if hasattr(door, "for_arguments"):  # a row of the lectures has flags of its own
        return door.for_arguments(arguments)
    return typing.get_type_hints(door.main)["config"]


class Understood(Exception):
    """The arguments of a benchmark were parsed."""


def parse_benchmark(module: str, monkeypatch) -> None:
    """Its parser is asked, and nothing is measured."""
    original = argparse.ArgumentParser.parse_known_args

    def known(self, *given, **more):
        original(self, *given, **more)
        raise Understood

    def all_known(self, *given, **more):
        _, unknown = original(self, *given, **more)
        if unknown:
            self.error(f"unrecognized arguments: {unknown}")
        raise Understood

    monkeypatch.setattr(argparse.ArgumentParser, "parse_known_args", known)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", all_known)
    monkeypatch.delitem(sys.modules, module, raising=False)
    try:
        with pytest.raises(Understood):
            runpy.run_module(module, run_name="__main__")
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")


def test_a_wrong_command_is_caught(monkeypatch, capsys):
    monkeypatch.setitem(COMMANDS, "python -m apps.classify --epoch-count 3", "planted")
    with pytest.raises(pytest.fail.Exception, match="planted"):
        test_a_command_that_is_shown_is_understood("python -m apps.classify --epoch-count 3", monkeypatch, capsys)
