"""Classification: what its network has learned, and what is refused."""

import csv
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from apps import classify
from data.settings import Data
from models.logistic import Logistic
from models.mlp import MLP
from models.pretrained import Pretrained
from tasks import course
from tasks.classify import TASK
from tests.tasks.runs import FILES, command, refusal, start, whole_run
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A whole run: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    arguments = ["--run-dir", str(folder), "--epochs", "12", "--learning-rate", "0.01", "mlp", "--hidden", "48"]
    return folder, whole_run(classify.main, arguments), arguments


@pytest.mark.slow
def test_a_process_of_its_own_goes_the_whole_way(tmp_path):
    done = command("classify", "--run-dir", str(tmp_path / "run"), "--epochs", "2", "mlp")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES
    assert "saved_model_difference=" in done.stdout.splitlines()[-1]


@pytest.mark.whole
def test_a_network_beats_the_baselines(tiny):
    folder, done, _ = tiny
    line = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    results = json.loads((folder / "results.json").read_text())
    assert float(line["test_accuracy"]) == pytest.approx(results["test"]["accuracy"], abs=1e-6)
    assert float(line["test_accuracy"]) > 0.85
    assert results["test"]["accuracy"] > results["baselines"]["most frequent class"]["accuracy"] + 0.5


@pytest.mark.parametrize(("asked", "side"), [(None, 48), (40, 40)])
def test_a_pretrained_network_gets_images_as_it_was_trained_on(asked, side):
    """Of its size, with three channels and pixels 0..255."""
    config = replace(TASK.tiny, data=Data(image_size=asked), model=Pretrained(weights="none", size=48))
    splits = TASK.load(config)
    pixels = np.asarray(splits.prepare.finish(splits.prepare.fixed(splits.test.inputs, splits.test.origins)))
    assert splits.input_shape == (side, side, 3)
    assert pixels.min() == 0 and pixels.max() == 255
    assert TASK.load(TASK.tiny).input_shape == (8, 8, 1)


@pytest.mark.slow
def test_a_run_of_two_stages_is_saved_without_an_optimizer(tmp_path, monkeypatch):
    """A process that trains nothing does not know its class."""
    arguments = ["--run-dir", str(tmp_path / "run"), "--epochs", "1", "--image-size", "32", "pretrained"]
    start(classify.main, [*arguments, "--weights", "none", "--fine-tune-epochs", "1"], monkeypatch)
    with zipfile.ZipFile(tmp_path / "run" / "model.keras") as file:
        assert "optimizer" not in json.dumps(json.loads(file.read("config.json"))["config"])


@pytest.mark.whole
def test_test_accuracy_is_that_of_the_saved_network(tiny):
    """Against scikit-learn's own copy of the split: the images are found again by their pixels."""
    from models.loading import load

    folder, _, _ = tiny
    splits = TASK.load(TASK.tiny)
    prepared = np.asarray(splits.prepare.finish(splits.prepare.fixed(splits.test.inputs, splits.test.origins)))
    logits = np.asarray(load(folder / "model.keras")(prepared, training=False))
    results = json.loads((folder / "results.json").read_text())
    assert results["test"]["accuracy"] == pytest.approx((logits.argmax(1) == splits.test.labels).mean())


@pytest.mark.whole
def test_metrics_hold_no_times_and_timing_does(tiny):
    folder, _, _ = tiny
    with (folder / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    assert len(rows) == 12
    assert "seconds" in (folder / "timing.csv").read_text().splitlines()[0]


@pytest.mark.whole
def test_other_settings_in_the_same_folder_are_refused(tiny, monkeypatch, capsys):
    told = refusal(classify.main, [*tiny[2], "--seed", "3"], monkeypatch, capsys)
    assert "holds a run of other settings" in told


@pytest.mark.slow
def test_xor_needs_a_hidden_layer(quick):
    """S06: no line separates XOR; a hidden layer does."""
    for_ever = Trainer(epochs=60, learning_rate=0.05)
    line = classify.main(TASK.config(data=Data("xor"), model=Logistic(), trainer=for_ever))
    assert line["accuracy"] <= 0.75
    assert classify.main(TASK.config(data=Data("xor"), model=MLP((8,)), trainer=for_ever))["accuracy"] == 1.0
    (report,) = quick.glob("runs/classify/xor-mlp-*/report.html")
    assert "Decision region" in report.read_text()


@pytest.mark.slow  # tests/models/test_loading.py has what is taken over
def test_warm_start_begins_where_the_earlier_run_ended(quick):
    course.run(TASK, replace(TASK.tiny, run_dir="first"), until="trained")
    rows = RunDirectory("first").read_rows("metrics.csv")
    cold = replace(TASK.tiny, trainer=Trainer(epochs=1, learning_rate=1e-6))
    splits = TASK.load(cold)

    def accuracy(name, config):
        (quick / name).mkdir()
        prepared = TASK.prepare(config, splits)
        return TASK.measure(prepared, TASK.train(prepared, RunDirectory(name)))["val_accuracy"]

    best = min(rows, key=lambda row: row["val_loss"])["val_accuracy"]
    assert accuracy("warm", replace(cold, warm_start="first")) == pytest.approx(best, abs=0.01)
    assert accuracy("cold", cold) < 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "diggits"], "digits"),
        (["--data", "none.csv"], "none.csv"),
        (["--epochs", "0"], "`epochs` must be at least 1. Received: epochs=0"),
        (["--epochs", "many"], "many"),
        (["--learning-rate", "-1"], "`learning_rate` must be a positive number"),
        (["--optimizer", "adamm"], "adam"),
        (["--from", "runs/none"], "runs/none: no such run directory"),
        (["--data", "xor", "convnet"], "`convnet` needs images"),
        (["mlp", "--hidden", "0"], "`hidden` must be one or more positive sizes"),
        (["mlp", "--dropout", "1"], "`dropout` must be in [0, 1). Received: dropout=1.0"),
        (["--device", "gpu"], "`--device gpu`"),
        (["--nonsense", "1"], "--nonsense"),
    ],
)
def test_wrong_flags_stop_with_one_message(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert message in refusal(classify.main, arguments, monkeypatch, capsys)
