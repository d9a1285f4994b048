"""Autoencoding: what every recipe learns beside PCA, Mitchell's network, anomalies, refusals."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps import autoencode, evaluate, predict
from data.settings import Data
from models.autoencoder import parts
from models.conv_autoencoder import ConvAutoencoder
from models.dense_autoencoder import DenseAutoencoder
from models.sparse_autoencoder import SparseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder
from tasks import course
from tasks.autoencode import TASK
from tasks.autoencode.config import MITCHELL
from tasks.request import Evaluation, Prediction
from tests.tasks.runs import interrupted, refusal, whole_run
from training.run_directory import RunDirectory
from training.trainer import Trainer

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A whole run, a class kept out: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    arguments = ["--run-dir", str(folder), "--anomaly", "4", "--epochs", "40", "--learning-rate", "0.005"]
    arguments += ["dense", "--hidden", "48", "12"]
    return folder, whole_run(autoencode.main, arguments), arguments


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Rows that lie near a bent line in five dimensions, with a category and a class."""
    path = tmp_path_factory.mktemp("tables") / "bent.csv"
    random = np.random.default_rng(0)
    lines = ["a,b,c,d,sign,class"]
    for _ in range(240):
        t = random.uniform(-1, 1)
        x = [t, t * t, t**3, np.sin(2 * t)] + 0.02 * random.normal(size=4)
        lines.append(f"{x[0]:.4f},{x[1]:.4f},{x[2]:.4f},{x[3]:.4f},{'+' if t > 0 else '-'},{'hi' if t > 0.5 else 'lo'}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_the_last_line_is_for_machines_and_beats_pca(tiny):
    folder, done, _ = tiny
    assert "WARNING" not in done.stderr
    line = {name: float(value) for name, value in (pair.split("=") for pair in done.stdout.splitlines()[-1].split())}
    results = json.loads((folder / "results.json").read_text())
    for name in ("mse", "psnr", "ssim", "anomaly_auroc", "code_accuracy"):
        assert line[f"test_{name}"] == pytest.approx(results["test"][name], rel=1e-4)
        assert line[f"pca_{name}"] == pytest.approx(results["test"][f"pca_{name}"], rel=1e-4)
    assert line["test_mse"] < line["pca_mse"] and line["test_anomaly_auroc"] > 0.6
    assert line["saved_model_difference"] <= 1e-6


def test_the_scores_are_those_of_the_saved_network_on_the_known_classes(tiny):
    from sklearn.decomposition import PCA

    from models.loading import load

    folder, _, _ = tiny
    splits = TASK.load(replace(TASK.tiny, anomaly="4"))
    rows = {name: getattr(splits, name).inputs["image"].reshape(-1, 64) / 255 for name in ("train", "test")}
    known = splits.test.labels != 4
    assert not (splits.train.labels == 4).any() and (~known).any()
    outputs = np.asarray(load(folder / "model.keras")(rows["test"].reshape(-1, 8, 8, 1)))
    results = json.loads((folder / "results.json").read_text())["test"]
    errors = ((outputs.reshape(-1, 64) - rows["test"]) ** 2).mean(axis=1)
    assert results["mse"] == pytest.approx(errors[known].mean(), rel=1e-4)
    pca = PCA(12).fit(rows["train"])
    expected = pca.inverse_transform(pca.transform(rows["test"]))
    assert results["pca_mse"] == pytest.approx(((expected - rows["test"]) ** 2)[known].mean(), rel=1e-4)


def test_predict_gives_score_and_code(tiny, tmp_path, capsys):
    from PIL import Image

    folder, _, _ = tiny
    splits = TASK.load(TASK.tiny)
    for row in range(3):
        Image.fromarray(splits.test.inputs["image"][row, ..., 0]).save(tmp_path / f"{row}.png")
    found = predict.main(Prediction(str(folder), (str(tmp_path),)))
    printed = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert list(printed[0]) == ["origin", "anomaly_score", *(f"code_{n}" for n in range(1, 13))]
    assert [row["origin"] for row in printed] == [str(tmp_path / f"{row}.png") for row in range(3)]
    x = splits.test.inputs["image"][:3] / np.float32(255)
    from models.loading import load

    codes, outputs = parts(load(folder / "model.keras"))(x)
    for row, (code, output) in enumerate(zip(codes, outputs, strict=True)):
        assert found[row]["anomaly_score"] == pytest.approx(((output - x[row]) ** 2).mean(), rel=1e-4)
        assert [found[row][f"code_{n}"] for n in range(1, 13)] == pytest.approx(code.tolist(), abs=1e-4)


def test_evaluate_and_predict_a_table_without_labels(quick, table):
    config = TASK.config(DenseAutoencoder((8, 1)), Data(table, target="class"), Trainer(epochs=3), run_dir="run")
    autoencode.main(config)
    lines = [line.rpartition(",")[0] for line in Path(table).read_text().splitlines()[:50]]
    Path("new.csv").write_text("\n".join(lines) + "\n")
    assert len(predict.main(Prediction("run", ("new.csv",)))) == 49
    results = json.loads(Path("run/results.json").read_text())["test"]
    assert evaluate.main(Evaluation("run"))["mse"] == pytest.approx(results["mse"], rel=1e-4)
    assert set(evaluate.main(Evaluation("run", data=(table,)))) == {"mse"}


@pytest.mark.parametrize(
    "recipe",
    [
        ConvAutoencoder(8, (8, 16)),
        VariationalAutoencoder(6, filters=(8,)),
        pytest.param(SparseAutoencoder((80,)), marks=pytest.mark.slow),
        pytest.param(DenseAutoencoder((16,), noise=0.2), marks=pytest.mark.slow),
    ],
    ids=lambda recipe: type(recipe).__name__,
)
def test_every_recipe_goes_the_whole_way(recipe, quick):
    test = autoencode.main(replace(TASK.tiny, model=recipe, trainer=Trainer(epochs=4), run_dir="run"))
    assert 0 < test["mse"] < 0.1
    page = Path("run/report.html").read_text()
    assert ("New records" in page) == isinstance(recipe, VariationalAutoencoder)


def test_a_bent_line_needs_one_number(quick, table):
    """What no straight line can follow: the error of PCA with one component is several times larger."""
    trainer = Trainer(epochs=60, learning_rate=0.01)
    recipe = DenseAutoencoder((16, 8, 1), activation="tanh")
    test = autoencode.main(TASK.config(recipe, Data(table, target="class"), trainer))
    assert test["mse"] < 0.5 * test["pca_mse"]
    (page,) = quick.glob("runs/autoencode/bent-denseautoencoder-*/report.html")
    assert "sign" in page.read_text()


@pytest.mark.slow
def test_same_seed_same_bytes_also_after_an_interruption(quick):
    """With noise in it, whose seeds have to go on where they stopped."""
    config = replace(TASK.tiny, model=DenseAutoencoder((24, 6), noise=0.1), trainer=Trainer(epochs=4))
    course.run(TASK, replace(config, run_dir="whole"), until="trained")
    with interrupted("begin", 3):
        course.run(TASK, replace(config, run_dir="halves"), until="trained")
    course.run(TASK, replace(config, run_dir="halves"), until="trained")
    whole, halves = ((quick / name / "metrics.csv").read_bytes() for name in ("whole", "halves"))
    assert whole == halves
    assert whole.decode().splitlines()[0] == "epoch,loss,val_loss,learning_rate"


def test_mitchells_network_in_short(tmp_path):
    """S66, a fifth of the training: the outputs are right, weights and data are his."""
    from benchmarks.mitchell import judge

    config = replace(MITCHELL, trainer=replace(MITCHELL.trainer, epochs=12, learning_rate=1.2))
    prepared = TASK.prepare(config, TASK.load(config))
    first = np.concatenate([weight.ravel() for weight in prepared.build().get_weights()])
    assert len(first) == 59 and 0.09 < np.abs(first).max() <= 0.1
    codes, right, error = judge(TASK.train(prepared, RunDirectory(tmp_path)).model)
    assert right == 8 and codes.shape == (8, 3) and error < 0.5


def test_mitchells_training_is_back_propagation_by_hand():
    """400 updates against the textbook's equations in NumPy, from the same first weights."""
    from benchmarks.mitchell import first_weights, trained

    w1, b1, w2, b2 = (weights.astype("float64") for weights in first_weights(3))
    rows = np.eye(8)
    for _ in range(400):
        h = 1 / (1 + np.exp(-(rows @ w1 + b1)))
        o = 1 / (1 + np.exp(-(h @ w2 + b2)))
        delta = o * (1 - o) * (rows - o)  # equation T4.3
        hidden = h * (1 - h) * (delta @ w2.T)  # T4.4
        w2 += 0.3 * h.T @ delta
        b2 += 0.3 * delta.sum(0)
        w1 += 0.3 * rows.T @ hidden
        b1 += 0.3 * hidden.sum(0)
    for ours, theirs in zip(trained(3, epochs=400).get_weights(), (w1, b1, w2, b2), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_mitchells_data_alone_means_his_settings():
    def settled(config):
        found = TASK.prepare(config, TASK.load(config))
        return found.recipe, found.trainer, found.loss

    asked = TASK.config(data=Data("one_hot_8"), trainer=Trainer(seed=7))
    his = (MITCHELL.model, replace(MITCHELL.trainer, seed=7), MITCHELL.loss)
    assert settled(asked) == his
    for other in (
        replace(asked, trainer=Trainer(epochs=3)),
        replace(asked, model=SparseAutoencoder()),
        replace(asked, loss="cross_entropy"),
        replace(asked, data=Data("digits")),
    ):
        assert settled(other)[1:] == (other.trainer, other.loss)
    assert settled(replace(asked, model=SparseAutoencoder()))[0] == SparseAutoencoder()


@pytest.mark.slow
def test_mitchells_network_of_twenty_seeds():
    """S66: every seed learns the eight rows; of these twenty at least 15 have a code that rounds to eight others."""
    from benchmarks.mitchell import judge, trained

    found = [judge(trained(seed)) for seed in range(20)]
    assert all(right == 8 for _, right, _ in found)
    assert 0.07 < np.median([error for _, _, error in found]) < 0.12
    assert sum(len(np.unique(np.round(codes), axis=0)) == 8 for codes, _, _ in found) >= 15


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "diggits"], "digits"),
        (["--anomaly", "ten"], "--anomaly 'ten' is no class of digits"),
        (["--loss", "cross_entropy", "--data", "moons"], "`--loss cross_entropy` needs values between 0 and 1"),
        (["--class-weights", "balanced"], "Unrecognized options: --class-weights"),
        (["--data", "moons", "conv"], "`conv` needs images"),
        (["dense", "--hidden", "64"], "a code of 64 numbers for records of 64 learns to copy them"),
        (["--data", "diabetes"], "diabetes is for apps.regress"),
    ],
)
def test_wrong_flags_stop_with_one_message(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert message in refusal(autoencode.main, arguments, monkeypatch, capsys)
    assert not list(tmp_path.rglob("*.json"))  # of a folder where another run could not begin


def test_only_the_note_of_augmentation_is_dropped(monkeypatch):
    """Pixels are rebuilt as they are; what else the source has said stays, in whichever place."""
    from data import source
    from data.images import augmentation

    resolve = source.resolve

    def with_a_last_note(*given, **settings):
        splits = resolve(*given, **settings)
        return replace(splits, notes=(*splits.notes, "The last word."))

    monkeypatch.setattr(source, "resolve", with_a_last_note)
    notes = TASK.load(TASK.config()).notes
    assert notes[-1] == "The last word."
    assert not any(note.startswith("Augmentation") for note in notes)
    assert augmentation.choose("auto", "digits", (), (8, 8))[1].startswith("Augmentation")
