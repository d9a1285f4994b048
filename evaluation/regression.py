"""Scores of a regression, in the units of the target.

    metrics(targets, found, level) -> dict[str, float]      rmse, mae, r2, nll, coverage, interval_width
    r2(targets, predictions) -> float

`found` holds `prediction`, `std`, `lower`, `upper`, each (N,), as `RegressionDecoding` gives them.
"""

from collections.abc import Mapping

import numpy as np


def metrics(targets, found: Mapping[str, np.ndarray], level: float) -> dict[str, float]:
    """All scores of one split, as a flat dictionary of floats, most important first.

    rmse, mae: root of the mean squared error, mean absolute error.
    r2: 1 - mean squared error / variance of the targets; 0 is the mean of these very rows.
    nll: mean of -ln of the normal density with mean `prediction` and deviation `std` at the target, in nats.
    coverage: share of the targets inside [lower, upper]; `level` is what was promised.
    interval_width: mean of upper - lower.

    Raises:
        ValueError: no rows, arrays of unequal length, or numbers that are not finite.
    """
    targets, prediction, std, lower, upper = _checked(targets, found)
    error = targets - prediction
    scores = {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
    scores["r2"] = r2(targets, prediction)
    scores["nll"] = float(np.mean(np.log(std) + 0.5 * (error / std) ** 2) + 0.5 * np.log(2 * np.pi))
    scores["coverage"] = float(np.mean((lower <= targets) & (targets <= upper)))
    scores["promised_coverage"] = float(level)
    scores["interval_width"] = float(np.mean(upper - lower))
    return scores


def r2(targets, predictions) -> float:
    """1 - sum of squared errors / sum of squared distances from the mean; NaN where all targets are equal."""
    targets = np.asarray(targets, np.float64)
    spread = np.sum((targets - targets.mean()) ** 2)
    return float(1 - np.sum((targets - predictions) ** 2) / spread) if spread > 0 else float("nan")


def _checked(targets, found: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    arrays = [np.asarray(targets, np.float64)]
    arrays += [np.asarray(found[name], np.float64) for name in ("prediction", "std", "lower", "upper")]
    shapes = [array.shape for array in arrays]
    if arrays[0].ndim != 1 or len(arrays[0]) == 0 or len(set(shapes)) > 1:
        raise ValueError(f"targets and estimates must be equally many, and some. Received: shapes {shapes}")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("targets and estimates must be finite. Received: NaN or infinity")
    return arrays
