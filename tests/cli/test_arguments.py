"""Configurations as command lines: parsed by the app's own parser they come back."""

from dataclasses import replace

import pytest

from cli.arguments import command, flags, parse
from data.settings import CaptionData, TranslationData
from models.convnet import ConvNet
from models.ensemble import Ensemble
from models.mlp import MLP
from tasks.autoencode.config import MITCHELL
from tasks.task import by_name, names
from training.trainer import Trainer

CLASSIFY, REGRESS, TRANSLATE, CAPTION = (by_name(n).config for n in ("classify", "regress", "translate", "caption"))


@pytest.mark.parametrize("name", names())
def test_defaults_need_no_flag_and_tiny_comes_back(name):
    task = by_name(name)
    assert flags(task.config()) == []
    assert parse(task.config, flags(task.tiny)) == task.tiny


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (CLASSIFY(model=MLP((64, 32), batch_norm=True)), "x mlp --hidden 64 32 --batch-norm"),
        (CLASSIFY(model=ConvNet(batch_norm=False)), "x convnet --no-batch-norm"),
        (CLASSIFY(model=MLP()), "x mlp"),
        (CLASSIFY(warm_start="runs/a b"), "x --from 'runs/a b'"),
        (CLASSIFY(run_dir="-odd", fresh=True), "x --run-dir=-odd --fresh"),
        (REGRESS(model=Ensemble(members=8, folds=4)), "x ensemble --members 8 --folds 4"),
        (REGRESS(trainer=Trainer(batch_size=128)), None),
        (CLASSIFY(trainer=Trainer(learning_rate=1 / 30_000, weight_decay=0.1 + 0.2)), None),
        (MITCHELL, None),
        (TRANSLATE(data=TranslationData(("a.en", "a.de"), test=("b.en", "b.de"))), None),
        (CAPTION(data=CaptionData("c.csv", images="my photos"), every_caption=True), None),
    ],
)
def test_commands(config, line):
    import shlex

    typed = command("x", config)
    assert line is None or typed == line
    assert parse(type(config), shlex.split(typed)[1:]) == config


def test_flags_tell_what_differs_from_another_start():
    base = replace(CLASSIFY(), fresh=True)
    assert flags(base, base) == []
    assert flags(CLASSIFY(), base) == ["--no-fresh"]
