"""`apps.networks`: recipes, runs and files as tables and pages, and what is wrong is said."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from apps import networks
from cli.arguments import parse
from cli.errors import UserError
from evaluation import published_figures
from models.convnet import ConvNet
from tasks import network_request, network_tables
from tasks.network_tables import DifferentCount
from tests.tasks.runs import start

SMALL = ["convnet", "--image-size", "12", "--classes", "3", "--filters", "4", "--dense", "0", "--no-times"]


def shown(arguments, monkeypatch, capsys) -> list[str]:
    start_networks(arguments, monkeypatch)
    return capsys.readouterr().out.splitlines()


def start_networks(arguments, monkeypatch) -> None:
    kind = network_request.for_arguments(arguments)
    monkeypatch.setattr("sys.argv", ["networks", *arguments])
    networks.main(parse(kind, arguments))


def line(lines) -> dict[str, float]:
    return {name: float(value) for name, value in (pair.split("=") for pair in lines[-1].split())}


def test_a_recipe_with_its_flags(monkeypatch, capsys, tmp_path):
    page, drawing = tmp_path / "page.html", tmp_path / "net.svg"
    lines = shown([*SMALL, "--html", str(page), "--svg", str(drawing)], monkeypatch, capsys)
    model = ConvNet((4,), dense=0).build((12, 12, 3), 3)
    moving = sum(w.shape[0] for w in model.non_trainable_weights)
    assert line(lines)["parameters"] == model.count_params() - moving
    assert "milliseconds" not in line(lines)
    assert lines[0].split()[:5] == ["layer", "kind", "output", "parameters", "multiply-adds"]
    ElementTree.fromstring(drawing.read_text("utf-8"))  # noqa: S314, which the suite wrote itself
    assert "Layers" in page.read_text("utf-8")


def test_times_are_measured_unless_asked_not_to(monkeypatch, capsys):
    assert line(shown(SMALL[:-1], monkeypatch, capsys))["milliseconds"] > 0


def test_a_file_and_the_folder_of_a_run(monkeypatch, capsys, tmp_path):
    model = ConvNet((4,), dense=0).build((12, 12, 3), 3)
    model.save(tmp_path / "mine.keras")
    asked = line(shown(SMALL, monkeypatch, capsys))
    assert line(shown([str(tmp_path / "mine.keras"), "--no-times"], monkeypatch, capsys)) == asked
    with pytest.raises(ValueError, match="no such run|holds no run|config.json|not a run"):
        start_networks([str(tmp_path), "--no-times"], monkeypatch)


@pytest.mark.slow
def test_a_run(monkeypatch, capsys, tmp_path):
    from apps import classify

    start(classify.main, ["--run-dir", str(tmp_path / "run"), "--epochs", "1", "mlp", "--hidden", "8"], monkeypatch)
    capsys.readouterr()
    found = line(shown([str(tmp_path / "run")], monkeypatch, capsys))
    assert found["parameters"] == 64 * 8 + 8 + 8 * 10 + 10


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ([], "NamedNetwork"),
        (["--html", "pages/all.html"], "NamedNetwork"),
        (["resnet", "--depth", "50"], "NamedNetwork"),
        (["--no-times", "runs/classify/digits"], "SavedNetwork"),
        (["model.keras"], "SavedNetwork"),
    ],
)
def test_a_path_is_told_from_a_name(arguments, kind):
    assert network_request.for_arguments(arguments).__name__ == kind


def test_the_gallery_has_all(monkeypatch, capsys):
    lines = shown(["--no-times"], monkeypatch, capsys)
    assert lines[-1] == f"networks={len(published_figures.FIGURES)} measured=0"
    assert any("138,357,544" in one for one in lines)


@pytest.mark.whole
def test_a_wrong_count_ends_in_an_error(monkeypatch, capsys):
    small = published_figures.Published("ResNet-20", "resnet", {"depth": 20}, 32, 269_722, 40_551_040, "", 2015)
    small = replace(small, classes=10)
    arguments = ["resnet", "--image-size", "32", "--classes", "10", "--no-times"]
    monkeypatch.setattr(published_figures, "FIGURES", (small,))
    lines = shown(arguments, monkeypatch, capsys)
    assert "parameters 269,722, published 269,722: equal ()" in lines
    monkeypatch.setattr(published_figures, "FIGURES", (replace(small, multiply_adds=40_551_041),))
    with pytest.raises(DifferentCount, match="ResNet-20: multiply-adds differs by -1"):
        start_networks(arguments, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mlp", "--image-size", "0"], "`--image-size` must be at least 1. Received: 0"),
        (["mlp", "--classes", "-1"], "`--classes` must be at least 1. Received: -1"),
        (["none.keras"], "none.keras: no such file"),
    ],
)
def test_refusals(arguments, message, monkeypatch):
    with pytest.raises(ValueError, match=message):
        start_networks(arguments, monkeypatch)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"html": "page.txt"}, "`--html` must be a file that ends in .html"),
        ({"svg": "nowhere/net.svg"}, "in a folder that exists. Received: nowhere/net.svg"),
    ],
)
def test_files_that_cannot_be_written_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        network_request.Shown(**settings)


def test_names_of_recipes_are_those_of_the_classifier():
    assert {"mlp", "convnet", "resnet", "pretrained"} <= set(network_request.recipes())
    assert "bag" not in network_request.recipes()
    assert {one.recipe for one in published_figures.FIGURES} <= set(network_request.recipes())


@pytest.mark.slow
@pytest.mark.parametrize("one", published_figures.FIGURES, ids=lambda one: one.title)
def test_each_published_network_is_the_published_one(one):
    from models.network_table import network_table

    model = network_request.built(network_request.recipes()[one.recipe](**one.settings), one.size, one.classes)
    table = network_table(model, timed=False)
    assert (table.parameters, table.multiply_adds) == (one.parameters, one.multiply_adds)


def test_columns_are_aligned():
    assert network_tables.aligned([("a", "bb", "1"), ("ccc", "d", "100")]) == ["a    bb    1", "ccc  d   100"]
