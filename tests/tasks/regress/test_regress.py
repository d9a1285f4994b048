"""Regression: units in every place, honest folds, every loss, refusals."""

import csv
import json
import os
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from apps import evaluate, export, predict, regress
from data.settings import Data
from evaluation import permutation_importance
from models.ensemble import Ensemble
from models.linear import Linear
from models.mlp import MLP
from tasks.regress import TASK
from tasks.request import Evaluation, Prediction
from tests.tasks.runs import refusal, whole_run
from training.run_directory import RunDirectory
from training.trainer import Trainer

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """A table with a price far from 0, a category, gaps, and an outlier."""
    path = tmp_path_factory.mktemp("tables") / "houses.csv"
    random = np.random.default_rng(0)
    lines = ["area,town,year,price"]
    for _ in range(300):
        area, town, year = random.uniform(40, 200), random.choice(["Ulm", "Bonn"]), random.integers(1950, 2020)
        price = 100_000 + 2500 * area + (50_000 if town == "Bonn" else 0) + 10_000 * random.normal()
        lines.append(f"{area:.1f},{town},{'' if random.uniform() < 0.1 else year},{price:.0f}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, houses):
    """A whole run: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    arguments = ["--data", str(houses), "--target", "price", "--run-dir", str(folder), "--epochs", "30"]
    arguments += ["--learning-rate", "0.005", "ensemble", "--members", "4", "--folds", "2", "--hidden", "32"]
    return folder, whole_run(regress.main, arguments), arguments


def test_the_last_line_is_for_machines_and_in_the_units_of_the_target(tiny):
    folder, done, _ = tiny
    with (folder / "metrics.csv").open() as file:
        assert list(next(csv.DictReader(file))) == ["epoch", "loss", "rmse", "val_loss", "val_rmse", "learning_rate"]
    line = {name: float(value) for name, value in (p.split("=") for p in done.stdout.splitlines()[-1].split())}
    results = json.loads((folder / "results.json").read_text())
    assert line["test_rmse"] == pytest.approx(results["test"]["rmse"], rel=1e-5)
    assert 10_000 * 0.7 < line["test_rmse"] < 25_000 < line["mean_rmse"]
    assert line["saved_model_difference"] <= 1e-6
    assert 0.75 <= line["test_coverage"] <= 1
    assert list(results["importance"])[0] == "area"


def test_network_export_and_predictions_agree_in_dollars(tiny, houses, tmp_path):
    """model.keras, the SavedModel and apps.predict give one and the same price."""
    import tensorflow as tf

    from models.loading import load

    folder, _, _ = tiny
    trained_rows = json.loads((folder / "examples.json").read_text())
    inputs = {name: column["values"] for name, column in trained_rows.items()}
    served = tf.saved_model.load(folder / "saved_model").signatures["serving_default"](
        area=tf.constant(inputs["area"]),
        town=tf.constant(inputs["town"]),
        year=tf.constant([np.nan if year is None else year for year in inputs["year"]]),
    )
    table = tmp_path / "new.csv"
    cells = zip(inputs["area"], inputs["town"], inputs["year"], strict=True)
    table.write_text("area,town,year\n" + "".join(f"{a!r},{t},{'' if y is None else y}\n" for a, t, y in cells))
    rows = predict.main(Prediction(str(folder), (str(table),), output=str(tmp_path / "out.csv")))
    for name in ("prediction", "std", "lower", "upper"):
        np.testing.assert_allclose([row[name] for row in rows], served[name].numpy(), rtol=2e-6)
    assert all(row["lower"] < row["prediction"] < row["upper"] for row in rows)
    header, first = (tmp_path / "out.csv").read_text().splitlines()[:2]
    assert header == "origin,prediction,std,lower,upper" and first.startswith(f"{table.name}:2,")

    from tasks.trained import read

    prepare = read(str(folder)).prepare
    raw = {name: np.array(values, object if name == "town" else "float32") for name, values in inputs.items()}
    answers = load(folder / "model.keras").predict(np.asarray(prepare.fixed(raw)), verbose=0)
    np.testing.assert_allclose(answers[..., 0].mean(axis=1), served["prediction"].numpy(), rtol=2e-6)


def test_a_run_is_scored_on_other_rows(tiny, houses, capsys):
    folder, _, _ = tiny
    results = json.loads((folder / "results.json").read_text())
    everything = evaluate.main(Evaluation(str(folder), data=(str(houses),)))
    assert capsys.readouterr().out.splitlines()[-1].startswith("rows=300 rmse=")
    assert everything["rmse"] < results["test"]["rmse"] * 1.2


def test_a_wrong_unit_in_an_export_is_refused(tiny, tmp_path, monkeypatch, loader_here):
    """Planted: the export shifts by another mean than the model."""
    from export.errors import ExportError
    from export.regression_decoding import RegressionDecoding

    right = RegressionDecoding.numeric
    monkeypatch.setattr(RegressionDecoding, "numeric", lambda self, outputs: right(replace(self, mean=0.0), outputs))
    with pytest.raises(ExportError, match="refused, output `.*` differs"):
        export.main(export.Config(str(tiny[0]), output=str(tmp_path)))


def further(model, more):
    return pytest.param(model, more, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (MLP((16,), dropout=0.2), {"mc_dropout": 20}),
        (Ensemble(4, 2, (16,), 4, 2), {"loss": "gaussian", "level": 0.8}),
        further(Linear(l2=1e-4), {}),
        further(MLP((16,)), {"loss": "gaussian"}),
        further(Ensemble(2, 0, (16,), 4, 2), {"loss": "huber"}),
        further(MLP((16,)), {"loss": "absolute"}),
    ],
)
def test_every_model_and_loss_learns(quick, monkeypatch, model, more):
    # Each shuffle of a column is a prediction of all rows: of one there is an importance, too.
    measured = permutation_importance.permutation_importance
    monkeypatch.setattr(permutation_importance, "permutation_importance", partial(measured, repeats=1))
    config = TASK.config(model=model, trainer=Trainer(epochs=40, learning_rate=0.01), **more)
    figures = regress.main(config)
    (report,) = quick.glob("runs/regress/diabetes-*/report.html")
    assert "Prediction intervals of" in report.read_text()
    assert figures["rmse"] < 70  # 78 is answering the mean
    assert abs(figures["coverage"] - figures["promised_coverage"]) < 0.15


def test_a_member_knows_nothing_of_the_rows_of_its_fold(tmp_path):
    """Targets of the first fold are replaced: the members without it come out the same, the others do not."""
    # One epoch: the best of several is chosen by all rows, so the choice, and it alone, may hang on any target.
    config = replace(TASK.tiny, trainer=replace(TASK.tiny.trainer, epochs=1))
    prepared = TASK.prepare(config, TASK.load(config))
    rows, answers = prepared.rows, []
    for factor in (1.0, -3.0):
        labels = rows.train.labels.copy()
        labels[rows.folds == 0, 0] *= factor
        changed = replace(prepared, rows=replace(rows, train=replace(rows.train, labels=labels)))
        (tmp_path / str(factor)).mkdir()
        model = TASK.train(changed, RunDirectory(tmp_path / str(factor))).model
        x = np.asarray(rows.prepare.fixed(rows.train.inputs))
        answers.append(np.asarray(model.predict(x, verbose=0))[..., 0])
    without = np.arange(4) % 2 == 0
    np.testing.assert_array_equal(answers[0][:, without], answers[1][:, without])
    assert np.abs(answers[0][:, ~without] - answers[1][:, ~without]).max() > 1


def test_members_start_from_ridge_regression_on_their_own_rows():
    from sklearn.linear_model import Ridge

    rows = TASK.prepare(TASK.tiny, TASK.load(TASK.tiny)).rows
    x, y = rows.features(), (rows.train.labels[:, 0] - rows.mean) / rows.scale
    for member, found in enumerate(rows.ridge()):
        own = rows.folds != member % 2
        expected = Ridge(alpha=1.0).fit(x[own], y[own])
        np.testing.assert_allclose(found, [*expected.coef_, expected.intercept_], atol=1e-5)


def test_rows_that_the_user_names_are_not_pooled(houses):
    config = TASK.config(data=Data(str(houses), target="price", time="area"))
    rows = TASK.prepare(config, TASK.load(config)).rows
    assert rows.folds is None and len(rows.train) != len(rows.validation)
    assert "rows to validate on are yours" in rows.notes[0]


@pytest.mark.slow
def test_the_double_sigmoid_is_learned_to_its_noise(quick):
    """S16: two sigmoid units, noisy data."""
    model = MLP((2,), activation="sigmoid", dropout=0.0)
    trainer = Trainer(epochs=400, batch_size=128, learning_rate=0.1)
    figures = regress.main(TASK.config(model=model, data=Data("double_sigmoid"), trainer=trainer))
    assert figures["rmse"] < 1.05 * 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "digits"], "for apps.classify and apps.autoencode. Allowed here: diabetes"),
        (["--level", "1.5"], "`--level` must be in (0, 1). Received: 1.5"),
        (["--mc-dropout", "20"], "`--mc-dropout` needs the model mlp with `--dropout` above 0. Received: auto"),
        (["--mc-dropout", "1", "mlp"], "`--mc-dropout` must be 0, or 2 or more. Received: 1"),
        (["--label-smoothing", "0.1"], "Unrecognized options: --label-smoothing"),
        (["--loss", "cubic"], "gaussian"),
        (["ensemble", "--folds", "3"], "Received: folds=3, members=16"),
        (["--data", str(os.path.join("no", "such.csv"))], "no such file"),
    ],
)
def test_wrong_flags_stop_with_one_message(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert message in refusal(regress.main, arguments, monkeypatch, capsys)
    assert not any(tmp_path.iterdir())
