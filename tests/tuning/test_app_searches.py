"""Every app searches: the default and two trials of small networks, on real data, in this process."""

import importlib
import math
from dataclasses import replace

import pytest

from cli.arguments import flags, parse
from models.dense_autoencoder import DenseAutoencoder
from models.ensemble import Ensemble
from models.mlp import MLP
from models.show_attend_tell import ShowAttendTell
from models.transformer import Transformer
from tests.tuning.same_process import SameProcess
from tuning.search import search
from tuning.settings import Search

SMALL_TRANSFORMER = Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=32, dropout=0.0)
MODELS = {
    "classify": MLP((16,)),
    "regress": Ensemble(members=4, folds=2, hidden=(8,), bins=8, embedding=4),
    "autoencode": DenseAutoencoder((16, 4)),
    "translate": SMALL_TRANSFORMER,
    "caption": ShowAttendTell(units=16, embedding_units=16, dropout=0.0),
}


@pytest.mark.parametrize(
    "app",
    [
        "classify",
        "regress",
        "autoencode",
        pytest.param("translate", marks=pytest.mark.slow),
        pytest.param("caption", marks=pytest.mark.slow),
    ],
)
def test_search(app, tmp_path, monkeypatch):
    # Importing TensorFlow once is enough for five apps.
    monkeypatch.setattr("tuning.runner.Workers", SameProcess)
    module = importlib.import_module(f"tuning.{app}")
    base = replace(module.Config(), model=MODELS[app], run_dir=str(tmp_path / "search"))
    base = replace(base, trainer=replace(base.trainer, epochs=1))
    if app == "translate":
        lines = [f"{a} {b}\t{b.upper()} {a.upper()}\n" for a in "abcdefghijkl" for b in "mnopqrstuvwx"]
        (tmp_path / "pairs.tsv").write_text("".join(lines), "utf-8")
        base = replace(base, data=module.app.TranslationData((str(tmp_path / "pairs.tsv"),)), tokens=256, buckets=1)
        base = replace(base, vocab_size=100)
    found = search(f"tuning.{app}", base, Search(trials="2", confirm=0))
    assert [trial.status for trial in found.trials] == ["completed"] * 3, [trial.error for trial in found.trials]
    assert found.objective == next(iter(module.app.OBJECTIVES)) and found.finished
    for trial in found.trials:
        assert set(module.app.OBJECTIVES) <= set(trial.figures) and math.isfinite(trial.score)
        assert trial.score == trial.figures[found.objective]
        assert len(trial.history) == 1
    configs = [found.config_of(trial) for trial in found.trials]
    assert configs[0] == found.settled
    assert len({tuple(flags(config)) for config in configs}) == 3
    for config in configs:
        assert parse(module.Config, flags(config)) == config
        assert config.trainer.epochs == 1  # it was named
    better = min if found.direction == "min" else max
    assert found.best.score == better(trial.score for trial in found.trials)
