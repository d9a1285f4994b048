"""The spaces of all tasks: around what works, within what the recipes allow, and what is named is kept."""

import importlib
import random
import typing
from dataclasses import replace

import pytest

from cli.arguments import flags, parse
from data.settings import Data
from models.alexnet import AlexNet
from models.bag import Bag
from models.conv_autoencoder import ConvAutoencoder
from models.convnet import ConvNet
from models.deeplab import DeepLab
from models.dense_autoencoder import DenseAutoencoder
from models.enet import ENet
from models.enet_segmenter import ENetSegmenter
from models.ensemble import Ensemble
from models.explainer import Explainer
from models.googlenet import GoogLeNet
from models.linear import Linear
from models.logistic import Logistic
from models.lraspp import LRASPP
from models.mlp import MLP
from models.overfeat import OverFeat
from models.pretrained import Pretrained
from models.published import Published
from models.recurrent import Recurrent
from models.resnet import ResNet
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.shufflenet import ShuffleNet
from models.sparse_autoencoder import SparseAutoencoder
from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from models.transformer import Transformer
from models.transformer_captioner import TransformerCaptioner
from models.unet import UNet
from models.variational_autoencoder import VariationalAutoencoder
from models.vgg import VGG
from tasks.task import by_name, names
from tuning.space import hyperparameters, layers, logarithmic, named, ranges

PUBLISHED = (AlexNet(), OverFeat(), VGG(), GoogLeNet(), ShuffleNet(), ENet())
TEXT = (Bag(), Bag(words=1, characters=(0, 0)), TextCNN(), TextRecurrent(), TextTransformer())
MODELS = {
    "classify": (MLP((64, 32)), ConvNet(), ResNet(), Logistic(), Pretrained(), *PUBLISHED, *TEXT),
    "regress": (Ensemble(), MLP(), Linear(), *TEXT),
    "autoencode": (
        DenseAutoencoder((6, 4, 2), activation="sigmoid"),
        DenseAutoencoder((3,)),
        ConvAutoencoder(),
        VariationalAutoencoder(body="dense"),
        VariationalAutoencoder(body="conv"),
        SparseAutoencoder(),
    ),
    "translate": (Transformer(), Transformer(units=96, num_heads=3, feed_forward_units=100), Recurrent()),
    "segment": (UNet(), LRASPP(), DeepLab(), ENetSegmenter()),
    "explain": (Explainer(),),
    "caption": (ShowTell(), ShowAttendTell(units=32, embedding_units=32), TransformerCaptioner()),
}
CASES = [(app, model) for app, models in MODELS.items() for model in models]


def settled(app: str, model):
    """A base as `settle` leaves it, without its data."""
    module = importlib.import_module(f"tuning.{app}")
    base = replace(module.TASK.config(), model=model)
    own = {"tokens": 2000} if app == "translate" else {}
    written_out = {"epochs": 40, "batch_size": None if own else 20, "learning_rate": 4e-3}
    decay = base.trainer.weight_decay or 0.0
    return module, replace(base, trainer=replace(base.trainer, weight_decay=decay, **written_out), **own)


def test_every_recipe_of_every_task_has_a_space():
    for app in names():
        kinds = typing.get_args(typing.get_type_hints(by_name(app).config)["model"])
        assert {type(model) for model in MODELS[app]} == {kind for kind in kinds if kind.__name__ != "Auto"}


def draw(space, seed: int):
    """The space with other values."""
    numbers = random.Random(seed)
    for one in space.space:
        space.values[one.name] = one.random_sample(numbers.randrange(2**31))
    return space


@pytest.mark.parametrize(("app", "model"), CASES, ids=[f"{app}-{type(m).__name__}" for app, m in CASES])
def test_space(app, model):
    module, base = settled(app, model)
    space = hyperparameters(module.sample, base, set())
    assert module.sample(space, base) == base  # its middle is what is known to work
    assert {"learning_rate", "epochs"} <= set(ranges(space))
    assert {"batch_size", "tokens"} & set(ranges(space))
    found = [module.sample(draw(space, seed), base) for seed in range(30)]
    assert len({tuple(flags(one)) for one in found}) == 30
    for one in found:  # every recipe accepts its fields, and the command says all of them
        data = replace(one.data, augment=base.data.augment) if "augment" in ranges(space) else one.data
        assert (type(one.model), data, one.trainer.seed) == (type(model), base.data, base.trainer.seed)
    for one in (base, *found[:3]):
        assert parse(module.Config, flags(one)) == one
    for name, span in ranges(space).items():
        assert space.get(name) in span["choices"] if "choices" in span else span["low"] <= space.get(name)


@pytest.mark.parametrize(
    ("app", "model", "kept"),
    [
        ("classify", MLP((64, 32), dropout=0.3), {"hidden_depth", "hidden_width", "dropout", "epochs"}),
        ("autoencode", DenseAutoencoder((6, 4, 2)), {"hidden_depth", "hidden_width", "epochs"}),
        ("caption", ShowTell(cell="gru"), {"cell", "epochs"}),
    ],
)
def test_what_is_named_is_kept(app, model, kept):
    module, base = settled(app, model)
    given = replace(module.TASK.config(), model=model)
    given = replace(given, trainer=replace(given.trainer, epochs=40))
    space = hyperparameters(module.sample, base, named(given))
    everything = hyperparameters(module.sample, base, set())
    assert set(ranges(everything)) - set(ranges(space)) == kept
    for seed in range(5):
        one = module.sample(draw(space, seed), base)
        assert one.trainer.epochs == 40
        assert all(getattr(one.model, name) == getattr(model, name) for name in named(given) & set(vars(model)))


