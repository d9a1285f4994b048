"""Pages of networks: without foreign requests; published figures beside those of the suite, each in one place."""

import re

import keras
import pytest

from evaluation import ilsvrc, published_figures, report
from evaluation.network_drawing import svg
from evaluation.network_report import compared, gallery_rows, gallery_sections, network_sections
from evaluation.published_figures import FIGURES, Published
from lectures import contest
from models.network_table import HEADER, cells, network_table

SMALL = Published("Small", "small", {}, 8, 18 + 2 + 74, 36 * 18 + 72, "counted by hand", 2026)


@pytest.fixture(scope="module")
def small():
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs))
    return network_table(keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(x), name="small"), timed=False)


def requests(page: str) -> list[str]:
    """Addresses that a browser would ask for."""
    return re.findall(r"(?:src|href)=\"(?!data:)[^\"]*\"|url\([^)]*\)|@import", page)


def test_the_page_of_a_network_asks_for_nothing(small, tmp_path):
    rows = [cells(row) for row in small.rows]
    sections = network_sections(small, HEADER, rows, svg(small.rows, small.input_shapes, "small"), SMALL)
    report.write(tmp_path / "page.html", "small", "", sections)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert not requests(page) and "data:image/svg+xml;base64," in page
    assert "counted by hand" in page and "Beside what is published of Small" in page


@pytest.mark.whole
def test_the_gallery_asks_for_nothing_and_has_what_the_lectures_print(tmp_path):
    report.write(tmp_path / "page.html", "gallery", "", gallery_sections({one.title: 1.0 for one in FIGURES}))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert not requests(page)
    for figure in ("26% on the slide", "55x55x96 = 290,400", "9 inception modules", "138,357,544"):
        assert figure in page


def test_a_wrong_count_is_seen(small):
    assert [said for *_, said in compared(small, SMALL)] == ["differs by -2", "equal"]
    right = Published("Small", "small", {}, 8, small.parameters, small.multiply_adds - 5, "", 2026)
    assert [said for *_, said in compared(small, right)] == ["equal", "differs by +5"]
    assert compared(small, None) == []


def test_the_lectures_and_the_gallery_have_their_figures_from_one_place():
    assert contest.PAPERS is ilsvrc.PAPERS
    assert [ilsvrc.year(name) for name in ilsvrc.PAPERS] == [2012, 2012, 2013, 2013, 2014, 2014, 2015, 2015]


def test_a_network_is_found_by_its_settings():
    assert published_figures.of("resnet", {"depth": 50, "l2": 0.1}).title == "ResNet-50"
    assert published_figures.of("resnet", {"depth": 34}) is None
    assert published_figures.of("vgg", {"depth": 16, "batch_norm": False, "width": 0.25}) is None
    assert published_figures.of("vgg", {"depth": 16, "batch_norm": True, "width": 1.0}) is None


def test_accuracies_are_told_as_far_as_they_are_published():
    told = {one.title: one.accuracies for one in FIGURES}
    assert told["VGG-16"] == "top-1 71.3%, top-5 90.1%"
    assert (told["ShuffleNet v1 g3"], told["OverFeat, fast"]) == ("top-1 67.8%", "")


def test_no_network_has_two_rows_and_each_figure_a_source():
    assert len({one.title for one in FIGURES}) == len(FIGURES) == len(gallery_rows({}))
    assert all(one.counts and (one.accuracy or not one.top1) for one in FIGURES)
