"""What an autoencoding run has to show: errors beside those of PCA, what the code is worth, a diagnosis, the report."""

from dataclasses import asdict, dataclass

import numpy as np

from data.evenly import evenly
from training.run_directory import RunDirectory

LARGEST_SAMPLE = 10_000  # training records on which errors are measured and PCA's classifier is fitted
SHOWN = 12  # records in a row of the report
SURPRISING = 16
STEPS = 9  # records on a walk between two codes


@dataclass(frozen=True)
class Measured:
    """A split as the network and PCA see it: squared errors (N,), codes (N, size), similarities (N,) or None."""

    errors: np.ndarray
    codes: np.ndarray
    similarity: np.ndarray | None
    pca_errors: np.ndarray
    pca_codes: np.ndarray
    pca_similarity: np.ndarray | None
    variance: float  # mean squared distance of the records from the mean of the training records


@dataclass(frozen=True)
class Found:
    """Scores of the three splits (`pca_...` for principal components), the diagnosis, and the test split measured."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    code_size: int
    diagnosis: object
    measured: Measured
    components: object
    halves: object


def measure(halves, split, prepare, components) -> Measured:
    """Run a split through the network, given as its `models.autoencoder.Parts`, and through PCA, some at a time."""
    from data.pipeline import batches
    from evaluation import reconstruction

    columns: dict[str, list] = {name: [] for name in Measured.__dataclass_fields__}
    for records, _ in batches(split, prepare, 256).as_numpy_iterator():
        codes, ours = halves(records)
        theirs = components.reconstruct(records)
        columns["errors"].append(reconstruction.squared_errors(records, ours))
        columns["codes"].append(codes)
        columns["pca_errors"].append(reconstruction.squared_errors(records, theirs))
        columns["pca_codes"].append(components.encode(records))
        columns["variance"].append(reconstruction.squared_errors(records, components.centre(records.shape)))
        if reconstruction.has_windows(records.shape):
            columns["similarity"].append(reconstruction.structural_similarity(records, ours))
            columns["pca_similarity"].append(reconstruction.structural_similarity(records, theirs))
    joined = {name: np.concatenate(parts_) if parts_ else None for name, parts_ in columns.items()}
    return Measured(**{**joined, "variance": float(joined["variance"].mean())})


def score(model, recipe, splits, rows: list[dict], config) -> Found:
    """Score the best weights on all splits, and PCA on the same; the test split is read here first."""
    from apps.advice import flags
    from evaluation.diagnosis import diagnose
    from evaluation.reconstruction import PrincipalComponents
    from models.autoencoder import parts
    from training.compilation import highest_rate

    print("fitting PCA with the same code size", flush=True)
    halves = parts(model)
    size = halves.code_size
    sample = splits.train.spread(LARGEST_SAMPLE)
    components = PrincipalComponents.fit(_prepared(splits.train, splits.prepare), size, config.trainer.seed)
    given = {"train": sample, "validation": splits.validation, "test": splits.test}
    measured = {name: measure(halves, split, splits.prepare, components) for name, split in given.items()}
    figures = {name: scores(measured[name], _normal(given[name], splits, config), splits.kind) for name in given}
    figures["test"] |= code_accuracy(measured, sample, splits, config)
    kept = {name: min(max(figures[name]["explained"], 0.0), 1.0) for name in given}
    found = diagnose(
        {name: [row[name] for row in rows] for name in ("loss", "val_loss")},
        train_accuracy=kept["train"],
        validation_accuracy=kept["validation"],
        baseline=min(max(figures["validation"]["pca_explained"], 0.0), 1.0),
        learning_rate=highest_rate(config.trainer, model),
        flags=flags(recipe, config.data.augment),
        measure="share of the variance kept",
    )
    test, validation, train = (figures[name] for name in ("test", "validation", "train"))
    return Found(test, validation, train, size, found, measured["test"], components, halves)


def _prepared(split, prepare) -> np.ndarray:
    """The records of a split as PCA is fitted on them: all, or as many, evenly spread, as it will look at."""
    from data.pipeline import batches
    from evaluation.reconstruction import MOST_VALUES

    most = max(MOST_VALUES // int(np.prod(prepare.input_shape)), 1)
    return np.concatenate([records for records, _ in batches(split.spread(most), prepare, 1024).as_numpy_iterator()])


def _normal(split, splits, config) -> np.ndarray:
    """Boolean (N,): the records that are not of the class that was kept out."""
    if config.anomaly is None:
        return np.ones(len(split), bool)
    return split.labels != splits.classes.index(config.anomaly)


def scores(measured: Measured, normal: np.ndarray, kind: str) -> dict[str, float]:
    """Figures of the network and, with `pca_` before the name, of PCA."""
    from evaluation import reconstruction

    ours = reconstruction.scores(measured.errors, measured.similarity, normal, kind == "image")
    theirs = reconstruction.scores(measured.pca_errors, measured.pca_similarity, normal, kind == "image")
    for found in (ours, theirs):
        found["explained"] = 1 - found["mse"] / max(measured.variance, np.finfo(float).tiny)
    return ours | {f"pca_{name}": value for name, value in theirs.items()}


def code_accuracy(measured: dict[str, Measured], sample, splits, config) -> dict[str, float]:
    """Accuracy of a small classifier on the code and on PCA's, where the known records have two classes or more."""
    from evaluation.code_accuracy import split_accuracy

    known = _normal(splits.test, splits, config)
    if len(np.unique(sample.labels)) < 2 or not splits.classes:
        return {}
    found = {}
    for name, kind in (("code_accuracy", "codes"), ("pca_code_accuracy", "pca_codes")):
        train, test = getattr(measured["train"], kind), getattr(measured["test"], kind)
        labels = splits.test.labels[known]
        found[name] = split_accuracy(train, sample.labels, test[known], labels, config.trainer.seed)
    return found


