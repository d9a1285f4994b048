"""Drawings of networks: well-formed, to scale, asking for nothing; streams, branches and shortcuts are visible."""

import re
from xml.etree import ElementTree

import keras
import pytest

from evaluation.network_blocks import blocks, breaks
from evaluation.network_drawing import WIDEST, svg
from models.network_table import network_table
from models.resnet import ResNet

L = keras.layers
SVG = "{http://www.w3.org/2000/svg}"


def table(network, shape=(64, 64, 3)):
    inputs = keras.Input(shape)
    return network_table(keras.Model(inputs, network(inputs), name="drawn"), timed=False)


def streams(x):
    """The third convolution sees both halves, the others their own."""
    x = L.MaxPooling2D(2)(L.Activation("relu")(L.Conv2D(8, 3, padding="same", name="first")(x)))
    x = L.Conv2D(16, 3, padding="same", groups=2, name="second")(x)
    x = L.Conv2D(32, 3, padding="same", name="third")(x)
    x = L.Conv2D(32, 3, padding="same", groups=2, name="fourth")(x)
    return L.Dense(10, name="last")(L.Flatten()(L.MaxPooling2D(2)(x)))


def branches(x):
    for _ in range(2):
        parts = [L.Conv2D(8, 1)(x), L.Conv2D(8, 3, padding="same")(L.Conv2D(4, 1)(x)), L.MaxPooling2D(3, 1, "same")(x)]
        x = L.Concatenate()(parts)
    return L.Dense(2)(L.GlobalAveragePooling2D()(x))


def shortcut(x):
    x = L.Conv2D(4, 3, padding="same")(x)
    y = L.Conv2D(4, 3, padding="same")(L.BatchNormalization()(L.Conv2D(4, 3, padding="same")(x)))
    return L.Add()([x, y])


def parsed(text: str):
    return ElementTree.fromstring(text)  # noqa: S314, which the suite wrote itself


def figures(text: str) -> dict[str, list]:
    """Of each layer, by its name, the fronts of its boxes."""
    found = {}
    for group in parsed(text).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None:
            found[title.text.partition(":")[0]] = group.findall(f"{SVG}rect") or group.findall(f"{SVG}circle")
    return found


def drawn(network, shape=(64, 64, 3)):
    found = table(network, shape)
    return svg(found.rows, found.input_shapes, "a <title> & more")


@pytest.mark.parametrize("network", [streams, branches, shortcut])
def test_it_is_well_formed_and_asks_for_nothing(network):
    text = drawn(network)
    assert parsed(text).find(f"{SVG}title").text == "a <title> & more"
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"href|<script|<image|url\(|@import", text)


def test_layers_of_two_groups_are_two_boxes_and_those_that_feed_them():
    boxes = figures(drawn(streams))
    counts = {name: len(found) for name, found in boxes.items()}
    assert {name: counts[name] for name in ("first", "second", "third", "fourth", "last")} == {
        "first": 2, "second": 2, "third": 2, "fourth": 2, "last": 1,
    }  # fmt: skip


def test_widths_are_to_scale():
    boxes = figures(drawn(streams))
    width = {name: sum(float(box.get("width")) for box in found) for name, found in boxes.items()}
    height = {name: float(found[0].get("height")) for name, found in boxes.items()}
    assert width["third"] == pytest.approx(WIDEST, abs=0.2)
    assert width["third"] == pytest.approx(2 * width["second"], abs=0.2) == pytest.approx(4 * width["first"], abs=0.4)
    assert height["first"] == pytest.approx(2 * height["second"], abs=0.1)


def test_branches_have_lanes_of_their_own_until_they_join():
    found = table(branches)
    placed = blocks(found.rows, found.input_shapes)
    for first in (1, 6):
        assert [block.lane for block in placed[first : first + 4]] != [0] * 4
        assert len({block.lane for block in placed[first : first + 4]}) == 3
    assert [block.lane for block in placed if block.row and block.row.kind == "Concatenate"] == [0, 0]
    assert len({(block.column, block.lane) for block in placed}) == len(placed), "two blocks at one place"


def test_a_shortcut_is_a_curve_above_what_it_passes():
    text = drawn(shortcut)
    assert len(re.findall(r'<path d="M[^"]*C', text)) == 1
    assert not re.search(r'<path d="M[^"]*C', drawn(branches))


@pytest.mark.whole
def test_no_two_blocks_of_a_deep_network_stand_at_one_place_and_its_lines_fit():
    found = network_table(ResNet(50).build((64, 64, 3), 10), timed=False)
    placed = blocks(found.rows, found.input_shapes)
    assert len({(block.column, block.lane) for block in placed}) == len(placed)
    assert all(placed[source].column < block.column for block in placed for source in block.sources)
    text = svg(found.rows, found.input_shapes, "resnet50")
    wide = float(parsed(text).get("viewBox").split()[2])
    edges = [float(box.get("x")) + float(box.get("width")) for boxes in figures(text).values() for box in boxes
             if box.get("x")]  # fmt: skip
    assert max(edges) < wide
    assert len(figures(text)) == len(placed)


def test_lines_break_where_one_edge_crosses():
    found = table(branches)
    placed = blocks(found.rows, found.input_shapes)
    starts = breaks(placed, [100.0] * 9, 500.0)
    assert starts[0] == 0 and len(starts) > 1
    joins = {block.column for block in placed if block.row and block.row.kind == "Concatenate"}
    assert all(start - 1 in joins or start in joins or start - 1 == 0 for start in starts[1:])
