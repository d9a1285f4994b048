"""Scores of a classifier from its labels and probabilities.

    metrics(labels, probabilities) -> dict[str, float]      accuracy, balanced_accuracy, macro_f1, auc, nll, ...
    omitted(labels, probabilities) -> dict[str, str]        metric left out -> why
    per_class(labels, probabilities, classes) -> list[ClassScore]
    confusion(labels, probabilities) -> (K, K) counts, row = truth, column = prediction
    accuracy_interval(correct, total) -> (low, high)        95 percent

Everywhere labels are (N,) class indices and probabilities (N, K) rows that sum to 1, K >= 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from sklearn.metrics import roc_auc_score

from evaluation.calibration import expected_calibration_error
from evaluation.losses import cross_entropy, mean_squared_error, one_hot
from evaluation.probabilities import checked


@dataclass(frozen=True)
class ClassScore:
    """One class: support is its number of rows, predicted how often it was answered; what is undefined is NaN."""

    name: str
    precision: float
    recall: float
    f1: float
    auc: float
    support: int
    predicted: int


def metrics(labels, probabilities) -> dict[str, float]:
    """All scores of one split, as a flat dictionary of floats, most important first.

    accuracy: share of rows whose most probable class is the true one (the first of equals).
    top3_accuracy, top5_accuracy: the true class is among the k most probable; given where K > 2k, since with fewer
        classes a guess would reach half. Equals are won by the class of lower index, as in `accuracy`.
    balanced_accuracy: mean recall of the classes that occur.
    macro_f1: mean F1 of the classes that occur or are predicted.
    auc: area under the ROC curve; with K > 2 the plain mean of one class against the rest. Left out where a class
        does not occur or no other does (`omitted` says so).
    nll: mean of -ln p[true class], in nats.
    brier: mean over rows of the squared distance of p from the one-hot truth, summed over the classes, so in [0, 2]
        (Brier 1950); with two classes that is twice the one-column variant.
    ece: expected calibration error, 15 bins of equal width (see calibration.py).

    Raises:
        ValueError: the arrays do not fit each other (see probabilities.py).
    """
    labels, probabilities = checked(labels, probabilities)
    num_classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    counts = confusion(labels, probabilities)
    support, answered = counts.sum(axis=1), counts.sum(axis=0)
    occurs, concerned = support > 0, support + answered > 0
    scores = {"accuracy": float((predicted == labels).mean())}
    order = np.argsort(-probabilities, axis=1, kind="stable")
    for k in (3, 5):
        if num_classes > 2 * k:
            scores[f"top{k}_accuracy"] = float((order[:, :k] == labels[:, None]).any(axis=1).mean())
    scores["balanced_accuracy"] = float((counts.diagonal()[occurs] / support[occurs]).mean())
    # 2 TP / (2 TP + FP + FN); the denominator is the class's rows plus its answers.
    scores["macro_f1"] = float((2 * counts.diagonal()[concerned] / (support + answered)[concerned]).mean())
    if "auc" not in omitted(labels, probabilities):
        columns = [1] if num_classes == 2 else range(num_classes)
        scores["auc"] = float(np.mean([roc_auc_score(labels == k, probabilities[:, k]) for k in columns]))
    scores["nll"] = cross_entropy(labels, probabilities)
    scores["brier"] = mean_squared_error(one_hot(labels, num_classes), probabilities, reduction="sum_over_classes")
    scores["ece"] = expected_calibration_error(labels, probabilities)
    return scores


def omitted(labels, probabilities) -> dict[str, str]:
    """Which metrics `metrics` leaves out for these rows, each with the reason as a sentence."""
    labels, probabilities = checked(labels, probabilities)
    absent = np.setdiff1d(np.arange(probabilities.shape[1]), labels)
    if len(absent) == 0:
        return {}
    shown = ", ".join(str(k) for k in absent[:5]) + (", ..." if len(absent) > 5 else "")
    return {"auc": f"AUC needs rows of every class; {len(absent)} of {probabilities.shape[1]} have none: {shown}."}


def per_class(labels, probabilities, classes: Sequence[str]) -> list[ClassScore]:
    """Precision, recall, F1, AUC against the rest, support and number of predictions of each of the K classes."""
    labels, probabilities = checked(labels, probabilities)
    num_classes = probabilities.shape[1]
    if len(classes) != num_classes:
        raise ValueError(f"`classes` must hold {num_classes} names, one per column. Received: {len(classes)} names")
    counts = confusion(labels, probabilities)
    rows = []
    for k, name in enumerate(classes):
        hits, support, answered = (int(count) for count in (counts[k, k], counts[k].sum(), counts[:, k].sum()))
        both_occur = 0 < support < len(labels)
        rows.append(
            ClassScore(
                name=str(name),
                precision=ratio(hits, answered),
                recall=ratio(hits, support),
                f1=ratio(2 * hits, support + answered),
                auc=float(roc_auc_score(labels == k, probabilities[:, k])) if both_occur else float("nan"),
                support=support,
                predicted=answered,
            )
        )
    return rows


def ratio(part: int, whole: int) -> float:
    """part / whole, or NaN where there is nothing to divide by."""
    return part / whole if whole else float("nan")


def confusion(labels, probabilities) -> np.ndarray:
    """(K, K) counts: entry [i, j] is how many rows of class i were taken for class j."""
    labels, probabilities = checked(labels, probabilities)
    num_classes = probabilities.shape[1]
    places = labels * num_classes + probabilities.argmax(axis=1)
    return np.bincount(places, minlength=num_classes**2).reshape(num_classes, num_classes)


def accuracy_interval(correct: int, total: int) -> tuple[float, float]:
    """The 95 percent interval of an accuracy measured on `total` rows.

    Reference: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.
    """
    if not 0 <= correct <= total or total < 1:
        raise ValueError(
            f"`correct` must be in [0, total] and `total` at least 1. Received: correct={correct}, total={total}"
        )
    z, share = 1.959964, correct / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, centre - half), min(1.0, centre + half)
