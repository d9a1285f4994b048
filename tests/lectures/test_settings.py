"""The command line of the lectures: rows, and the constants of a single row as flags."""

import pytest

from apps import lectures
from lectures.settings import Config, for_arguments, own_constants
from tests.tasks.runs import help_of, refusal, start


def parsed(*arguments):
    from cli.arguments import parse

    return parse(for_arguments(list(arguments)), list(arguments), prog="x")


def test_the_constants_of_a_single_row_are_flags():
    config = parsed("S40", "--rate", "0.5")
    assert config.names == ("S40",)
    assert own_constants(config) == {"rate": 0.5}
    assert own_constants(parsed("S40")) == {}
    assert own_constants(parsed("S50", "--rows", "50", "--seeds", "2")) == {"rows": 50, "seeds": 2}


@pytest.mark.parametrize("arguments", [(), ("S31", "S32"), ("losses",), ("--html", "pages")])
def test_several_rows_have_none(arguments):
    assert for_arguments(list(arguments)) is Config


def test_an_unknown_row_or_constant_is_refused(monkeypatch, capsys):
    def told(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cli.run.parse", lambda kind, **more: parsed(*arguments))
            return refusal(lectures.main, list(arguments), monkeypatch, capsys)

    assert "no row 'S99'" in told("S99")
    assert "--bogus" in told("S40", "--bogus", "1")


def test_help_comes_without_the_frameworks():
    assert "S40 --rate 0.5" in help_of("lectures")


def test_a_table_of_figures_and_a_last_line(monkeypatch, capsys):
    start(lectures.main, ["S31", "E1"], monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "rows=2 ok=2 failed=0"
    assert any(line.startswith("S31 ") for line in lines)
    assert any("ok" in line and "0.0975" in line for line in lines)


def test_a_row_that_fails_ends_with_code_1(monkeypatch, capsys):
    from lectures import losses

    function = next(name for name in vars(losses) if name.startswith("s26_"))
    original = getattr(losses, function)

    def broken():
        raise ZeroDivisionError

    broken.__name__, broken.__doc__, broken.__module__ = function, original.__doc__, original.__module__
    monkeypatch.setattr(losses, function, broken)
    with pytest.raises(SystemExit) as end:
        start(lectures.main, ["S26", "S32"], monkeypatch)
    printed = capsys.readouterr().out
    assert end.value.code == 1
    assert "ZeroDivisionError" in printed and printed.splitlines()[-1] == "rows=2 ok=1 failed=1"


def test_figures_of_own_constants_are_held_against_nothing(monkeypatch, capsys):
    start(lectures.main, ["S40"], monkeypatch)
    assert "yours" not in capsys.readouterr().out
