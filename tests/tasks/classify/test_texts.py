"""Classification and regression of texts: the whole course, its start, and what is refused."""

import csv
import json

import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import MultinomialNB

from apps import predict
from cli.arguments import parse
from cli.errors import UserError
from data.settings import Data
from data.source import resolve
from data.targets import ClassTarget, NumberTarget
from models.bag import Bag
from tasks import course, text_model
from tasks.classify import TASK
from tasks.regress import TASK as REGRESS
from tasks.request import Prediction
from tasks.trained import read
from tests.data.tables.nested_log import lines_of, log

pytestmark = pytest.mark.whole

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]


def write(path, rows=240):
    """A table whose class and price follow from a word, a number and a colour together."""
    random = np.random.default_rng(0)
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["note", "size", "colour", "price", "kind"])
        for _ in range(rows):
            word, size, colour = random.integers(8), random.normal(), random.integers(3)
            fill = [f"w{some}" for some in random.integers(0, 20, 5)]
            note = " ".join(random.permutation([WORDS[word], *fill]))
            value = (word - 3.5) / 2 + 1.5 * size + colour - 1
            table.writerow(
                [note, f"{size:.3f}", ["red", "green", "blue"][colour], f"{value:.3f}", "high" if value > 0 else "low"]
            )
    return str(path)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write(tmp_path_factory.mktemp("texts") / "notes.csv")


