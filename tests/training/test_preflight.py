"""The preflight: nothing changes, sound networks pass, planted faults are named."""

import math

import keras
import numpy as np
import pytest

from models.mlp import MLP
from tests.training.test_trainer import ROWS, batches
from training import preflight
from training.compilation import compile_model
from training.gradients import loss_and_gradients
from training.losses import CrossEntropy
from training.plan import plan
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Updates are counted, not timed."""
    monkeypatch.setattr(preflight, "SECONDS", 1e9)


def compiled(recipe):
    keras.utils.set_random_seed(0)
    model = recipe.build((64,), 10)
    trainer = Trainer(epochs=1)
    schedule = plan(trainer, ROWS)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    return model, batches(schedule)


def found(model, train, folder):
    run = RunDirectory(folder)
    preflight.preflight(model, lambda: next(iter(train(first_epoch=0, first_step=0))), run)
    return run.read_json(preflight.FILE)


def test_a_sound_network_passes_and_stays_as_it_was(tmp_path, capsys):
    model, train = compiled(MLP((16,), dropout=0.3))
    before = [np.array(one) for one in model.get_weights()]
    seen = found(model, train, tmp_path)
    assert seen["findings"] == [] and seen["end"] < 0.7 * seen["start"]
    assert seen["chance"] == pytest.approx(math.log(10)) and seen["start"] == pytest.approx(seen["chance"], rel=0.5)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert "before  loss" in capsys.readouterr().out


def test_batch_norm_normalizes_as_in_training_and_no_state_moves(tmp_path):
    """With the moving statistics of the start a deep network answers anything: that is no fault of its weights."""
    model, train = compiled(MLP((32,) * 8, dropout=0.1, batch_norm=True))
    for one in model.trainable_variables:
        if one.path.endswith("kernel") and "hidden" in one.path:
            one.assign(2 * np.array(one))  # each layer doubles what is not normalized
    before = [np.array(one) for one in model.variables]
    seen = found(model, train, tmp_path)
    assert seen["start"] == pytest.approx(math.log(10), rel=0.5) and seen["findings"] == []
    batch = next(iter(train(first_epoch=0, first_step=0)))
    assert loss_and_gradients(model, batch)[0] > 2 * seen["start"]
    for one, other in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_that_are_too_large_are_named(tmp_path):
    model, train = compiled(MLP((16,), dropout=0.0))
    model.set_weights([100 * one for one in model.get_weights()])
    assert any("far above that of guessing" in one for one in found(model, train, tmp_path)["findings"])


def test_a_weight_without_a_gradient_is_named(tmp_path):
    """Behind units that answer 0 to every row: the bias is far below 0."""
    model, train = compiled(MLP((8,), dropout=0.0))
    weights = model.get_weights()
    model.set_weights([weights[0], weights[1] - 1e6, *weights[2:]])
    findings = found(model, train, tmp_path)["findings"]
    assert any("hidden_1/kernel is zero" in one for one in findings)


def test_rows_that_cannot_be_learned_are_named(tmp_path):
    """All inputs alike: the best answer is the share of the classes."""
    model, train = compiled(MLP((8,), dropout=0.0))

    def alike(**place):
        return train(**place).map(lambda x, y: (x * 0, y))

    assert any("not learned by heart" in one for one in found(model, alike, tmp_path)["findings"])


def test_what_is_not_finite_is_named(tmp_path):
    model, train = compiled(MLP((8,), dropout=0.0))

    def broken(**place):
        return train(**place).map(lambda x, y: (x / 0, y))

    assert any("is not finite before the first update" in one for one in found(model, broken, tmp_path)["findings"])


def test_it_stops_when_its_time_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "SECONDS", 0.0)
    seen = found(*compiled(MLP((8,))), tmp_path)
    assert seen["updates"] == 1 and seen["findings"] == []
