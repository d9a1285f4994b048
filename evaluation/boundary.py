"""How well edges are met, which intersection over union of large areas hardly shows.

Csurka et al. 2013: What is a good evaluation measure for semantic segmentation? (BMVC). The edge of a class in a
picture are its pixels beside a pixel of another class. Of the edges of all pictures together, precision is the share of
the answer's within `DISTANCE` pixels of the truth's, recall the reverse; their harmonic mean is averaged over classes.

Masks often have a thin void rim where classes meet. Void that is less than `THICK` pixels wide is taken for the nearest
class here, so that there is an edge in it; what is thicker has no edge, and none beside it.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt, grey_opening

from evaluation.segmentation import VOID

DISTANCE = 3  # pixels
THICK = 7  # pixels
DISK = np.argwhere(np.hypot(*np.mgrid[-DISTANCE : DISTANCE + 1, -DISTANCE : DISTANCE + 1]) <= DISTANCE)
"""Places within the distance, counted from the corner of the square around."""
NONE = -1


def edges(classes: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Boolean (height, width): pixels beside one of another class, above, below, left or right, where both count."""
    found = np.zeros(classes.shape, bool)
    for axis in (0, 1):
        first, second = [slice(None)] * 2, [slice(None)] * 2
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        first, second = tuple(first), tuple(second)
        differ = (classes[first] != classes[second]) & counted[first] & counted[second]
        found[first] |= differ
        found[second] |= differ
    return found


def edge_counts(truth: np.ndarray, answers: np.ndarray, num_classes: int) -> np.ndarray:
    """Of a picture and each class, int64 (4, K): edge pixels of the answer met by the truth, and all of the answer's;
    those of the truth met by the answer, and all of the truth's.

    Args:
        truth, answers: Class indices (height, width); what is thickly `VOID` in the truth has no edge.
        num_classes: K.
    """
    truth, counted = without_rim(truth)
    true, given = (np.where(edges(one, counted), one.astype(np.int64), NONE) for one in (truth, answers))
    rows = [part for one, other in ((given, true), (true, given)) for part in _met(one, other)]
    return np.stack([np.bincount(row, minlength=num_classes) for row in rows])


def without_rim(truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The truth with thin void taken for the nearest class, and where it has a class then, boolean."""
    void = truth == VOID
    if void.all() or not void.any():
        return truth, ~void
    thick = grey_opening(void, THICK)
    nearest = distance_transform_edt(void, return_distances=False, return_indices=True)
    return np.where(thick, truth, truth[tuple(nearest)]), ~thick


def _met(edge: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The classes of the pixels of an edge that have one of the other edge within `DISTANCE`; and of all of them."""
    places = np.argwhere(edge != NONE)
    own = edge[tuple(places.T)]
    around = np.pad(other, DISTANCE, constant_values=NONE)
    met = np.zeros(len(places), bool)
    for row, column in DISK:  # only the pixels of the edge are looked at, which are few
        met |= around[places[:, 0] + row, places[:, 1] + column] == own
    return own[met], own


def boundary_f1(counts: np.ndarray) -> float:
    """The mean of the F1 of the classes that have an edge in truth or answer; NaN where none has.

    Args:
        counts: int64 (4, K), sums of `edge_counts`.
    """
    met_given, given, met_true, true = np.asarray(counts, np.float64)
    precision, recall = met_given / np.maximum(given, 1), met_true / np.maximum(true, 1)
    scores = 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)
    occurs = given + true > 0
    return float(scores[occurs].mean()) if occurs.any() else float("nan")
