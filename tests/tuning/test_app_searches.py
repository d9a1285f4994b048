"""Every task searches: the default and two trials of its tiny configuration, on real data, in this process."""

import math
from dataclasses import replace

import pytest

from cli.arguments import flags, parse
from tasks.task import by_name, names
from tests.tuning.same_process import SameProcess
from tuning.search import search
from tuning.settings import Search

pytestmark = pytest.mark.whole

QUICK = "classify"


@pytest.mark.parametrize(
    "app", [pytest.param(name, marks=[] if name == QUICK else [pytest.mark.slow]) for name in names()]
)
def test_search(app, tmp_path, monkeypatch):
    # Importing TensorFlow once is enough for all of them.
    monkeypatch.setattr("tuning.runner.Workers", SameProcess)
    task = by_name(app)
    base = replace(task.tiny, trainer=replace(task.tiny.trainer, epochs=1), run_dir=str(tmp_path / "search"))
    found = search(f"tuning.{app}", base, Search(trials="2", confirm=0))
    assert [trial.status for trial in found.trials] == ["completed"] * 3, [trial.error for trial in found.trials]
    assert found.objective == next(iter(task.objectives)) and found.finished
    for trial in found.trials:
        assert set(task.objectives) <= set(trial.figures) and math.isfinite(trial.score)
        assert trial.score == trial.figures[found.objective]
        assert len(trial.history) == 1
    configs = [found.config_of(trial) for trial in found.trials]
    assert configs[0] == found.settled
    assert len({tuple(flags(config)) for config in configs}) == 3
    for config in configs:
        assert parse(task.config, flags(config)) == config
        assert config.trainer.epochs == 1  # it was named
    better = min if found.direction == "min" else max
    assert found.best.score == better(trial.score for trial in found.trials)
