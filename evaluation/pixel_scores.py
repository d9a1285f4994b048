"""The scores of a split of pictures, added up picture by picture, so that no split is in memory."""

from collections.abc import Sequence

import numpy as np

from evaluation.boundary import boundary_f1, edge_counts
from evaluation.calibration import Reliability
from evaluation.segmentation import VOID, confusion, metrics

BINS = 15


class PixelScores:
    """Counts of pictures; `add` takes one after the other.

    Args:
        num_classes: K.

    Attributes:
        counts: int64 (K, K), pixels by truth and answer.
        by_picture: A list of int64 (3, K): pixels that are right, of the truth, of the answer.
    """

    def __init__(self, num_classes: int):
        self.num_classes = num_classes
        self.counts = np.zeros((num_classes, num_classes), np.int64)
        self.by_picture: list[np.ndarray] = []
        self._edges = np.zeros((4, num_classes), np.int64)
        self._bins = np.zeros((3, BINS))  # pixels, their confidence, those that are right
        self._surprise = 0.0
        self._has_confidence = False

    def add(self, truth: np.ndarray, answers: np.ndarray, confidence=None, of_truth=None) -> None:
        """Count a picture.

        Args:
            truth: Class indices (height, width), `VOID` where there is none.
            answers: Class indices (height, width).
            confidence: Probability of the answer (height, width), None where there is none.
            of_truth: Probability of the true class (height, width); of void pixels any number.
        """
        own = confusion(truth, answers, self.num_classes)
        self.counts += own
        self.by_picture.append(np.stack([own.diagonal(), own.sum(1), own.sum(0)]))
        self._edges += edge_counts(truth, answers, self.num_classes)
        if confidence is None:
            return
        self._has_confidence = True
        counted = truth != VOID
        sure, right = confidence[counted].astype(np.float64), (truth == answers)[counted]
        places = np.clip(np.ceil(sure * BINS).astype(int) - 1, 0, BINS - 1)
        for row, weights in enumerate((None, sure, right)):
            self._bins[row] += np.bincount(places, weights, BINS)
        likely = np.maximum(of_truth[counted].astype(np.float64), np.finfo(np.float32).tiny)
        self._surprise -= float(np.log(likely).sum())

    def metrics(self) -> dict[str, float]:
        """All figures of `evaluation.segmentation.NAMES` that the pictures allow."""
        found = metrics(self.counts) | {"boundary_f1": boundary_f1(self._edges)}
        total = self.counts.sum()
        if self._has_confidence and total:
            bins = self.reliability()
            used = bins.counts > 0
            gaps = np.abs(bins.accuracy - bins.confidence)[used]
            found |= {"nll": self._surprise / total, "ece": float((gaps * bins.counts[used]).sum() / total)}
        return found

    def reliability(self) -> Reliability:
        """Pixels by their confidence."""
        counts, sure, right = self._bins
        divisor = np.where(counts > 0, counts, np.nan)
        return Reliability(np.linspace(0, 1, BINS + 1), counts.astype(int), sure / divisor, right / divisor)

    def picture_ious(self) -> np.ndarray:
        """Of each picture the mean over its classes of intersection over union, (N,): to find the worst."""
        right, true, given = np.array(self.by_picture, np.float64).transpose(1, 0, 2)
        union = true + given - right
        with np.errstate(invalid="ignore"):
            return np.where(union > 0, right / np.maximum(union, 1), 0).sum(1) / (union > 0).sum(1)


def worst(scores: PixelScores, most: int) -> Sequence[int]:
    """The pictures of lowest IoU, the worst first; such as are all void are left out."""
    found = scores.picture_ious()
    order = np.argsort(found, kind="stable")
    return [int(row) for row in order if np.isfinite(found[row])][:most]
