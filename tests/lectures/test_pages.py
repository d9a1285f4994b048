"""The pages of the chapters: whole, small, offline, and honest about what failed."""

import html
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from lectures import chapters, pages, results

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of the chapter on losses, and its results."""
    found = list(results.run(chapters.chosen(("losses",))))
    (path,) = pages.write(found, str(tmp_path_factory.mktemp("pages")))
    return path.read_text("utf-8"), found


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_it_is_one_file_that_asks_for_nothing(page):
    text, _ = page
    assert len(text.encode()) < MEGABYTE
    assert "default-src 'none'" in text and "<script" not in text
    addresses = [value for _, attrs in Tags(text).found for name, value in attrs.items() if name in ("src", "href")]
    assert addresses and all(address.startswith("data:") for address in addresses)


def test_every_row_has_its_figures_picture_code_and_command(page):
    text, found = page
    for result in found:
        assert html.escape(result.row.title, quote=False) in html.unescape(text).replace("&", "&amp;") or (
            result.row.title in html.unescape(text)
        )
        assert f"python -m apps.lectures {result.row.name}" in text
        for check in result.shown.checks:
            assert results.number(check.measured) in text
    pictures = [attrs for tag, attrs in Tags(text).found if tag == "img"]
    assert len(pictures) == len(found) and all(len(attrs["alt"]) > 20 for attrs in pictures)
    formulas = [attrs for tag, attrs in Tags(text).found if tag == "math"]
    assert len(formulas) == sum(bool(result.row.formula) for result in found)
    assert all(attrs["alttext"] for attrs in formulas)


def test_three_questions_have_their_answers_folded_away(page):
    text, _ = page
    assert "Questions" in text and len(re.findall(r"<summary>Answer</summary>", text)) == 3


def test_no_picture_is_empty_or_of_one_colour(page):
    _, found = page
    for result in found:
        result.shown.figure.canvas.draw() if hasattr(result.shown.figure.canvas, "draw") else None
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas = FigureCanvasAgg(result.shown.figure)
        canvas.draw()
        assert np.asarray(canvas.buffer_rgba())[..., :3].std() > 5, result.row.name


def test_a_row_that_broke_stands_there_with_its_trace(page, tmp_path):
    _, found = page
    broken = results.Result(found[0].row, None, 0.1, {}, "ZeroDivisionError: division by zero")
    (path,) = pages.write([broken], str(tmp_path))
    text = path.read_text("utf-8")
    assert "This row broke" in text and "ZeroDivisionError" in text and "Questions" not in text


def test_questions_come_only_with_the_whole_chapter(tmp_path):
    (path,) = pages.write(list(results.run(chapters.chosen(("S31",)))), str(tmp_path))
    assert "Questions" not in path.read_text("utf-8")
