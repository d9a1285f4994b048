"""--what-if: the advised change as it is typed, trained, and compared row by row."""

import json
from dataclasses import replace

import numpy as np
import pytest

from apps import classify, regress
from data.settings import Data
from models.convnet import ConvNet
from models.linear import Linear
from models.mlp import MLP
from models.pretrained import Pretrained
from tasks.classify.config import Config
from tasks.regress.config import Config as RegressConfig
from tasks.what_if import advised, compared, with_change
from training.trainer import Trainer


@pytest.mark.parametrize(
    ("recipe", "flag", "change"),
    [
        (MLP((8, 4)), "--hidden", ["--hidden", "16", "8"]),
        (MLP(dropout=0.1), "--dropout", ["--dropout", "0.3"]),
        (MLP(dropout=0.5), "--dropout", ["--dropout", "0.6"]),
        (MLP(), "--epochs 40", ["--epochs", "40"]),
        (MLP(), "--learning-rate 0.0003", ["--learning-rate", "0.0003"]),
        (MLP(), "--class-weights balanced", ["--class-weights", "balanced"]),
        (ConvNet((4, 8)), "--filters", ["--filters", "8", "16"]),
        (ConvNet(), "--augment strong", ["--augment", "strong"]),
        (Linear(), "--l2", ["--l2", "0.0001"]),
        (Linear(l2=1e-3), "--l2", ["--l2", "0.01"]),
        (Pretrained(fine_tune_epochs=0), "--fine-tune-epochs", ["--fine-tune-epochs", "5"]),
        (MLP(), None, None),
    ],
)
def test_the_change_is_typed_with_a_value(recipe, flag, change):
    found = advised(Config(), recipe, flag)
    assert (found and found[1]) == change


def test_a_change_is_made_in_its_part_and_nowhere_else():
    config = Config(model=MLP((8, 4), dropout=0.2), trainer=Trainer(epochs=3))
    wider = with_change(config, "model", ["--hidden", "16", "8"])
    assert wider == replace(config, model=MLP((16, 8), dropout=0.2))
    assert with_change(config, "trainer", ["--epochs", "6"]) == replace(config, trainer=Trainer(epochs=6))
    weighed = with_change(config, "loss", ["--class-weights", "balanced"])
    assert weighed.loss.class_weights == "balanced" and weighed.model == config.model


def test_losses_are_compared_row_by_row():
    """By hand: the differences are -1 and -3, their mean -2, its standard error 1."""
    found = compared("--x", "command", np.array([2.0, 5.0]), np.array([1.0, 2.0]))
    assert (found.before, found.after) == (3.5, 1.5)
    assert (found.low, found.high) == pytest.approx((-2 - 1.96, -2 + 1.96))
    assert found.verdict == "helps"
    rows = np.arange(20.0)
    assert compared("", "", rows, rows + 1).verdict == "hurts"
    assert compared("", "", rows, rows + (-1) ** np.arange(20)).verdict == "makes no clear difference"


@pytest.mark.whole
def test_a_planted_case_is_helped_by_the_advice(quick, capsys):
    """One epoch is not enough for digits: the advice is to train longer, or faster, and so it is."""
    config = Config(
        model=MLP((32,), dropout=0.0), trainer=Trainer(epochs=2, learning_rate=1e-4), what_if=True, run_dir="run"
    )
    classify.main(config)
    results = json.loads((quick / "run/results.json").read_text("utf-8"))
    assert results["what_if"]["verdict"] == "helps" and results["what_if"]["high"] < 0
    assert results["what_if"]["after"] < results["what_if"]["before"]
    assert results["what_if"]["change"].startswith(("--epochs 4", "--learning-rate"))
    told = results["what_if"]["told"]
    assert told in capsys.readouterr().out and "The advice, tried" in (quick / "run/report.html").read_text("utf-8")
    assert not (quick / "run/what-if/checkpoint.npz").exists()


@pytest.mark.whole
def test_where_nothing_is_advised_nothing_is_tried(quick, capsys, monkeypatch):
    from evaluation.diagnosis import Diagnosis
    from tasks.regress import results

    sound = Diagnosis("healthy", (), (), None, "Nothing has to change.")
    monkeypatch.setattr(results, "diagnosed", lambda *_, **__: sound)
    config = RegressConfig(
        model=Linear(), data=Data("diabetes"), trainer=Trainer(epochs=1), what_if=True, run_dir="run"
    )
    regress.main(replace(config))
    assert "so none was tried" in capsys.readouterr().out
    assert not (quick / "run/what-if").exists()
