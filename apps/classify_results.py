"""What a classification run has to show: scores beside baselines, a diagnosis, exports, the report."""

from dataclasses import dataclass

import numpy as np

from training.run_directory import RunDirectory

LARGEST_TRAINING_SAMPLE = 10_000  # records on which the training accuracy is measured


@dataclass(frozen=True)
class Found:
    """Scores of the three splits, the baselines, the diagnosis, and the test probabilities `(N, K)`."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    baselines: list
    diagnosis: object
    probabilities: np.ndarray


def probabilities(model, split, prepare) -> np.ndarray:
    """Class probabilities `(N, K)` of a split, in its order."""
    from data.pipeline import batches

    logits = np.asarray(model.predict(batches(split, prepare, 256), verbose=0), np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def score(model, recipe, splits, rows: list[dict], config) -> Found:
    """Score the best weights on all splits, and the baselines on the same; the test split is read here first."""
    from apps.advice import flags
    from data.toys import BEST_ACCURACY
    from evaluation.classification import metrics
    from evaluation.diagnosis import diagnose
    from training.compilation import highest_rate

    sample = splits.train.spread(LARGEST_TRAINING_SAMPLE)
    figures, outputs = {}, {}
    for name, split in {"train": sample, "validation": splits.validation, "test": splits.test}.items():
        outputs[name] = probabilities(model, split, splits.prepare)
        figures[name] = metrics(split.labels, outputs[name])
    print("scoring baselines on the same splits", flush=True)
    simple = simple_methods(splits, config.trainer.seed)
    found = diagnose(
        {name: [row[name] for row in rows] for name in ("loss", "val_loss")},
        train_accuracy=figures["train"]["accuracy"],
        validation_accuracy=figures["validation"]["accuracy"],
        guess=None if model.losses else float(np.log(len(splits.classes))),
        num_validation=len(splits.validation),
        # What can be reached: known of made-up data and taken to be all of images, which people can name; of other
        # tables the best baseline tells.
        target=BEST_ACCURACY.get(config.data.data, 1.0 if splits.kind == "image" else None),
        baseline=max(baseline.validation_accuracy for baseline in simple),
        learning_rate=highest_rate(config.trainer, model),
        flags=flags(recipe, config.data.augment),
    )
    return Found(figures["test"], figures["validation"], figures["train"], simple, found, outputs["test"])


def simple_methods(splits, seed: int) -> list:
    """The baselines, which are given no more records than they look at: of photographs none."""
    from evaluation import baselines

    parts, classes = (splits.train, splits.validation, splits.test), len(splits.classes)
    if np.prod(splits.input_shape) > baselines.MAX_FEATURES:
        return baselines.majority(*(part.labels for part in parts), classes)
    chosen = baselines.looked_at(splits.train.labels, len(splits.input_shape) > 1, seed)
    if len(chosen) < len(splits.train):
        parts = (splits.train.take(chosen), *parts[1:])
    rows = ((_inputs(part, splits.prepare), part.labels) for part in parts)
    return baselines.score(*rows, classes, seed=seed, labels=splits.train.labels)


def _inputs(split, prepare) -> np.ndarray:
    """The prepared records of a split, float32 (N, ...)."""
    from data.pipeline import batches

    found, start = np.empty((len(split), *prepare.input_shape), np.float32), 0
    for some, _ in batches(split, prepare, 1024).as_numpy_iterator():
        found[start : start + len(some)] = some
        start += len(some)
    return found


def write_report(directory: RunDirectory, config, model, splits, rows: list[dict], found: Found) -> None:
    """Write report.html of the run."""
    from dataclasses import asdict

    from apps.classify import best_by
    from apps.command import typed
    from evaluation import classification_report
    from evaluation.model_summary import summary
    from models.pretrained import Pretrained

    by_accuracy = best_by(splits) == "accuracy" and not isinstance(config.model, Pretrained)
    best = max(rows, key=lambda row: (row["val_accuracy"] if by_accuracy else 0, -row["val_loss"]))
    classification_report.write(
        directory / "report.html",
        title=f"{splits.name}, {model.name}",
        command=typed("python -m apps.classify"),
        notes=splits.notes,
        classes=splits.classes,
        history={name: [row[name] for row in rows] for name in rows[0] if name != "epoch"},
        labels=splits.test.labels,
        probabilities=found.probabilities,
        baselines=found.baselines,
        diagnosis=found.diagnosis,
        mistakes=_mistakes(splits, found.probabilities),
        decision_region=_region(model, splits),
        environment=directory.read_json("environment.json"),
        model_summary=summary(model),
        train_counts=np.bincount(splits.train.labels, minlength=len(splits.classes)).tolist(),
        best_epoch=int(best["epoch"]),
        files=FILES,
        settings={**asdict(config.data), **asdict(config.trainer)},
    )


FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "how raw records become inputs: means, vocabularies, classes",
    "metrics.csv": "loss and accuracy per epoch",
    "timing.csv": "seconds and records per second per epoch",
    "results.json": "all scores, baselines, diagnosis",
    "model.keras": "the trained network, for Keras",
    "examples.json": "raw records that exports are checked on",
    "saved_model/": "raw records in, labels and probabilities out, for TensorFlow Serving and others",
}


def _mistakes(splits, outputs: np.ndarray) -> list[dict]:
    """The most confident mistakes of the test split with their images or rows."""
    from evaluation.mistakes import most_confident

    found = []
    for i in most_confident(splits.test.labels, outputs):
        one = splits.test.take(np.array([i]))
        record = {
            "truth": int(one.labels[0]),
            "predicted": int(outputs[i].argmax()),
            "confidence": float(outputs[i].max()),
            "origin": str(one.origins[0]),
        }
        if splits.kind == "image":
            record["image"] = np.asarray(splits.prepare.fixed(one.inputs, one.origins))[0]
        else:
            record["row"] = {name: values[0] for name, values in one.inputs.items()}
        found.append(record)
    return found


def _region(model, splits):
    """The decision region where records are two numbers, else None."""
    from evaluation.decision_region import Region

    inputs = splits.train.inputs
    if splits.kind != "table" or len(inputs) != 2 or any(values.dtype.kind != "f" for values in inputs.values()):
        return None
    names = tuple(inputs)

    def predict(points: np.ndarray) -> np.ndarray:
        raw = {name: points[:, i].astype("float32") for i, name in enumerate(names)}
        logits = model.predict_on_batch(splits.prepare.finish(splits.prepare.fixed(raw)))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return Region(predict, np.stack(list(inputs.values()), axis=1), splits.train.labels, names)
