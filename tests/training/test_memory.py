"""A step of training that cannot fit into memory is refused before it starts, with what to lower."""

import keras
import pytest

from cli.errors import UserError
from models.convnet import ConvNet
from training import memory
from training.compilation import compile_model
from training.plan import plan
from training.trainer import Trainer


def compiled(side, **settings):
    model = ConvNet((4,), dense=0, batch_norm=False).build((side, side, 3), 2)
    trainer = Trainer(epochs=1, batch_size=16, **settings)
    compile_model(model, trainer, plan(trainer, 100), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def test_the_least_that_is_kept_is_counted():
    model = compiled(100)
    assert memory.kept_bytes(model) == 4 * (100 * 100 * 4 + 2)
    assert memory.learning_bytes(model) == 4 * 3 * model.count_params()
    assert memory.learning_bytes(compiled(8, optimizer="sgd")) == 4 * model.count_params()


def test_what_does_not_fit_is_refused_with_the_figures(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 2_000_000)
    compiled(50)
    with pytest.raises(UserError, match=r"16 records of 100x100x3 .* 0.0 GB .*`--batch-size` \(now 16\).*image-size"):
        compiled(100)
    monkeypatch.setattr(memory, "free_bytes", lambda: None)
    compiled(100)


def test_free_memory_is_that_of_the_machine_or_its_container(tmp_path, monkeypatch):
    assert 10**7 < memory.free_bytes() < 10**13
    (tmp_path / "limit").write_text("5000")
    (tmp_path / "stat").write_text("file 700\nanon 2000\n")
    monkeypatch.setattr(memory, "CONTAINERS", ((tmp_path / "limit", tmp_path / "stat", "anon"),))
    assert memory.free_bytes() == 3000
    (tmp_path / "limit").write_text("max")
    assert memory.free_bytes() > 10**7
