"""Several networks of one configuration: their seeds, folders and figures; an interruption within the second."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest

from apps import caption, members, translate
from apps.trained import read
from data.caption_source import CaptionData
from data.translation_source import TranslationData
from models.image_encoder import ImageEncoder
from models.search import Search
from models.show_attend_tell import ShowAttendTell
from models.transformer import Transformer
from tests.apps.photos import write_photos
from tests.apps.runs import interrupted, train
from tests.apps.sentences import write_pairs
from training.run_directory import RunDirectory
from training.trainer import Trainer


@dataclass(frozen=True)
class Config:
    """What `members.train` looks at."""

    members: int
    trainer: Trainer = Trainer(seed=2**31 - 1)


def trained(config, directory):
    """A network whose answer is known, and rows that depend on the seed."""
    seed = config.trainer.seed
    inputs = {"target": keras.Input((None,), dtype="int32", name="target")}
    vectors = keras.layers.Embedding(5, 4, embeddings_initializer=keras.initializers.RandomNormal(seed=seed))
    rows = [{"epoch": epoch, "loss": seed % 10 + epoch} for epoch in (1, 2, 3)[: 3 - seed % 2]]
    directory.write_rows("timing.csv", [{"epoch": row["epoch"], "seconds": 1.0} for row in rows])
    return keras.Model(inputs, vectors(inputs["target"]), name="network"), rows


def test_members_have_seeds_and_folders_of_their_own(tmp_path, capsys):
    directory = RunDirectory(tmp_path)
    model, rows = members.train(trained, Config(2), directory)
    assert {path.name for path in tmp_path.iterdir()} == {"member-0", "member-1", "metrics.csv", "timing.csv"}
    assert capsys.readouterr().out.splitlines() == ["member  1 of 2", "member  2 of 2"]
    # Seeds 2147483647 and 0: losses 8, 9 and 1, 2, 3.
    assert rows == [{"epoch": 1, "loss": 4.5}, {"epoch": 2, "loss": 5.5}] == directory.read_rows("metrics.csv")
    assert [row["epoch"] for row in directory.read_rows("timing.csv")] == [1, 2, 3, 4, 5]
    tokens = np.array([[0, 3, 4]])
    alone = [trained(replace(Config(1), trainer=Trainer(seed=seed)), directory)[0] for seed in (2**31 - 1, 0)]
    each = [np.exp(np.asarray(one({"target": tokens}), "float64")) for one in alone]
    mean = np.mean([one / one.sum(-1, keepdims=True) for one in each], axis=0)
    np.testing.assert_allclose(np.asarray(model({"target": tokens})), np.log(mean), atol=1e-6)


def test_one_member_is_the_network_itself(tmp_path):
    model, rows = members.train(trained, Config(1), RunDirectory(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"timing.csv"}
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert len(rows) == 2


@pytest.mark.parametrize("app", [translate, caption])
def test_how_many_is_checked(app):
    for count in (0, 17):
        with pytest.raises(ValueError, match=f"`--members` must be between 1 and 16. Received: {count}"):
            app.Config(members=count)


def test_members_share_no_backbone():
    with pytest.raises(ValueError, match="Leave out `--fine-tune-epochs`. Received: 2 members"):
        caption.Config(members=2, encoder=ImageEncoder("mobilenet_v2", fine_tune_epochs=1))


@pytest.mark.slow
def test_an_interruption_within_the_second_member(quick, tmp_path):
    from models.loading import load

    model = Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=16, dropout=0.1)
    config = translate.Config(
        model=model,
        data=TranslationData(data=(str(write_pairs(tmp_path / "pairs.tsv", 500, 0)),)),
        trainer=Trainer(epochs=3, learning_rate=0.01, average=2, jit="off"),
        search=Search(beams=2),
        vocab_size=120,
        tokens=512,
        buckets=1,
        members=2,
    )
    train(translate.main, replace(config, run_dir="whole"))
    with interrupted("end", 5):
        train(translate.main, replace(config, run_dir="broken"))
    assert Path("broken/member-0/checkpoint.npz").is_file()
    train(translate.main, replace(config, run_dir="broken"))
    whole, broken = (load(f"{name}/model.keras").get_weights() for name in ("whole", "broken"))
    assert all(np.array_equal(one, other) for one, other in zip(whole, broken, strict=True))
    assert Path("whole/metrics.csv").read_text() == Path("broken/metrics.csv").read_text()


@pytest.mark.slow
def test_a_whole_run_of_captioners(quick, tmp_path, capsys):
    config = caption.Config(
        model=ShowAttendTell(12, 12, dropout=0.1),
        data=CaptionData(str(write_photos(tmp_path, 100, 0)), image_size=16),
        trainer=Trainer(epochs=2, learning_rate=0.005, batch_size=32, jit="off"),
        search=Search(beams=2),
        encoder=ImageEncoder("stem"),
        buckets=1,
        members=2,
        reward_epochs=1,
        run_dir="run",
    )
    caption.main(config)
    assert json.loads(Path("run/results.json").read_text())["export"]["saved_model_difference"] <= 1e-5
    assert not list(Path("run").rglob("checkpoint.npz"))
    assert "2 networks decide together" in Path("run/report.html").read_text("utf-8")
    assert len(read("run").captioner()(np.array([str(next(tmp_path.rglob("*.jpg")))], dtype=object))) == 1