@pytest.mark.parametrize(("app", "model"), CASES, ids=[f"{app}-{type(m).__name__}" for app, m in CASES])
def test_any_field_that_is_named_is_kept_though_it_has_its_default(app, model):
    """Also where another hyperparameter would change it: the units of a Transformer are its heads times their size."""
    module, base = settled(app, model)
    for field in vars(model):
        try:
            space = hyperparameters(module.sample, base, {field})
        except ValueError:
            continue  # nothing else is searched
        for seed in range(8):
            assert getattr(module.sample(draw(space, seed), base).model, field) == getattr(model, field), field


def test_augmentation_is_searched_for_networks_of_images_alone():
    for model in MODELS["classify"]:
        module, base = settled("classify", model)
        images = isinstance(model, ConvNet | ResNet | Pretrained | Published)
        assert ("augment" in ranges(hyperparameters(module.sample, base, set()))) is images
    named_one = replace(base, data=Data(augment="none"))
    assert "augment" not in ranges(hyperparameters(module.sample, named_one, named(named_one)))


def test_a_space_without_freedom_is_refused():
    module, base = settled("classify", Logistic())
    named_all = replace(base, trainer=replace(base.trainer, weight_decay=0.1))
    with pytest.raises(ValueError, match="space is empty: `sample` has learning_rate, batch_size"):
        hyperparameters(module.sample, named_all, named(named_all))
    with pytest.raises(ValueError, match="no hyperparameter"):
        hyperparameters(lambda hp, base: base, base, set())


def test_the_code_of_an_autoencoder_is_never_searched():
    for model in MODELS["autoencode"]:
        module, base = settled("autoencode", model)
        space = hyperparameters(module.sample, base, set())
        for seed in range(10):
            one = module.sample(draw(space, seed), base).model
            assert getattr(one, "code", None) == getattr(model, "code", None)
            assert (
                isinstance(model, VariationalAutoencoder)
                or "hidden" not in vars(model)
                or (one.hidden[-1] == model.hidden[-1])
            )


def test_rates_are_drawn_evenly_by_their_logarithm():
    import math

    from keras_tuner import HyperParameters

    hp = HyperParameters()
    logarithmic(hp, "rate", 1e-3, 1e-6, 10.0)
    numbers = random.Random(0)
    drawn = [math.log10(hp.space[0].random_sample(numbers.randrange(2**31))) for _ in range(4000)]
    counts = [sum(low <= one < low + 1 for one in drawn) for low in range(-6, 1)]
    assert sum(counts) == 4000
    assert min(counts) > 4000 / 7 - 5 * math.sqrt(4000 / 7)  # of seven decades each has its share


def test_layers_keep_their_shape():
    from keras_tuner import HyperParameters

    hp = HyperParameters()
    assert layers(hp, "hidden", (64, 32), most=4) == (64, 32)
    hp.values |= {"hidden_width": 128}
    assert layers(hp, "hidden", (64, 32), most=4) == (128, 64)
    hp.values |= {"hidden_depth": 4}
    assert layers(hp, "hidden", (64, 32), most=4) == (128, 64, 64, 64)
    hp.values |= {"hidden_depth": 1}
    assert layers(hp, "hidden", (64, 32), most=4) == (128,)


def test_freedom():
    from keras_tuner import HyperParameters

    hp = HyperParameters()
    hp.Fixed("a", 1), hp.Choice("b", [3]), hp.Int("c", 2, 2), hp.Boolean("d"), hp.Choice("e", [1, 2]), hp.Int("f", 1, 2)
    assert ranges(hp) == {
        "d": {"choices": [False, True]},
        "e": {"choices": [1, 2]},
        "f": {"low": 1, "high": 2, "log": False},
    }


@pytest.mark.parametrize("app", ["classify", "autoencode"])
def test_settling_changes_nothing_of_the_training(app):
    """A settled configuration gives the same network, plan and learning rate as the one that it came from."""
    module = importlib.import_module(f"tuning.{app}")
    base = replace(module.TASK.config(), data=Data("digits"))
    found = module.settle(base)
    assert named(found) - {"hidden", "body"} <= {"epochs", "batch_size", "learning_rate", "weight_decay"}
    splits = module.TASK.load(base)
    prepared = [module.TASK.prepare(config, splits) for config in (base, found)]
    assert prepared[0].plan == prepared[1].plan
    one, other = (each.build() for each in prepared)
    assert [w.shape for w in one.weights] == [w.shape for w in other.weights]
    # The schedules, since both rates are 0 before the first step.
    one, other = (model.optimizer.get_config() | {"name": None} for model in (one, other))
    assert one == other
    assert module.settle(found) == found


def test_settling_a_regression():
    module = importlib.import_module("tuning.regress")
    found = module.settle(module.TASK.config())
    assert (found.trainer.epochs, found.trainer.batch_size, found.trainer.learning_rate) == (100, 128, 3e-3)
    assert module.settle(found) == found
