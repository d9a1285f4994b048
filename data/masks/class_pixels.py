"""How many pixels each class has in the training pictures, and the weights that let a rare class count."""

import numpy as np

from data.masks.masked_images import VOID, MaskedImages


def counted(split: MaskedImages, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of each class, int64 (K,), and pixels of those pictures in which it occurs, void ones left out."""
    pixels, around = np.zeros(num_classes, np.int64), np.zeros(num_classes, np.int64)
    for row in range(len(split)):
        own = np.bincount(split.truth(row).ravel(), minlength=VOID + 1)[:num_classes]
        pixels += own
        around += np.where(own > 0, own.sum(), 0)
    return pixels, around


def median_frequency(pixels: np.ndarray, around: np.ndarray) -> np.ndarray:
    """`median(f) / f` with f the share of a class in the pictures that have it; 0 for a class without a pixel.

    Reference:
        Eigen & Fergus, 2015: Predicting depth, surface normals and semantic labels (arXiv:1411.4734), section 6.3.2.
    """
    occurs = pixels > 0
    frequency = pixels[occurs] / around[occurs]
    weights = np.zeros(len(pixels))
    weights[occurs] = np.median(frequency) / frequency
    return weights


def enet(pixels: np.ndarray, constant: float = 1.02) -> np.ndarray:
    """`1 / ln(c + p)` with p the share of a class among all pixels; 0 for a class without a pixel.

    Reference:
        Paszke et al., 2016: ENet (arXiv:1606.02147), section 5.1.
    """
    weights = 1 / np.log(constant + pixels / pixels.sum())
    return np.where(pixels > 0, weights, 0.0)


def class_weights(kind: str, split: MaskedImages, num_classes: int) -> list[float] | None:
    """Weights by their name, divided by their mean over all training pixels: the loss stays as large as it was, and so
    does the best learning rate. None for "none"."""
    if kind == "none":
        return None
    pixels, around = counted(split, num_classes)
    weights = median_frequency(pixels, around) if kind == "median" else enet(pixels)
    return list(map(float, weights * pixels.sum() / (weights * pixels).sum()))