def write_report(directory: RunDirectory, config, model, splits, rows: list[dict], found: Found) -> None:
    """Write report.html of the run."""
    from apps.command import typed
    from evaluation import autoencoding_report
    from evaluation.model_summary import summary
    from models.autoencoder import DECODER
    from models.variational_autoencoder import VariationalAutoencoder

    history = {name: [row[name] for row in rows] for name in rows[0] if name != "epoch"}
    is_variational = isinstance(config.model, VariationalAutoencoder)
    decoder = model.get_layer(DECODER)
    autoencoding_report.write(
        directory / "report.html",
        title=f"{splits.name}, {model.name}",
        command=typed("python -m apps.autoencode"),
        notes=splits.notes,
        classes=splits.classes,
        anomaly=config.anomaly,
        history=history,
        scores=found.test,
        code_size=found.code_size,
        codes=found.measured.codes,
        labels=splits.test.labels,
        errors=found.measured.errors,
        pairs=_pairs(found, splits),
        surprising=_surprising(found, splits),
        walks=_walks(found, splits) if is_variational else (),
        samples=_samples(found, splits, config.trainer.seed) if is_variational else None,
        diagnosis=found.diagnosis,
        environment=directory.read_json("environment.json"),
        model_summary=f"{summary(model)}\n\ndecoder\n{summary(decoder)}",
        best_epoch=int(min(rows, key=lambda row: row["val_loss"])["epoch"]),
        files=FILES,
        settings={"loss": config.loss, "anomaly": config.anomaly, **asdict(config.data), **asdict(config.trainer)},
    )


FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "how raw records become inputs: means, vocabularies, classes",
    "metrics.csv": "loss per epoch",
    "timing.csv": "seconds and records per second per epoch",
    "results.json": "all scores beside those of PCA, diagnosis",
    "model.keras": "the trained network, for Keras",
    "examples.json": "raw records that exports are checked on",
    "saved_model/": "signatures encode, decode, reconstruct and anomaly_score on raw records, for TensorFlow Serving",
}


def _restored(prepare, records: np.ndarray):
    """Prepared records in the units of the data: uint8 images (N, H, W, C), or a list of rows of a table."""
    raw = {name: values.numpy() for name, values in prepare.restore(np.asarray(records, np.float32)).items()}
    if "image" in raw:
        return np.round(raw["image"]).astype(np.uint8)
    columns = {name: [v.decode() if isinstance(v, bytes) else v for v in values] for name, values in raw.items()}
    return [{name: values[row] for name, values in columns.items()} for row in range(len(records))]


def _records(splits, rows: np.ndarray) -> tuple[np.ndarray, object]:
    """Some test records: prepared, and as they are (restored from that, so that all versions look alike)."""
    one = splits.test.take(rows)
    fixed = (
        splits.prepare.fixed(one.inputs, one.origins) if splits.kind == "image" else splits.prepare.fixed(one.inputs)
    )
    prepared = np.asarray(splits.prepare.finish(fixed))
    return prepared, _restored(splits.prepare, prepared)


def _pairs(found: Found, splits):
    from evaluation.autoencoding_report import Records

    rows = evenly(len(splits.test), SHOWN if splits.kind == "image" else 6)
    prepared, originals = _records(splits, rows)
    ours, theirs = found.halves(prepared)[1], found.components.reconstruct(prepared)
    restored = {"network": _restored(splits.prepare, ours), "PCA": _restored(splits.prepare, theirs)}
    return Records({"original": originals, **restored})


def _surprising(found: Found, splits):
    from evaluation.autoencoding_report import Records

    errors = found.measured.errors
    worst = np.argsort(-errors, kind="stable")[: SURPRISING if splits.kind == "image" else SURPRISING // 2]
    prepared, originals = _records(splits, worst)
    versions = {"original": originals, "network": _restored(splits.prepare, found.halves(prepared)[1])}
    return Records(versions, tuple(map(str, splits.test.origins[worst])), tuple(errors[worst]))


def _walks(found: Found, splits) -> list:
    """Four walks between test records, of different classes where there are classes."""
    from evaluation.autoencoding_report import Records

    random, codes = np.random.default_rng(0), found.measured.codes
    walks = []
    for _ in range(4 if splits.kind == "image" else 1):
        start = int(random.integers(len(codes)))
        others = np.flatnonzero(splits.test.labels != splits.test.labels[start])
        end = int(random.choice(others if len(others) else np.arange(len(codes))))
        along = np.linspace(0, 1, STEPS)[:, None]
        between = found.halves.decode((1 - along) * codes[start] + along * codes[end])
        walks.append(Records({"between": _restored(splits.prepare, between)}))
    return walks


def _samples(found: Found, splits, seed: int):
    """Records from codes drawn from a standard normal distribution."""
    from evaluation.autoencoding_report import Records

    count = 4 * SHOWN if splits.kind == "image" else 8
    codes = np.random.default_rng(seed).standard_normal((count, found.code_size))
    made = _restored(splits.prepare, found.halves.decode(codes))
    if splits.kind != "image":
        return Records({"made": made})
    return Records({f"made {part + 1}": made[part * SHOWN : (part + 1) * SHOWN] for part in range(4)})
