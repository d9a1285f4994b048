"""The networks that read text beside scikit-learn's pipelines, on the user's own table: scores, seconds, rows a second.

    python -m benchmarks.texts reviews.csv --target polarity
    python -m benchmarks.texts train.csv --target kind --test test.csv --columns fine=out --seeds 3
    python -m benchmarks.texts sms.csv --target label --networks bag textcnn

Without `--test` each seed holds a tenth of the rows out. Everything trains on the same rows with defaults: a network
with its own split for validation, a pipeline on all of them. Seconds of training and rows a second of prediction, from
raw text to classes, are of this process, medians over the seeds; the test rows are repeated until there are 10,000, so
that what is compiled once counts little. "characters" counts runs of 1 to 5 characters beside words and pairs of them,
as `bag` does of short texts. F1 is the mean over the classes, and of two classes also that of the rarer one.
"""

import argparse
import csv
import tempfile
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

ROWS = 10_000  # that are predicted for the figure of speed
NETWORKS = ("bag", "textcnn", "recurrent", "transformer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--target", required=True)
    parser.add_argument("--test")
    parser.add_argument("--columns")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=NETWORKS)
    given = parser.parse_args()
    found: dict[str, list] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.seeds):
            data = settings(given, seed, Path(folder))
            for name, row in chain(pipelines(data, seed), (network(one, data, seed, folder) for one in given.networks)):
                found.setdefault(name, []).append(row)
                print(f"seed {seed}  {told(name, [row])}", flush=True)
    print(f"\n{'':24}{'accuracy':>16}{'macro F1':>16}{'F1, rarer':>16}{'seconds':>9}{'rows/s':>9}")
    for name, rows in found.items():
        print(told(name, rows))


def told(name: str, rows: list) -> str:
    """A line of means and standard deviations, and of medians of what was timed."""
    scores = np.array([row[:3] for row in rows], float)
    cells = "".join(f"{mean:>9.4f} ±{spread:.4f}" for mean, spread in zip(scores.mean(0), scores.std(0), strict=True))
    seconds, speed = np.median([row[3:] for row in rows], axis=0)
    return f"{name:24}{cells}{seconds:>9.1f}{speed:>9,.0f}"


def settings(given, seed: int, folder: Path):
    """The `Data` of a seed; where no test file was named, two files with a tenth of the rows in the second."""
    from data.settings import Data

    if given.test:
        return Data(given.data, target=given.target, test=given.test, columns=given.columns)
    with open(given.data, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    order = np.random.default_rng([seed, 11]).permutation(len(rows))
    held_out = set(order[: len(rows) // 10].tolist())
    paths = folder / f"train-{seed}.csv", folder / f"test-{seed}.csv"
    for path, wanted in zip(paths, (False, True), strict=True):
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *(r for n, r in enumerate(rows) if (n in held_out) == wanted)])
    return Data(str(paths[0]), target=given.target, test=str(paths[1]), columns=given.columns)


def scores(labels: np.ndarray, answers: np.ndarray) -> tuple[float, float, float]:
    """Accuracy, macro F1, and of two classes F1 of the rarer one, else NaN."""
    from sklearn.metrics import f1_score

    each = f1_score(labels, answers, average=None)
    rarer = each[np.bincount(labels).argmin()] if len(each) == 2 else np.nan
    return float((labels == answers).mean()), float(each.mean()), float(rarer)


def network(name: str, data, seed: int, folder: str):
    """Name and row of a network of the suite with its defaults."""
    from data.splits import Split
    from tasks.classify import TASK
    from tasks.classify.config import Config
    from tasks.classify.results import probabilities
    from tasks.text_model import RECIPES
    from training.devices import configure
    from training.run_directory import RunDirectory

    configure()
    config = Config(model=RECIPES[name](), data=data)
    config = replace(config, trainer=replace(config.trainer, seed=seed, preflight="off"))
    directory = RunDirectory(Path(folder) / f"{name}-{seed}")
    directory.path.mkdir()
    began = time.perf_counter()
    splits = TASK.load(config)
    learned = TASK.train(TASK.prepare(config, splits), directory)
    seconds = time.perf_counter() - began
    answers = probabilities(learned.model, splits.test, splits.prepare).argmax(axis=1)
    rows = repeated(len(splits.test))
    inputs = {column: values[rows] for column, values in splits.test.inputs.items()}
    again = Split(inputs, splits.test.labels[rows], splits.test.origins[rows])  # not prepared yet
    began = time.perf_counter()
    probabilities(learned.model, again, splits.prepare)
    return name, (*scores(splits.test.labels, answers), seconds, len(rows) / (time.perf_counter() - began))


def repeated(count: int) -> np.ndarray:
    """Indices of all of `count` rows, again and again, at least ROWS of them."""
    return np.tile(np.arange(count), -(-ROWS // count))


def pipelines(data, seed: int):
    """Yields names and rows of scikit-learn's pipelines on the same rows, validation rows included."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    from data.folds import joined
    from data.source import resolve
    from evaluation.text_baselines import WORD, lines
    from models.bag import Bag
    from tasks.text_model import preparing

    splits = resolve(data, seed=seed, text=preparing(Bag(characters=(0, 0)), False))
    train = joined(splits.train, splits.validation)
    texts, held_out = lines(train, splits.prepare), lines(splits.test, splits.prepare)
    words = {"token_pattern": WORD, "ngram_range": (1, 2)}
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True)
    ways = {
        "naive Bayes": (CountVectorizer(**words), MultinomialNB()),
        "logistic regression": (TfidfVectorizer(**words, sublinear_tf=True), LogisticRegression(C=10, max_iter=300)),
        "linear SVM": (TfidfVectorizer(**words, sublinear_tf=True), LinearSVC()),
        "linear SVM, characters": (make_union(TfidfVectorizer(**words, sublinear_tf=True), characters), LinearSVC()),
    }
    for name, parts in ways.items():
        pipeline = make_pipeline(*parts)
        began = time.perf_counter()
        pipeline.fit(texts, train.labels)
        seconds = time.perf_counter() - began
        answers = pipeline.predict(held_out)
        again = [held_out[row] for row in repeated(len(held_out))]
        began = time.perf_counter()
        pipeline.predict(again)
        yield name, (*scores(splits.test.labels, answers), seconds, len(again) / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
