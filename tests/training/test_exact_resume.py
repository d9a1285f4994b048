"""A training that goes on in the middle of an epoch: weights, figures and the state of the companions to the bit."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from models.mlp import MLP
from tests.training.test_trainer import ROWS, batches, validation
from training.checkpoint import Checkpoint
from training.compilation import compile_model
from training.fit import fit
from training.losses import CrossEntropy
from training.place import Place
from training.plan import plan
from training.progress import Progress
from training.run_directory import RunDirectory
from training.run_lock import RunError
from training.trainer import Trainer

pytestmark = pytest.mark.whole

ALWAYS = 1e-9  # minutes between two checkpoints: one after every update
SETTINGS = {"epochs": 4, "learning_rate": 0.02, "checkpoint_minutes": ALWAYS, "batch_size": 75}
STEPS = 8  # an epoch


def train(folder, *, together=2, resumable=None, **settings):
    """Weights at the end, and the bytes of metrics.csv. `together` updates run per call."""
    trainer = Trainer(**(SETTINGS | settings))
    keras.utils.set_random_seed(1)
    model = MLP((24,), dropout=0.3).build((64,), 10)
    schedule = replace(plan(trainer, ROWS), steps_per_execution=together)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    run = RunDirectory(folder)
    run.path.mkdir(exist_ok=True)
    fit(model, batches(schedule), validation(), trainer=trainer, plan=schedule, run=run, resumable=resumable)
    return model.get_weights(), (folder / "metrics.csv").read_bytes()


class Killed(BaseException):
    """Stands for a kill: nothing that cleans up gets to run."""


def killed_at(monkeypatch, epoch, step):
    """A patch with which the training ends during the call that follows an update."""
    original = Progress.on_train_batch_end

    def end(self, batch, logs=None):
        original(self, batch, logs)
        if (self._epoch, self.start.done_before(self._epoch) + batch + 1) == (epoch, step):
            raise Killed

    monkeypatch.setattr(Progress, "on_train_batch_end", end)


def interrupted(folder, epoch, step, **settings):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        killed_at(patch, epoch, step)
        train(folder, **settings)


def same(ours, theirs):
    return (
        all(np.array_equal(one, other) for one, other in zip(ours[0], theirs[0], strict=True)) and ours[1] == theirs[1]
    )


CASES = {
    "adam": {},
    "momentum": {"optimizer": "momentum", "clip_norm": 1.0},
    "ema": {"ema": 0.9},
    "average": {"average": 3},
    "patience": {"patience": 1, "learning_rate": 0.3, "epochs": 12},
    "one update a call": {"together": 1, "epochs": 2},
}


# Each case traces three trainings.
QUICK = ("adam", "average")
ROWS_OF_CASES = [
    pytest.param(settings, id=name, marks=[] if name in QUICK else [pytest.mark.slow])
    for name, settings in CASES.items()
]


@pytest.mark.parametrize("settings", ROWS_OF_CASES)
def test_it_goes_on_within_an_epoch_as_if_nothing_had_been(tmp_path, settings):
    whole = train(tmp_path / "whole", **settings)
    for epoch, step in ((0, 2), (1, STEPS)) if not settings else ((1, STEPS - 2),):
        folder = tmp_path / f"{epoch}-{step}"
        interrupted(folder, epoch, step, **settings)
        assert same(train(folder, **settings), whole), (epoch, step)


@pytest.mark.slow
def test_twice_in_one_epoch(tmp_path):
    whole = train(tmp_path / "whole")
    for step in (2, 6):
        interrupted(tmp_path / "run", 1, step)
    assert same(train(tmp_path / "run"), whole)


def test_only_what_can_go_on_exactly_is_written(tmp_path, monkeypatch):
    places, original = [], Checkpoint.write
    monkeypatch.setattr(Checkpoint, "write", lambda self, place: (places.append(place), original(self, place))[1])
    train(tmp_path, together=1, epochs=1, resumable=lambda step: step % 4 == 0)
    assert places == [Place(0, 4), Place(1, 0)]


def test_seldom_where_seldom_is_asked_for(tmp_path, monkeypatch):
    places, original = [], Checkpoint.write
    monkeypatch.setattr(Checkpoint, "write", lambda self, place: (places.append(place), original(self, place))[1])
    train(tmp_path, checkpoint_minutes=5)
    assert {place.step for place in places} == {0}


def test_a_torn_or_changed_file_is_never_read(tmp_path):
    interrupted(tmp_path, 1, 6)
    path = tmp_path / "checkpoint.npz"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b""):
        path.write_bytes(content)
        with pytest.raises(RunError, match="broken checkpoint.*--fresh"):
            train(tmp_path)
    path.write_bytes(whole)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["variable_0"] = arrays["variable_0"] + 1e-6  # a whole archive with other content
    np.savez(path, **arrays)
    with pytest.raises(RunError, match="the checksum differs"):
        train(tmp_path)


def test_a_write_that_is_cut_off_leaves_the_one_before(tmp_path, monkeypatch):
    import training.checkpoint as module

    whole = train(tmp_path / "whole")
    writes, original = [], module.np.savez

    def cut(file, **arrays):
        original(file, **arrays)
        writes.append(file)
        if len(writes) == 2:
            file.truncate(1000)
            raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(module.np, "savez", cut)
        train(tmp_path / "run")
    assert (tmp_path / "run" / "checkpoint.npz.partial").stat().st_size == 1000
    assert same(train(tmp_path / "run"), whole)
