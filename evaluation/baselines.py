"""What simple methods reach on the same splits and the same prepared features: the number a network has to beat.

    score(train, validation, test, num_classes, *, seed=0, labels=None) -> list[Baseline]

Each split is (inputs, labels): inputs (N, ...) float, prepared as for the network; labels (N,) class indices. Those of
validation and test may be a function that yields them in pieces, so that they are never all in memory.
The methods: the most frequent class, logistic regression, gradient boosting. They are fitted on the training split
only. Pictures above 32 x 32 x 3 values get the most frequent class alone; the notes say what was cut and where.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from evaluation.classification import metrics

MAJORITY = "most frequent class"
TABLE_ROWS = 20_000
IMAGE_ROWS = 5_000
MAX_FEATURES = 32 * 32 * 3
LOGISTIC_STEPS = 200
LOGISTIC_WORK = 1.5e11  # rows * features * classes * steps: about 15 seconds on one core
BOOSTING_ROUNDS = 100
FEWEST_ROUNDS = 20
# Boosting's time is proportional to features * trees * leaves * (bins + 120), at 2e8 a second on one laptop core (rows
# matter little below 20,000). Rounds are cut by this count and not by a clock, so that every machine agrees.
BOOSTING_WORK = 2e9

Rows = tuple[np.ndarray | Callable[[], Iterable[np.ndarray]], np.ndarray]


@dataclass(frozen=True)
class Baseline:
    """One method: metrics of the test split (see classification.metrics), accuracy on validation, time to fit.

    answers: class indices for the validation rows, then for the test rows.
    """

    name: str
    metrics: dict[str, float]
    validation_accuracy: float
    seconds: float
    note: str
    answers: np.ndarray = field(compare=False)


def score(
    train: Rows, validation: Rows, test: Rows, num_classes: int, *, seed: int = 0, labels: np.ndarray | None = None
) -> list[Baseline]:
    """Fits the baselines on `train` and scores them on the other two splits; about 30 seconds on one core at most.

    The result depends on the data and `seed` alone. A class without training rows is given probability 0.

    Args:
        train, validation, test: see above.
        num_classes: classes.
        seed: of the rows that are looked at, and of boosting.
        labels: (all,) labels of all training rows, where `train` holds only those that `looked_at` names.

    Raises:
        ValueError: the inputs hold NaN or infinity, which the network could not have learnt from either.
    """
    inputs, own = flat(train[0], "train"), np.asarray(train[1])
    others = [(partial(_pieces, rows, name), y) for name, (rows, y) in (("validation", validation), ("test", test))]
    is_image = np.ndim(train[0]) > 2
    everything = own if labels is None else np.asarray(labels)
    results = majority(everything, others[0][1], others[1][1], num_classes)
    if inputs.shape[1] > MAX_FEATURES or len(np.unique(everything)) < 2:
        return results
    if labels is None:
        chosen = looked_at(own, is_image, seed)
        inputs, own = inputs[chosen], own[chosen]
    cut = "" if len(own) == len(everything) else f"{len(own):,} of {len(everything):,} training rows"
    labels = own

    steps = max(1, min(LOGISTIC_STEPS, int(LOGISTIC_WORK / (inputs.size * num_classes))))
    logistic = LogisticRegression(max_iter=steps)
    # Table columns can differ in scale by any factor; the pixels of an image share one, and scaling each of them apart
    # would blow up those that are almost always black.
    model = logistic if is_image else make_pipeline(StandardScaler(), logistic)
    stopped = f"stopped after {steps} steps"
    results.append(
        fitted(
            "logistic regression",
            model,
            inputs,
            labels,
            others,
            num_classes,
            [cut],
            lambda: stopped if logistic.n_iter_.max() >= steps else "",
        )
    )

    bins, leaves = (32, 15) if is_image else (255, 31)
    trees = 1 if num_classes == 2 else num_classes
    rounds = min(BOOSTING_ROUNDS, int(BOOSTING_WORK / (inputs.shape[1] * trees * leaves * (bins + 120))))
    if rounds >= FEWEST_ROUNDS:
        boosting = HistGradientBoostingClassifier(
            max_iter=rounds, max_bins=bins, max_leaf_nodes=leaves, early_stopping=False, random_state=seed
        )
        notes = [cut, f"{rounds} rounds" if rounds < BOOSTING_ROUNDS else ""]
        results.append(fitted("gradient boosting", boosting, inputs, labels, others, num_classes, notes))
    return results


def majority(labels: np.ndarray, validation: np.ndarray, test: np.ndarray, num_classes: int) -> list[Baseline]:
    """The most frequent of the training `labels` (N,), scored on those of the other splits; it sees no inputs."""
    nothing, *others = (np.zeros((len(some), 1), np.float32) for some in (labels, validation, test))
    given = [(partial(_pieces, rows, MAJORITY), y) for rows, y in zip(others, (validation, test), strict=True)]
    return [fitted(MAJORITY, DummyClassifier(), nothing, labels, given, num_classes, [])]


def looked_at(labels: np.ndarray, is_image: bool, seed: int) -> np.ndarray:
    """Sorted indices of the training rows that logistic regression and boosting are fitted on."""
    return stratified(labels, IMAGE_ROWS if is_image else TABLE_ROWS, seed)


def fitted(
    name: str, model, inputs, labels, others: list, num_classes: int, notes: list[str], after: Callable = str
) -> Baseline:
    """Fits a scikit-learn classifier and scores it.

    Args:
        name: of the method.
        model: the classifier.
        inputs, labels: (N, F) and (N,) of the training rows.
        others: validation and test, each a function that yields (n, F), and labels.
        num_classes: classes.
        notes: of the result.
        after: gives a further note once it is fitted.
    """
    started = perf_counter()
    # One thread: two wait for each other after every tiny step. Measured on two cores, digits: logistic regression 0.07
    # against 1.6 seconds, boosting 0.75 against 0.67; beside another busy process 2.7 against 240 for both together.
    with threadpool_limits(1), warnings.catch_warnings():
        # Not converging is a property of the baseline that its note tells; it is no fault of the user's run.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(inputs, labels)
        seconds = perf_counter() - started
        found, answers = (np.concatenate([model.predict_proba(rows) for rows in pieces()]) for pieces, _ in others)
        guess = model.classes_[found.argmax(axis=1)]
    validation_labels, test_labels = (np.asarray(labels) for _, labels in others)
    probabilities = np.zeros((len(test_labels), num_classes))
    probabilities[:, model.classes_] = answers
    accuracy = float((guess == validation_labels).mean())
    note = "; ".join(filter(None, [*notes, after()]))
    answers = np.concatenate([guess, probabilities.argmax(axis=1)])
    return Baseline(name, metrics(test_labels, probabilities), accuracy, seconds, note, answers)


def _pieces(inputs, split: str) -> Iterator[np.ndarray]:
    """(n, F) float32 of inputs, which are an array or a function that yields some at a time."""
    for some in inputs() if callable(inputs) else [inputs]:
        yield flat(some, split)


def flat(inputs, split: str) -> np.ndarray:
    """(N, ...) as (N, F) float32, refusing what is not finite."""
    rows = np.asarray(inputs, np.float32)
    rows = rows.reshape(len(rows), -1)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(bad):
        raise ValueError(
            f"prepared inputs must be finite: fill missing values while preparing. "
            f"Received: NaN or infinity in row {bad[0]} of the {split} split"
        )
    return rows


def stratified(labels: np.ndarray, limit: int, seed: int) -> np.ndarray:
    """Sorted indices of about `limit` rows in which each class keeps its share and at least one row."""
    if len(labels) <= limit:
        return np.arange(len(labels))
    random = np.random.default_rng(seed)
    parts = []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = max(1, round(limit * len(rows) / len(labels)))
        parts.append(random.permutation(rows)[:count])
    return np.sort(np.concatenate(parts))
