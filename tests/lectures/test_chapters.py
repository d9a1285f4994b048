"""Every row of the curriculum has its function, and each function says what a page needs."""

import ast
import inspect
import re

import pytest

from cli.errors import UserError
from evaluation.formula import mathml
from lectures import chapters

# What the five lectures say, draw and compute, and the traps in them.
CURRICULUM = {f"S{number:02d}" for number in range(1, 87)} | {f"E{n:02d}" for n in range(1, 30)}
ROWS = chapters.chosen(())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_every_row_of_the_curriculum_is_there_once():
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))
    assert set(names) == CURRICULUM


def test_a_row_that_is_missing_is_noticed(monkeypatch):
    from lectures import optimizers

    function = next(name for name in vars(optimizers) if name.startswith("s40_"))
    monkeypatch.delattr(optimizers, function)
    assert CURRICULUM - {row.name for row in chapters.chosen(())} == {"S40"}


@each_row
def test_a_row_says_what_it_shows_where_it_is_from_and_where_it_is_used(row):
    assert 10 < len(row.title) < 110 and not row.title.endswith(".")
    assert len(row.text) > 80, "a paragraph"
    assert row.source
    if row.formula:
        assert "alttext=" in mathml(row.formula)


@each_row
def test_a_row_is_short_and_its_constants_have_usual_values(row):
    assert len(row.code.splitlines()) <= 70
    assert inspect.Parameter.empty not in row.constants.values()
    assert all(isinstance(value, bool | int | float | str) for value in row.constants.values())


@each_row
def test_the_code_that_is_shown_is_python_without_the_picture(row):
    ast.parse(row.code)
    assert "canvas(" not in row.code and '"""' not in row.code


def test_rows_and_chapters_are_chosen_by_name():
    assert [row.name for row in chapters.chosen(("e1", "S31"))] == ["E01", "S31"]
    assert {row.chapter for row in chapters.chosen(("losses",))} == {"losses"}
    with pytest.raises(UserError, match=re.escape("no row 'S99'. Allowed: E01,")):
        chapters.chosen(("S99",))


@pytest.mark.parametrize("name", chapters.CHAPTERS)
def test_a_chapter_has_a_title_and_an_introduction(name):
    title, _, introduction = chapters.chapter(name).__doc__.strip().partition("\n\n")
    assert "\n" not in title and len(introduction) > 100
