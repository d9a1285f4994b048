"""Settings of recipes at their extremes: refused by the recipe itself, or a network is built."""

import dataclasses
import math
import typing

import keras
import numpy as np
import pytest

from cli.errors import UserError
from models.alexnet import AlexNet
from models.bag import Bag
from models.deeplab import DeepLab
from models.enet import ENet
from models.enet_segmenter import ENetSegmenter
from models.explainer import Explainer
from models.googlenet import GoogLeNet
from models.image_encoder import ImageEncoder
from models.lraspp import LRASPP
from models.overfeat import OverFeat
from models.shufflenet import ShuffleNet
from models.text_cnn import TextCNN
from models.text_inputs import TextShape
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from models.unet import UNet
from models.vgg import VGG
from tasks.task import by_name
from tests.models import test_starts as recipes

# A small setting of each, from which one field at a time is changed; and how its network is built.
IMAGE, REGIONS = (8, 8, 3), (2, 2, 4)
ATTENTION = {"units": 4, "num_layers": 1, "num_heads": 2, "feed_forward_units": 4}
RECURRENT = {"units": 4, "embedding_units": 4}
FEATURES = np.random.default_rng(0).normal(size=(20, 5))


def classified(shape):
    return lambda recipe: recipe.build(shape, 3)


def rebuilt(shape):
    return lambda recipe: recipe.build(shape)


def captioned(recipe):
    return recipe.build("features", REGIONS, 5)


def read(recipe):
    return recipe.build(TextShape(9), 3)


def regressed(recipe):
    return recipe.build((5,), 1, FEATURES, np.zeros((recipe.members, 6)))


def explained(recipe):
    return recipe.build(3, 5, ("picture", "class"))


SMALL = {
    Explainer: ({"units": 4, "embedding_units": 3, "class_units": 2, "feature_units": 3}, explained),
    recipes.Logistic: ({}, classified((4,))),
    recipes.Linear: ({}, classified((4,))),
    recipes.MLP: ({"hidden": (4,)}, classified((4,))),
    recipes.ConvNet: ({"filters": (4,), "dense": 4}, classified(IMAGE)),
    recipes.ResNet: ({}, None),  # deep: only what it refuses
    recipes.Pretrained: ({"weights": "none"}, None),
    recipes.Ensemble: ({"members": 4, "folds": 2, "hidden": (4,), "bins": 3, "embedding": 2}, regressed),
    recipes.DenseAutoencoder: ({"hidden": (4, 2)}, rebuilt((4,))),
    recipes.ConvAutoencoder: ({"code": 2, "filters": (4,)}, rebuilt(IMAGE)),
    recipes.VariationalAutoencoder: ({"code": 2, "hidden": (4,), "filters": (4,)}, rebuilt((4,))),
    recipes.SparseAutoencoder: ({"hidden": (4,)}, rebuilt((4,))),
    recipes.Transformer: (ATTENTION, classified(5)),
    recipes.Recurrent: (RECURRENT, classified(5)),
    recipes.ShowTell: (RECURRENT, captioned),
    recipes.ShowAttendTell: (RECURRENT, captioned),
    recipes.TransformerCaptioner: (ATTENTION, captioned),
    ImageEncoder: ({"encoder": "mobilenet_v2"}, None),
    Bag: ({}, read),
    TextCNN: ({"units": 4, "filters": 2, "widths": (2,)}, read),
    TextRecurrent: ({"units": 4, "recurrent_units": 2}, read),
    TextTransformer: (ATTENTION, read),
    **dict.fromkeys((AlexNet, OverFeat, VGG, GoogLeNet, ShuffleNet, ENet), ({}, None)),
    **dict.fromkeys((UNet, LRASPP, DeepLab, ENetSegmenter), ({}, None)),
}
ELSEWHERE = {(Bag, "characters"), *((kind, "hidden") for kind in (Bag, TextCNN, TextRecurrent, TextTransformer))}
"""Fields that may be empty, or are a pair: tests/models/test_text_models.py."""
NUMBERS = (-1, 0, 0.5, 1, 10.0, math.inf, -math.inf, math.nan)
TASKS = ("classify", "regress", "autoencode", "translate", "caption", "segment", "explain")
UNIONS = [typing.get_type_hints(by_name(name).config)["model"] for name in TASKS]
RECIPES = {recipe for union in UNIONS for recipe in typing.get_args(union)} | {ImageEncoder}
FIELDS = [
    pytest.param(kind, field.name, id=f"{kind.__name__} {field.name}")
    for kind in SMALL
    for field in dataclasses.fields(kind)
    if typing.get_type_hints(kind)[field.name] not in (str, bool) and (kind, field.name) not in ELSEWHERE
]


def extremes(hint) -> list:
    """Values that a field may be given, and those among them that are nothing for any such field."""
    if any(typing.get_origin(one) is typing.Literal for one in (hint, *typing.get_args(hint))):
        return ["swish", 3], ["swish", 3]
    if hint == tuple[int, ...]:
        return [(), *((number,) for number in NUMBERS)], [(), *((number,) for number in NUMBERS if number != 1)]
    if hint is int:
        return NUMBERS, [number for number in NUMBERS if number not in (0, 1)]
    return NUMBERS, (-1, math.inf, -math.inf, math.nan)


def test_every_recipe_of_every_task_is_here():
    assert {recipe for recipe in RECIPES if dataclasses.fields(recipe)} == set(SMALL)


@pytest.mark.whole
@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_extremes_are_refused_by_the_recipe_and_the_smallest_other_builds(kind, name):
    settings, build = SMALL[kind]
    values, nothing = extremes(typing.get_type_hints(kind)[name])
    allowed = []
    for value in values:
        try:
            recipe = kind(**{**settings, name: value})
        except UserError as error:
            assert f"`{name}`" in str(error) and f"{name}={value}" in str(error)
        else:
            assert not any(value is one or value == one for one in nothing), value
            allowed.append(recipe)
    if build and allowed:
        assert isinstance(build(allowed[0]), keras.Model)
