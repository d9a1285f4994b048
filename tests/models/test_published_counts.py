"""Parameters, multiply-adds and shapes of the classic networks, as published."""

import keras
import pytest

from models.enet import ENet
from tests.models.abstract import abstract_weights, multiply_adds, parameters
from tests.models.published_counts import BLOCKS, DECODER, ENET, LAYERS, TOTALS


def built(recipe, side):
    """The network, and the shapes of the weights of each layer."""
    with abstract_weights() as shapes:
        return recipe.build((side, side, 3), 1000), shapes


def work(model, shapes):
    return {layer.name: multiply_adds(layer, shapes.get(layer.name, ())) for layer in model.layers}


def of_block(shapes, block):
    """Parameters of the layers whose names begin so."""
    return sum(parameters(each) for name, each in shapes.items() if name == block or name.startswith(f"{block}_"))


@pytest.mark.parametrize(
    ("name", "recipe", "side", "count", "macs", "within"), TOTALS, ids=lambda value: str(value)[:30]
)
def test_totals(name, recipe, side, count, macs, within):
    model, shapes = built(recipe, side)
    assert sum(map(parameters, shapes.values())) == count
    if macs:
        assert abs(sum(work(model, shapes).values()) - macs) < within


@pytest.mark.parametrize(("recipe", "side", "expected"), LAYERS, ids=lambda value: str(value)[:30])
def test_layers(recipe, side, expected):
    model, shapes = built(recipe, side)
    macs = work(model, shapes)
    for name, (shape, count, mac) in expected.items():
        assert model.get_layer(name).output.shape == (None, *shape), name
        assert parameters(shapes.get(name, ())) == count, name
        assert mac is None or macs[name] == mac, name


@pytest.mark.whole
@pytest.mark.parametrize(("recipe", "side", "expected"), BLOCKS, ids=lambda value: str(value)[:30])
def test_blocks(recipe, side, expected):
    _, shapes = built(recipe, side)
    assert {block: of_block(shapes, block) for block in expected} == expected


@pytest.mark.whole
@pytest.mark.parametrize("classes", ENET)
def test_enet_whole(classes):
    inputs, blocks = keras.Input((360, 480, 3)), ENet().blocks()
    with abstract_weights() as shapes:
        features, indices = blocks.encoder(inputs)
        encoder = sum(map(parameters, shapes.values()))
        model = keras.Model(inputs, blocks.decoder(features, indices, classes))
    assert (encoder, sum(map(parameters, shapes.values()))) == (338_156, ENET[classes])
    assert (features.shape, model.output_shape) == ((None, 45, 60, 128), (None, 360, 480, classes))
    if classes == 12:
        assert {block: of_block(shapes, block) for block in DECODER} == DECODER
        assert sum(work(model, shapes).values()) == 1_273_320_000
        assert sum(work(keras.Model(inputs, features), shapes).values()) == 1_071_316_800


def test_counting_sees_a_planted_fault():
    """One channel more in one layer changes parameters and multiply-adds."""
    recipe, _, expected = LAYERS[0]
    with abstract_weights() as shapes:
        recipe.build((231, 231, 3), 1000)
    assert parameters(shapes["fc6"]) == expected["fc6"][1]
    with abstract_weights() as shapes:
        recipe.build((227, 227, 4), 1000)
    assert parameters(shapes["conv1"]) != expected["conv1"][1]
