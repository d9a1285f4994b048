"""What the diagnosis recommends for each recipe: flags that its command has."""

import dataclasses
import typing

import pytest

from cli.packages import ROOT
from evaluation.faults import Flags
from tasks.advice import flags
from tasks.task import by_name, names

AUGMENT = "--augment strong"
EXPECTED = {
    "Logistic": Flags(bigger=None, regularize="--l2"),
    "Linear": Flags(bigger=None, regularize="--l2"),
    "MLP": Flags(),
    "Ensemble": Flags(),
    "ConvNet": Flags(bigger="--filters", augment=AUGMENT),
    "ResNet": Flags(bigger="--depth", regularize="--l2", augment=AUGMENT),
    "AlexNet": Flags(bigger="--width", regularize="--l2", augment=AUGMENT),
    "OverFeat": Flags(bigger="--width", regularize="--l2", augment=AUGMENT),
    "VGG": Flags(bigger="--depth", regularize="--l2", augment=AUGMENT),
    "GoogLeNet": Flags(bigger="--width", regularize="--l2", augment=AUGMENT),
    "ShuffleNet": Flags(bigger="--width", regularize="--l2", augment=AUGMENT),
    "ENet": Flags(bigger="--width", regularize="--l2", augment=AUGMENT),
    "Pretrained": Flags(bigger="--fine-tune-epochs"),
    "Bag": Flags(bigger="--hidden", regularize="--dropout"),
    "TextCNN": Flags(bigger="--filters", regularize="--dropout"),
    "TextRecurrent": Flags(bigger="--recurrent-units", regularize="--dropout"),
    "TextTransformer": Flags(bigger="--num-layers", regularize="--dropout"),
    "DeepLab": Flags(bigger="--channels", augment=AUGMENT),
    "LRASPP": Flags(bigger="--channels", regularize=None, augment=AUGMENT),
    "UNet": Flags(bigger="--filters", augment=AUGMENT),
    "ENetSegmenter": Flags(bigger="--width", regularize=None, augment=AUGMENT),
    "DenseAutoencoder": Flags(regularize="--noise"),
    "ConvAutoencoder": Flags(bigger="--filters", regularize="--noise", augment=AUGMENT),
    "VariationalAutoencoder": Flags(bigger="--hidden or --filters", regularize="--beta"),
    "SparseAutoencoder": Flags(regularize="--l2"),
}
ADVISED = [
    name
    for name in names()
    if any("tasks.advice" in file.read_text("utf-8") for file in (ROOT / "tasks" / name).glob("*.py"))
]
MODELS = [typing.get_type_hints(by_name(name).config, include_extras=True)["model"] for name in ADVISED]
RECIPES = {typing.get_args(one)[0] for models in MODELS for one in typing.get_args(models)}
RECIPES = {recipe for recipe in RECIPES if recipe.__name__ != "Auto"}


@pytest.mark.parametrize("recipe", sorted(RECIPES, key=lambda kind: kind.__name__))
def test_every_recipe_gives_advice_of_flags_that_it_has(recipe):
    found = flags(recipe())
    assert found == EXPECTED[recipe.__name__]
    assert flags(recipe(), "strong") == dataclasses.replace(found, augment=None)
    for flag in (found.bigger, found.regularize):
        for name in flag.split(" or ") if flag else ():
            assert name.removeprefix("--").replace("-", "_") in recipe.__dataclass_fields__


def test_a_recipe_without_advice_gets_the_defaults():
    @dataclasses.dataclass(frozen=True)
    class New:
        hidden: int = 1

    assert flags(New()) == Flags()
