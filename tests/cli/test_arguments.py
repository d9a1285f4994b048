"""Configurations as command lines: parsed by the app's own parser they come back."""

from dataclasses import replace

import pytest

from apps import autoencode, caption, classify, regress, translate
from apps.arguments import command, flags, parse
from models.convnet import ConvNet
from models.ensemble import Ensemble
from models.mlp import MLP

APPS = (classify, regress, autoencode, translate, caption)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.__name__)
def test_defaults_need_no_flag_and_tiny_comes_back(app):
    assert flags(app.Config()) == []
    assert parse(app.Config, flags(app.TINY)) == app.TINY


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (classify.Config(model=MLP((64, 32), batch_norm=True)), "x mlp --hidden 64 32 --batch-norm"),
        (classify.Config(model=ConvNet(batch_norm=False)), "x convnet --no-batch-norm"),
        (classify.Config(model=MLP()), "x mlp"),
        (classify.Config(warm_start="runs/a b"), "x --from 'runs/a b'"),
        (classify.Config(run_dir="-odd", fresh=True), "x --run-dir=-odd --fresh"),
        (regress.Config(model=Ensemble(members=8, folds=4)), "x ensemble --members 8 --folds 4"),
        (regress.Config(trainer=classify.Trainer(batch_size=128)), None),
        (classify.Config(trainer=classify.Trainer(learning_rate=1 / 30_000, weight_decay=0.1 + 0.2)), None),
        (autoencode.MITCHELL, None),
        (translate.Config(data=translate.TranslationData(("a.en", "a.de"), test=("b.en", "b.de"))), None),
        (caption.Config(data=caption.CaptionData("c.csv", images="my photos"), every_caption=True), None),
    ],
)
def test_commands(config, line):
    import shlex

    typed = command("x", config)
    assert line is None or typed == line
    assert parse(type(config), shlex.split(typed)[1:]) == config


def test_a_default_of_another_app_is_the_start():
    base = replace(classify.Config(), fresh=True)
    assert flags(base, base) == []
    assert flags(classify.Config(), base) == ["--no-fresh"]
