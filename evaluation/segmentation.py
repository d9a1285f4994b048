"""How well classes of pixels are found: everything is read off one count over all pixels of a split.

    confusion(truth, answers, num_classes) -> int64 (K, K)
    metrics(counts) -> dict of figures, the first of which is "miou"
    per_class(counts, names) -> list[ClassScore]

Pixels of the index `VOID` count nowhere. The figures of Long et al. 2015, Fully convolutional networks for semantic
segmentation, section 5; a class that neither the truth nor an answer has is left out of their means.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VOID = 255
NAMES = {
    "miou": "mIoU",
    "pixel_accuracy": "pixel accuracy",
    "class_accuracy": "class average",
    "frequency_weighted_iou": "weighted IoU",
    "boundary_f1": "boundary F1",
    "nll": "NLL",
    "ece": "ECE",
}
MEANINGS = (
    "mIoU: the mean over the classes of TP / (TP + FP + FN), intersection over union, of all pixels of all pictures "
    "together. A class that neither truth nor answer has is left out.",
    "Pixel accuracy: share of pixels answered rightly. Class average: the mean over the classes of the share of their "
    "pixels that is found. Weighted IoU: the mean of the IoU, each class weighing by its pixels.",
    "Boundary F1: of the edges of each class, how many are met within 3 pixels, by truth and answer.",
    "NLL: mean of minus the logarithm of the true class's probability. ECE: mean distance of confidence from accuracy. "
    "Of these two less is better.",
)


@dataclass(frozen=True)
class ClassScore:
    """Figures of one class; NaN where not defined. `pixels` are of the truth, `answered` of the answers."""

    name: str
    iou: float
    recall: float
    precision: float
    pixels: int
    answered: int


def confusion(truth, answers, num_classes: int) -> np.ndarray:
    """Pixels by true class (row) and answer (column), int64 (K, K); those whose truth is `VOID` are left out.

    Args:
        truth, answers: Class indices of one shape.
        num_classes: K.

    Raises:
        ValueError: The shapes differ, or an index is neither a class nor, in the truth, `VOID`.
    """
    truth, answers = np.asarray(truth), np.asarray(answers)
    if truth.shape != answers.shape:
        raise ValueError(f"`truth` and `answers` must have one shape. Received: {truth.shape} and {answers.shape}")
    counted = truth != VOID
    true, given = truth[counted].astype(np.int64), answers[counted].astype(np.int64)
    for name, values in (("truth", true), ("answers", given)):
        if len(values) and not 0 <= values.min() <= values.max() < num_classes:
            raise ValueError(
                f"`{name}` must hold class indices below {num_classes}. Received: {values.min()} to {values.max()}"
            )
    return np.bincount(num_classes * true + given, minlength=num_classes**2).reshape(num_classes, num_classes)


def ious(counts: np.ndarray) -> np.ndarray:
    """Intersection over union of each class, float64 (..., K) of counts (..., K, K); NaN where there is no pixel."""
    counts = np.asarray(counts, np.float64)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    union = counts.sum(-1) + counts.sum(-2) - right
    return np.where(union > 0, right / np.maximum(union, 1), np.nan)


def metrics(counts: np.ndarray) -> dict[str, float]:
    """mIoU, pixel accuracy, class-average accuracy and frequency-weighted IoU; NaN where no pixel counts."""
    counts = np.asarray(counts, np.int64)
    total, right, true = counts.sum(), counts.diagonal(), counts.sum(1)
    if not total:
        return dict.fromkeys(("miou", "pixel_accuracy", "class_accuracy", "frequency_weighted_iou"), float("nan"))
    overlap = ious(counts)
    return {
        "miou": float(np.nanmean(overlap)),
        "pixel_accuracy": float(right.sum() / total),
        "class_accuracy": float((right[true > 0] / true[true > 0]).mean()),
        "frequency_weighted_iou": float((true * np.nan_to_num(overlap)).sum() / total),
    }


def per_class(counts: np.ndarray, names: Sequence[str]) -> list[ClassScore]:
    """Figures of each class."""
    counts = np.asarray(counts, np.int64)
    right, true, given, overlap = counts.diagonal(), counts.sum(1), counts.sum(0), ious(counts)

    def share(part, whole):
        return float(part / whole) if whole else float("nan")

    return [
        ClassScore(
            str(name),
            float(overlap[k]),
            share(right[k], true[k]),
            share(right[k], given[k]),
            int(true[k]),
            int(given[k]),
        )
        for k, name in enumerate(names)
    ]


def omitted(counts: np.ndarray, names: Sequence[str]) -> list[str]:
    """Sentences on classes that the figures leave out, or that no answer could be right for."""
    true, given = counts.sum(1), counts.sum(0)
    absent = [name for name, t, g in zip(names, true, given, strict=True) if not t and not g]
    untrue = [name for name, t, g in zip(names, true, given, strict=True) if not t and g]
    found = []
    if absent:
        found.append(f"Left out of the means, since neither truth nor answer has a pixel of them: {', '.join(absent)}.")
    if untrue:
        found.append(f"Without a pixel in the truth, but answered, so that their IoU is 0: {', '.join(untrue)}.")
    return found


def interval(by_picture: np.ndarray, seed: int = 0, draws: int = 200) -> tuple[float, float]:
    """A 95% interval of the mIoU: pictures are drawn anew, with replacement.

    Args:
        by_picture: int64 (N, 3, K): of each picture and class the pixels that are right, in truth, and answered.
        seed: Of the draws.
        draws: How many.
    """
    random, found = np.random.default_rng(seed), []
    for _ in range(draws):
        chosen = random.integers(len(by_picture), size=len(by_picture))
        right, true, given = by_picture[chosen].sum(0).astype(np.float64)
        union = true + given - right
        if (union > 0).any():
            found.append((right[union > 0] / union[union > 0]).mean())
    if not found:
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
