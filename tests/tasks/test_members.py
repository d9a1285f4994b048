"""Several networks of one configuration: their seeds, folders and figures; an interruption within the second."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest

from cli.arguments import flags
from cli.packages import ROOT
from data.settings import CaptionData, TranslationData
from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from models.show_attend_tell import ShowAttendTell
from models.transformer import Transformer
from tasks import caption, course, members, translate
from tasks.caption.config import Config as CaptionConfig
from tasks.members import Members
from tasks.trained import read
from tasks.translate.config import Config as TranslationConfig
from tests.tasks.photos import write_photos
from tests.tasks.runs import command, interrupted
from tests.tasks.sentences import write_pairs
from training.fit import Fitted
from training.run_directory import RunDirectory
from training.trainer import Trainer


@dataclass(frozen=True)
class Prepared:
    """What `members.train` looks at."""

    members: Members
    trainer: Trainer = Trainer(seed=2**31 - 1)
    jobs: int = 1


def trained(prepared, directory):
    """A network whose answer is known, and rows that depend on the seed."""
    seed = prepared.trainer.seed
    inputs = {"target": keras.Input((None,), dtype="int32", name="target")}
    vectors = keras.layers.Embedding(5, 4, embeddings_initializer=keras.initializers.RandomNormal(seed=seed))
    rows = [{"epoch": epoch, "loss": seed % 10 + epoch} for epoch in (1, 2, 3)[: 3 - seed % 2]]
    directory.write_rows("timing.csv", [{"epoch": row["epoch"], "seconds": 1.0} for row in rows])
    return keras.Model(inputs, vectors(inputs["target"]), name="network"), Fitted(rows)


def test_members_have_seeds_and_folders_of_their_own(tmp_path, capsys):
    directory = RunDirectory(tmp_path)
    model, (rows, kept) = members.train(trained, Prepared(Members(2)), directory)
    assert {path.name for path in tmp_path.iterdir()} == {"member-0", "member-1", "metrics.csv", "timing.csv"}
    assert capsys.readouterr().out.splitlines() == ["member  1 of 2", "member  2 of 2"]
    # Seeds 2147483647 and 0: losses 8, 9 and 1, 2, 3.
    assert kept == "Each member has the weights that were best in its own training."
    assert rows == [{"epoch": 1, "loss": 4.5}, {"epoch": 2, "loss": 5.5}] == directory.read_rows("metrics.csv")
    assert [row["epoch"] for row in directory.read_rows("timing.csv")] == [1, 2, 3, 4, 5]
    tokens = np.array([[0, 3, 4]])
    alone = [trained(replace(Prepared(Members()), trainer=Trainer(seed=seed)), directory)[0] for seed in (2**31 - 1, 0)]
    each = [np.exp(np.asarray(one({"target": tokens}), "float64")) for one in alone]
    mean = np.mean([one / one.sum(-1, keepdims=True) for one in each], axis=0)
    np.testing.assert_allclose(np.asarray(model({"target": tokens})), np.log(mean), atol=1e-6)


def test_one_member_is_the_network_itself(tmp_path):
    model, (rows, kept) = members.train(trained, Prepared(Members()), RunDirectory(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"timing.csv"}
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert len(rows) == 2 and not kept


def test_how_many_is_checked():
    for count in (0, 17):
        with pytest.raises(ValueError, match=f"`--members` must be between 1 and 16. Received: {count}"):
            Members(count)
    with pytest.raises(ValueError, match="`--member-jobs` must be between 1 and `--members`, 2. Received: 3"):
        Members(2, jobs=3)


def test_how_many_at_a_time(monkeypatch):
    monkeypatch.setattr("training.devices.kind", lambda: "cpu")
    monkeypatch.setattr("training.devices.cores", lambda: [0, 1, 4])
    assert members.at_a_time(Members(), Trainer()) == 1
    assert members.at_a_time(Members(2), Trainer()) == 2
    assert members.at_a_time(Members(4), Trainer()) == 3
    assert members.at_a_time(Members(4, jobs=1), Trainer()) == 1
    assert members.at_a_time(Members(4), Trainer(check_device="tpu")) == 1
    monkeypatch.setattr("training.devices.cores", list)  # a system that does not say
    assert members.at_a_time(Members(4), Trainer()) == 1
    assert members.at_a_time(Members(4, jobs=4), Trainer()) == 4
    monkeypatch.setattr("training.devices.kind", lambda: "gpu")
    assert members.at_a_time(Members(4), Trainer()) == 1
    with pytest.raises(ValueError, match="`--member-jobs`: members share the cores of one machine.* Received: 2"):
        members.at_a_time(Members(4, jobs=2), Trainer())


@pytest.mark.slow
def test_members_that_end_early_are_named(tmp_path, capsys):
    config = TranslationConfig(data=TranslationData(data=("nowhere.tsv",)), members=Members(2))
    directory = RunDirectory(tmp_path)
    directory.write_json("config.json", {"app": "translate"})
    directory.write_json("environment.json", {"arguments": flags(config)})
    with pytest.raises(
        members.MemberError, match=r"Of 2 members 1, 2 ended early \(exit code 2, 2; .*`--member-jobs 1`"
    ):
        members.side_by_side(2, 2, directory)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "members 2, 2 at a time, each in a process of its own"
    assert {line.split(": error: ")[0] for line in lines[1:] if "error: " in line} == {"member 1", "member 2"}
    assert all("nowhere.tsv" in line for line in lines[1:] if "error: " in line)


def test_members_share_no_backbone():
    with pytest.raises(ValueError, match="Leave out `--fine-tune-epochs`. Received: 2 members"):
        CaptionConfig(members=Members(2), encoder=ImageEncoder("mobilenet_v2", fine_tune_epochs=1))


@pytest.mark.slow
def test_an_interruption_within_the_second_member(quick, tmp_path, monkeypatch):
    from models.loading import load

    model = Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=16, dropout=0.1)
    config = TranslationConfig(
        model=model,
        data=TranslationData(data=(str(write_pairs(tmp_path / "pairs.tsv", 500, 0)),)),
        trainer=Trainer(epochs=3, learning_rate=0.01, average=2, jit="off"),
        search=DecodingSettings(beams=2),
        vocab_size=120,
        tokens=512,
        buckets=1,
        members=Members(2, jobs=1),
    )
    course.run(translate.TASK, replace(config, run_dir="whole"), until="trained")
    with interrupted("end", 5):
        course.run(translate.TASK, replace(config, run_dir="broken"), until="trained")
    assert Path("broken/member-0/checkpoint.npz").is_file()
    course.run(translate.TASK, replace(config, run_dir="broken"), until="trained")
    # Side by side, too, here with all cores each: how many threads share a sum changes its last bits.
    monkeypatch.setattr("training.devices.cores", list)
    course.run(translate.TASK, replace(config, run_dir="apart", members=Members(2, jobs=2)), until="trained")
    whole, *others = (load(f"{name}/model.keras").get_weights() for name in ("whole", "broken", "apart"))
    for other in others:
        assert all(np.array_equal(one, two) for one, two in zip(whole, other, strict=True))
    texts = {Path(f"{name}/metrics.csv").read_text() for name in ("whole", "broken", "apart")}
    assert len(texts) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the members of a killed run train to their end")
def test_members_side_by_side_end_with_their_run_and_go_on(quick, tmp_path):
    from models.loading import load

    pairs = str(write_pairs(tmp_path / "pairs.tsv", 500, 0))
    arguments = ["--data", pairs, "--epochs", "6", "--vocab-size", "120", "--tokens", "512", "--buckets", "1"]
    arguments += ["--members", "2", "--member-jobs", "2", "--checkpoint-minutes", "0.002"]
    arguments += ["transformer", "--units", "16", "--num-layers", "1", "--num-heads", "2", "--feed-forward-units", "16"]
    assert command("translate", *arguments, "--run-dir", str(tmp_path / "whole"), cwd=tmp_path).returncode == 0
    broken = tmp_path / "broken"
    line = [sys.executable, "-m", "apps.translate", *arguments, "--run-dir", str(broken)]
    with subprocess.Popen(line, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        while not all((broken / f"member-{number}/checkpoint.npz").is_file() for number in range(2)):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    time.sleep(1)
    of_members = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(broken) in path.read_text()]
    assert not of_members
    assert command("translate", *arguments, "--run-dir", str(broken), cwd=tmp_path).returncode == 0
    whole, other = (load(tmp_path / name / "model.keras").get_weights() for name in ("whole", "broken"))
    assert all(np.array_equal(one, two) for one, two in zip(whole, other, strict=True))


@pytest.mark.slow
def test_a_whole_run_of_captioners(quick, tmp_path, capsys):
    config = CaptionConfig(
        model=ShowAttendTell(12, 12, dropout=0.1),
        data=CaptionData(str(write_photos(tmp_path, 100, 0)), image_size=16),
        trainer=Trainer(epochs=2, learning_rate=0.005, batch_size=32, jit="off"),
        search=DecodingSettings(beams=2),
        encoder=ImageEncoder("stem"),
        buckets=1,
        members=Members(2),
        reward_epochs=1,
        run_dir="run",
    )
    course.run(caption.TASK, config)
    assert json.loads(Path("run/results.json").read_text())["export"]["saved_model_difference"] <= 1e-5
    assert not list(Path("run").rglob("checkpoint.npz"))
    assert "2 networks decide together" in Path("run/report.html").read_text("utf-8")
    assert len(read("run").captioner()(np.array([str(next(tmp_path.rglob("*.jpg")))], dtype=object))) == 1


def test_a_member_that_cannot_be_started_is_named(tmp_path, monkeypatch, capsys):
    def none_left(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    directory = RunDirectory(tmp_path)
    directory.write_json("config.json", {"app": "translate"})
    with pytest.raises(members.MemberError, match="1, 2, 3 ended early .*Resource temporarily unavailable"):
        members.side_by_side(3, 2, directory)