@pytest.fixture(scope="module")
def run(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts") / "run"
    flags = ["--data", table, "--target", "kind", "--columns", "price=out", "--epochs", "60", "--run-dir", str(folder)]
    scores = course.run(TASK, parse(TASK.config, flags, prog="test"))
    return folder, scores


def test_text_beside_other_columns_is_learned_and_shown(run):
    folder, scores = run
    results = json.loads((folder / "results.json").read_text())
    baselines = results["baselines"]
    assert scores["accuracy"] > max(figures["accuracy"] for figures in baselines.values()) - 0.05
    assert scores["accuracy"] > 0.8
    assert {"most frequent class", "naive Bayes", "logistic regression"} == set(baselines)
    page = (folder / "report.html").read_text()
    for title in ("The words that speak for each class", "with the words that they rest on"):
        assert title in page


def test_a_restored_run_answers_as_its_saved_model_in_any_script(run):
    trained = read(str(run[0]))
    notes = ["alpha w1", "", "你好 w2 😀", "كيف theta", "beta " * 500, "<b>gamma</b>\x00"]
    raw = {
        "note": np.array(notes, dtype=object),
        "size": np.linspace(-1, 1, 6).astype(np.float32),
        "colour": np.array(["red", "blue", "", "green", "pink", "red"], dtype=object),
    }
    ours = trained.probabilities(raw, np.arange(6).astype(str))
    loaded = tf.saved_model.load(str(run[0] / "saved_model")).signatures["serving_default"]
    given = {name: tf.constant(v.tolist() if v.dtype == object else v) for name, v in raw.items()}
    found = loaded(**given)["probabilities"].numpy()
    np.testing.assert_allclose(found, ours, atol=1e-6)
    empty = loaded(**{name: values[:0] for name, values in given.items()})
    assert empty["probabilities"].shape == (0, 2)


def test_the_last_stage_learns_from_the_validation_rows_too(run):
    assert (run[0] / "refit" / "metrics.csv").exists()
    assert "trained anew on training and validation rows together" in (run[0] / "report.html").read_text()


def test_other_formats_are_refused_with_the_reason(run, tmp_path):
    with pytest.raises(UserError, match="operations on strings, which onnx has not"):
        read(str(run[0])).export("onnx", {}, tmp_path)


def test_a_start_as_naive_bayes_answers_as_scikit_learn(table):
    config = Data(table, target="kind", columns="price=out,size=out,colour=out")
    fit = text_model.preparing(Bag(characters=(0, 0)), False)
    splits = resolve(config, ClassTarget, seed=0, text=fit)
    rows = splits.prepare.fixed(splits.train.inputs)
    weights, bias = text_model.naive_bayes(splits, 1.0)
    counts = np.zeros((len(rows), splits.prepare.vocab_size))
    np.add.at(counts, (np.repeat(np.arange(len(rows)), rows.lengths), rows.ids), 1)
    reference = MultinomialNB().fit(counts[:, 1:], splits.train.labels).feature_log_prob_.T
    reference = reference - reference.mean(axis=1, keepdims=True)
    seen = counts.sum(axis=0)[1:] > 0
    weight = np.bincount(rows.ids, rows.weights, splits.prepare.vocab_size)[1:] / np.maximum(counts.sum(axis=0)[1:], 1)
    np.testing.assert_allclose((weights[1:] * weight[:, None])[seen], reference[seen], atol=0.02)
    assert not weights[0].any() and np.exp(bias).sum() == pytest.approx(1, abs=1e-5)


def test_a_regression_begins_as_ridge_regression(table):
    config = Data(table, target="price", columns="kind=out")
    splits = resolve(config, NumberTarget, seed=0, text=text_model.preparing(Bag(), False))
    rows = splits.prepare.fixed(splits.train.inputs)
    dense = np.zeros((len(rows), splits.prepare.vocab_size))
    np.add.at(dense, (np.repeat(np.arange(len(rows)), rows.lengths), rows.ids), rows.weights)
    dense = np.concatenate([dense, rows.features], axis=1)
    targets = splits.train.labels.astype(float)
    targets = (targets - targets.mean()) / targets.std()
    weights, bias, kernel = text_model.ridge(splits, 1)
    ours = dense @ np.concatenate([weights, kernel])[:, 0] + bias[0]
    fitted = (Ridge(alpha=penalty).fit(dense, targets).predict(dense) for penalty in text_model.PENALTIES)
    assert min(np.abs(ours - theirs).max() for theirs in fitted) < 1e-3


@pytest.mark.slow
def test_regression_from_text_beats_the_text_alone(table, tmp_path):
    found = {}
    for name, columns in (("both", "kind=out"), ("text alone", "kind=out,size=out,colour=out")):
        flags = ["--data", table, "--target", "price", "--columns", columns, "--epochs", "15"]
        config = parse(REGRESS.config, [*flags, "--run-dir", str(tmp_path / name)], prog="test")
        found[name] = course.run(REGRESS, config)["rmse"]
    assert found["both"] < 0.7 * found["text alone"]


@pytest.mark.parametrize(
    ("app", "flags", "message"),
    [
        ("classify", ["--columns", "note=out,price=out", "bag"], "`bag` reads text, and notes has no column of it"),
        ("classify", ["--columns", "note=out,price=out", "textcnn"], "`textcnn` reads text, and notes has no column"),
        ("classify", ["--refit", "True", "mlp"], "`--refit` is for networks that read text. Received: mlp"),
        ("classify", ["--validation", "SELF", "--refit", "True"], "`--refit` needs validation rows drawn at random"),
        ("regress", ["bag", "--naive-bayes", "0.5"], "`--naive-bayes` is for classes"),
        ("regress", ["--columns", "note=out,kind=out", "transformer"], "`transformer` reads text, and notes has no"),
    ],
)
def test_what_is_refused(table, app, flags, message, tmp_path, capsys):
    task, target = (TASK, "kind") if app == "classify" else (REGRESS, "price")
    flags = [table if flag == "SELF" else flag for flag in flags]
    given = ["--data", table, "--target", target, "--run-dir", str(tmp_path / "run"), *flags]
    with pytest.raises((UserError, SystemExit)) as refusal:
        course.run(task, parse(task.config, given, prog="test"))
    assert message in (capsys.readouterr().err if refusal.type is SystemExit else str(refusal.value))


@pytest.mark.parametrize(("name", "epochs"), [("textcnn", 125), ("bag", 250), ("mlp", 300)])
def test_texts_are_learned_in_fewer_updates(table, name, epochs):
    """144 training rows are 4 updates: of 500, of 1000, and of 3000, which would be more than 300 epochs."""
    config = parse(TASK.config, ["--data", table, "--target", "kind", name], prog="test")
    assert TASK.prepare(config, TASK.load(config)).plan.epochs == epochs


@pytest.mark.parametrize("name", ["textcnn", "recurrent", "transformer"])
@pytest.mark.slow
def test_networks_of_sequences_run_whole(table, name, tmp_path):
    flags = ["--data", table, "--target", "kind", "--columns", "price=out", "--epochs", "3"]
    scores = course.run(TASK, parse(TASK.config, [*flags, "--run-dir", str(tmp_path / "run"), name], prog="test"))
    assert np.isfinite(scores["nll"])
    (answer,) = {
        one["label"] for one in read(str(tmp_path / "run")).answers(Prediction(str(tmp_path / "run"), (table,)))
    } & {"high"}
    assert answer == "high"


def test_a_nested_log_trains_and_answers_further_lines(tmp_path):
    """Which lines of a server's log are errors: objects in objects, lists of words, fields that come and go."""
    records, later = list(log(180)), list(log(20))
    (tmp_path / "log.jsonl").write_text(lines_of(records))
    (tmp_path / "later.jsonl").write_text(
        lines_of({name: one[name] for name in one if name != "level"} for one in later)
    )
    flags = ["--data", str(tmp_path / "log.jsonl"), "--target", "level", "--columns", "took_ms=out"]
    flags += ["--epochs", "20", "--run-dir", str(tmp_path / "run")]
    scores = course.run(TASK, parse(TASK.config, flags, prog="test"))
    assert scores["accuracy"] == 1
    preparing = json.loads((tmp_path / "run" / "preparing.json").read_text())
    shown = json.dumps(preparing)
    assert all(f'"{path}"' in shown for path in ("message", "request.tags", "user.plan.name"))
    answered = predict.main(Prediction(str(tmp_path / "run"), (str(tmp_path / "later.jsonl"),)))
    assert [row["label"] for row in answered] == [one["level"] for one in later]
