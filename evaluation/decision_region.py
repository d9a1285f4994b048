"""Where a classifier of two numbers changes its mind.

Region(predict, points, labels, names)      what to draw
decision_region(region, classes) -> Picture
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb

from evaluation.figures import MARKERS, PALETTE, Picture, as_png, canvas, label, labels, legend

GRID = 160  # predictions along each side
MOST_POINTS = 1500  # more hide the region under them


@dataclass(frozen=True)
class Region:
    """predict: (M, 2) raw numbers -> (M, K) probabilities; points: (N, 2) and labels: (N,) of the training split.

    names: the two columns, x first.
    """

    predict: Callable[[np.ndarray], np.ndarray]
    points: np.ndarray
    labels: np.ndarray
    names: tuple[str, str]


def decision_region(region: Region, classes: Sequence[str]) -> Picture:
    """Background in the colour of the most probable class, paler where it is unsure, with training points on top.

    Rows with a missing number are left out.
    """
    points = np.asarray(region.points, np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"`points` must have shape (N, 2). Received: shape={points.shape}")
    known = np.isfinite(points).all(axis=1)
    points, truth = points[known], np.asarray(region.labels)[known]
    if len(points) == 0:
        raise ValueError("`points` must have a row without missing numbers. Received: none")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.06 * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    x, y = (np.linspace(low[i], high[i], GRID) for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    probabilities = np.asarray(region.predict(grid), np.float64)
    num_classes = probabilities.shape[1]

    colours = np.array([to_rgb(PALETTE[k % len(PALETTE)]) for k in range(num_classes)])
    # 0 where the answer is a toss-up between all classes, 1 where it is certain.
    sure = (probabilities.max(axis=1, keepdims=True) - 1 / num_classes) / (1 - 1 / num_classes)
    strength = 0.08 + 0.42 * sure
    paint = (1 - strength) + strength * colours[probabilities.argmax(axis=1)]

    figure, axes = canvas(5.2, 4.2)
    axes.grid(False)
    axes.imshow(
        np.clip(paint, 0, 1).reshape(GRID, GRID, 3),
        origin="lower",
        extent=(low[0], high[0], low[1], high[1]),
        aspect="auto",
        interpolation="bilinear",
    )
    if len(points) > MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(points), MOST_POINTS, replace=False)
        points, truth = points[chosen], truth[chosen]
    handles = []
    for k in range(num_classes):
        rows = points[truth == k]
        marker = MARKERS[(k + k // len(MARKERS)) % len(MARKERS)]
        style = {"s": 16, "color": PALETTE[k % len(PALETTE)], "edgecolors": "white", "linewidths": 0.4}
        handles.append(axes.scatter(rows[:, 0], rows[:, 1], marker=marker, **style))
    shown = min(num_classes, 12)
    names = labels(classes)[:shown]
    legend(axes, handles[:shown], names, fontsize=8.5, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.set_xlabel(label(region.names[0], 1, 40), parse_math=False)
    axes.set_ylabel(label(region.names[1], 2, 40), parse_math=False)
    axes.set_title("Decision region and training rows", fontsize=11, loc="left")
    return as_png(figure, f"Decision region of {num_classes} classes over {region.names[0]} and {region.names[1]}.")
