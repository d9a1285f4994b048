"""What an autoencoder has to show: errors beside those of PCA, what the code is worth, a diagnosis."""

from dataclasses import asdict, dataclass

import numpy as np

from tasks.advice import flags
from tasks.autoencode.prepared import Prepared
from tasks.task import Learned

LARGEST_SAMPLE = 10_000  # training records on which errors are measured and PCA's classifier is fitted


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
class Outcome:
    """Scores of the three splits (`pca_...` for principal components), the diagnosis, and the test split measured."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    code_size: int
    diagnosis: object
    measured: Measured
    components: object
    halves: object

    def results(self) -> dict:
        scores = {"test": self.test, "validation": self.validation, "train": self.train}
        return scores | {"code_size": self.code_size, "diagnosis": asdict(self.diagnosis)}


def measured_of(halves, split, prepare, components) -> Measured:
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


def score(prepared: Prepared, learned: Learned) -> Outcome:
    """Score the best weights on all splits, and PCA on the same; the test split is read here first."""
    from evaluation.diagnosis import diagnose
    from evaluation.reconstruction import PrincipalComponents
    from evaluation.rivals import paired
    from models.autoencoder import parts
    from training.compilation import highest_rate

    print("fitting PCA with the same code size", flush=True)
    splits, trainer, halves = prepared.splits, prepared.trainer, parts(learned.model)
    size = halves.code_size
    sample = splits.train.spread(LARGEST_SAMPLE)
    components = PrincipalComponents.fit(_records(splits.train, splits.prepare), size, trainer.seed)
    given = {"train": sample, "validation": splits.validation, "test": splits.test}
    measured = {name: measured_of(halves, split, splits.prepare, components) for name, split in given.items()}
    normal = {name: _normal(split, prepared) for name, split in given.items()}
    figures = {name: scores(measured[name], normal[name], splits.kind) for name in given}
    figures["test"] |= code_accuracy(measured, sample, prepared)
    explained = {name: min(max(figures[name]["explained"], 0.0), 1.0) for name in given}
    scored, known = measured["test"], normal["test"]
    ours, theirs = (1 - errors[known] / scored.variance for errors in (scored.errors, scored.pca_errors))
    rivals = [paired("PCA", ours, theirs), paired("the mean record", ours, np.zeros(len(ours)), trivial=True)]
    diagnosis = diagnose(
        {name: [row[name] for row in learned.rows] for name in ("loss", "val_loss")},
        train_accuracy=explained["train"],
        validation_accuracy=explained["validation"],
        baseline=min(max(figures["validation"]["pca_explained"], 0.0), 1.0),
        learning_rate=highest_rate(trainer, learned.model),
        flags=flags(prepared.recipe, prepared.augment),
        measure="share of the variance kept",
        rivals=rivals if scored.variance else (),
    )
    test, validation, train = (figures[name] for name in ("test", "validation", "train"))
    return Outcome(test, validation, train, size, diagnosis, measured["test"], components, halves)


def _records(split, prepare) -> np.ndarray:
    """The records of a split as PCA is fitted on them: all, or as many, evenly spread, as it will look at."""
    from data.pipeline import batches
    from evaluation.reconstruction import MOST_VALUES

    most = max(MOST_VALUES // int(np.prod(prepare.input_shape)), 1)
    return np.concatenate([records for records, _ in batches(split.spread(most), prepare, 1024).as_numpy_iterator()])


def _normal(split, prepared: Prepared) -> np.ndarray:
    """Boolean (N,): the records that are not of the class that was kept out."""
    if prepared.anomaly is None:
        return np.ones(len(split), bool)
    return split.labels != prepared.splits.classes.index(prepared.anomaly)


def scores(measured: Measured, normal: np.ndarray, kind: str) -> dict[str, float]:
    """Figures of the network and, with `pca_` before the name, of PCA."""
    from evaluation import reconstruction

    ours = reconstruction.scores(measured.errors, measured.similarity, normal, kind == "image")
    theirs = reconstruction.scores(measured.pca_errors, measured.pca_similarity, normal, kind == "image")
    for found in (ours, theirs):
        found["explained"] = 1 - found["mse"] / max(measured.variance, np.finfo(float).tiny)
    return ours | {f"pca_{name}": value for name, value in theirs.items()}


def code_accuracy(measured: dict[str, Measured], sample, prepared: Prepared) -> dict[str, float]:
    """Accuracy of a small classifier on the code and on PCA's, where the known records have two classes or more."""
    from evaluation.code_accuracy import split_accuracy

    splits = prepared.splits
    known = _normal(splits.test, prepared)
    if len(np.unique(sample.labels)) < 2 or not splits.classes:
        return {}
    found = {}
    for name, kind in (("code_accuracy", "codes"), ("pca_code_accuracy", "pca_codes")):
        train, test = getattr(measured["train"], kind), getattr(measured["test"], kind)
        labels = splits.test.labels[known]
        found[name] = split_accuracy(train, sample.labels, test[known], labels, prepared.trainer.seed)
    return found


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores beside those of PCA as text, and the figures of the last line."""
    test, diagnosis = results["test"], results["diagnosis"]
    names = [name for name in test if not name.startswith("pca_")]
    lines = [f"{'on the test split':<28}{'network':>10}{'PCA':>10}   code of {results['code_size']} numbers"]
    line = {}
    for name in names:
        pca = f"pca_{name}"
        beside = f"{test[pca]:>10.4f}" if pca in test else f"{'':>10}"
        lines.append(f"  {name.replace('_', ' '):<26}{test[name]:>10.4f}{beside}")
        line |= {f"test_{name}": test[name]} | ({pca: test[pca]} if pca in test else {})
    lines.append(f"diagnosis: {diagnosis['label']}. {diagnosis['advice']}")
    return "\n".join(lines), line
