"""What simple methods answer for each pixel: the most frequent class of its place, and a logistic regression.

Both are fitted on the training pictures alone. The regression sees the colour and the place of the pixel, their squares
and their products, and nothing around it.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from evaluation.segmentation import VOID

GRID = 32  # cells a side that places are told apart by
PLACES = "most frequent class of the place"
LOGISTIC = "logistic regression on colour and place"
SAMPLED = 20_000  # training pixels that the regression sees
STEPS = 200


@dataclass(frozen=True)
class PixelBaseline:
    """A method: its name, and the function from a picture uint8 (height, width, 3) to classes uint8 (height, width)."""

    name: str
    answer: Callable[[np.ndarray], np.ndarray]


def fitted(pictures: Iterable[tuple[np.ndarray, np.ndarray]], count: int, num_classes: int, seed: int = 0):
    """The baselines, from one pass over training pictures.

    Args:
        pictures: Pairs of uint8 (height, width, 3) and classes (height, width), `VOID` where there is none.
        count: How many they are.
        num_classes: K.
        seed: Of the pixels that the regression sees.
    """
    random, each = np.random.default_rng(seed), max(SAMPLED // count, 1)
    places = np.zeros((GRID * GRID, num_classes), np.int64)
    features, labels = [], []
    for pixels, classes in pictures:
        counted = np.flatnonzero(classes.ravel() != VOID)
        known = classes.ravel()[counted].astype(np.int64)
        cells = _cells(classes.shape).ravel()[counted]
        places += np.bincount(num_classes * cells + known, minlength=places.size).reshape(places.shape)
        chosen = random.choice(counted, min(each, len(counted)), replace=False)
        features.append(_features(pixels)[chosen])
        labels.append(classes.ravel()[chosen])
    # A place that no picture has is answered as most are.
    most = np.where(places.sum(1) > 0, places.argmax(1), places.sum(0).argmax()).astype(np.uint8)
    found = [PixelBaseline(PLACES, lambda pixels: most[_cells(pixels.shape[:2])])]
    labels = np.concatenate(labels)
    if len(np.unique(labels)) > 1:
        model = make_pipeline(
            PolynomialFeatures(2, include_bias=False), StandardScaler(), LogisticRegression(max_iter=STEPS)
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(np.concatenate(features), labels)

        def regression(pixels):
            return model.predict(_features(pixels)).astype(np.uint8).reshape(pixels.shape[:2])

        found.append(PixelBaseline(LOGISTIC, regression))
    return found


def _cells(shape: tuple[int, ...]) -> np.ndarray:
    """The cell of each pixel, int (height, width)."""
    rows, columns = (np.arange(side) * GRID // side for side in shape)
    return GRID * rows[:, None] + columns


def _features(pixels: np.ndarray) -> np.ndarray:
    """Red, green, blue, row and column of each pixel, from 0 to 1: float32 (height * width, 5)."""
    height, width = pixels.shape[:2]
    found = np.empty((height, width, 5), np.float32)
    found[..., :3] = pixels / np.float32(255)
    found[..., 3] = np.linspace(0, 1, height)[:, None]
    found[..., 4] = np.linspace(0, 1, width)
    return found.reshape(-1, 5)
