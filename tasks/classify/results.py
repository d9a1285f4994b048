"""What a classification has to show: scores beside baselines, and a diagnosis."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from tasks.classify.diagnosis import diagnosed
from tasks.classify.prepared import Prepared
from tasks.task import Learned

RECORDS_AT_ONCE = 4096  # for the baselines: 50 MB of the largest images that they see
LARGEST_TRAINING_SAMPLE = 10_000  # records on which the training accuracy is measured


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores of the three splits, the baselines, the diagnosis, and the test probabilities `(N, K)`."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    baselines: list
    diagnosis: object
    probabilities: np.ndarray

    def results(self) -> dict:
        scores = {"test": self.test, "validation": self.validation, "train": self.train}
        baselines = {baseline.name: baseline.metrics for baseline in self.baselines}
        return scores | {"baselines": baselines, "diagnosis": asdict(self.diagnosis)}


def probabilities(model, split, prepare) -> np.ndarray:
    """Class probabilities `(N, K)` of a split, in its order."""
    from data.pipeline import outputs

    return softmax(outputs(model, split, prepare, 256).astype(np.float64))


def row_losses(prepared: Prepared, learned: Learned) -> np.ndarray:
    """Minus the log of the true class's probability, of each validation row (N,)."""
    split = prepared.splits.validation
    true = probabilities(learned.validated, split, prepared.splits.prepare)[np.arange(len(split)), split.labels]
    return -np.log(np.maximum(true, np.finfo(np.float32).tiny))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities `(N, K)` of logits `(N, K)`, in their precision."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def score(prepared: Prepared, learned: Learned) -> Outcome:
    """Score the best weights on all splits, and the baselines on the same; the test split is read here first."""
    from evaluation.classification import metrics

    splits = prepared.splits
    sample = splits.train.spread(LARGEST_TRAINING_SAMPLE)
    parts = {"train": sample, "validation": splits.validation, "test": splits.test}
    figures, outputs = {}, {}
    for name, split in parts.items():
        network = learned.model if name == "test" else learned.validated
        outputs[name] = probabilities(network, split, splits.prepare)
        figures[name] = metrics(split.labels, outputs[name])
    print("scoring baselines on the same splits", flush=True)
    simple = simple_methods(splits, prepared.trainer.seed)
    labels = {name: split.labels for name, split in parts.items()}
    answers = {name: some.argmax(axis=1) for name, some in outputs.items()}
    diagnosis = diagnosed(prepared, learned, labels, answers, figures, simple)
    return Outcome(figures["test"], figures["validation"], figures["train"], simple, diagnosis, outputs["test"])


def simple_methods(splits, seed: int) -> list:
    """The baselines, which are given no more records than they look at: of photographs none."""
    from evaluation import baselines, text_baselines

    parts, classes = (splits.train, splits.validation, splits.test), len(splits.classes)
    if splits.kind == "text":
        return text_baselines.score(*parts, splits.prepare, classes, seed)
    if np.prod(splits.input_shape) > baselines.MAX_FEATURES:
        return baselines.majority(*(part.labels for part in parts), classes)
    chosen = baselines.looked_at(splits.train.labels, len(splits.input_shape) > 1, seed)
    if len(chosen) < len(splits.train):
        parts = (splits.train.take(chosen), *parts[1:])
    train, *others = parts
    given = ((partial(_inputs, part, splits.prepare), part.labels) for part in others)
    inputs = np.concatenate(list(_inputs(train, splits.prepare)))
    return baselines.score((inputs, train.labels), *given, classes, seed=seed, labels=splits.train.labels)


def _inputs(split, prepare) -> Iterator[np.ndarray]:
    """The prepared records of a split, float32 (n, ...), some at a time."""
    from data.pipeline import batches

    for some, _ in batches(split, prepare, RECORDS_AT_ONCE).as_numpy_iterator():
        yield some


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores beside the baselines as text, and the figures of the last line."""
    test, diagnosis = results["test"], results["diagnosis"]
    lines = [f"{'on the test split':<28}{'accuracy':>9}{'macro F1':>9}"]
    for name, figures in {"this network": test, **results["baselines"]}.items():
        lines.append(f"  {name:<26}{figures['accuracy']:>9.4f}{figures['macro_f1']:>9.4f}")
    lines.append(f"diagnosis: {diagnosis['label']}. {diagnosis['advice']}")
    return "\n".join(lines), {f"test_{name}": value for name, value in test.items()}
