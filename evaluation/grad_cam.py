"""Grad-CAM: where in a picture the last feature map speaks for an answer (Selvaraju et al. 2017, arXiv:1610.02391)."""

import numpy as np
from PIL import Image


def grad_cam(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """How strongly each place speaks for a score: `relu(sum_k a_k F_k)`, a_k the mean gradient of channel k.

    Args:
        features: The feature map F, (batch, rows, columns, channels).
        gradients: Of the score by the feature map, of the same shape.

    Returns:
        (batch, rows, columns), 0 or more.
    """
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    return np.maximum((features * weights).sum(axis=-1), 0)


def enlarged(grid: np.ndarray, height: int, width: int) -> np.ndarray:
    """A grid (rows, columns) laid over a picture, smoothly: float32 (height, width)."""
    image = Image.fromarray(np.asarray(grid, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
