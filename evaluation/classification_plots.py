"""Pictures of a classifier: confusion matrix, reliability, class distribution.

confusion_matrix(counts, classes) -> Picture
reliability_diagram(bins) -> Picture
class_distribution(counts, classes) -> Picture
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.ticker import MaxNLocator

from evaluation.calibration import Reliability
from evaluation.figures import PALETTE, QUIET, TRAINING, Picture, as_png, as_svg, canvas, labels, legend

MOST_NAMES = 40  # more class names than this do not fit along an axis
MOST_NUMBERS = 20  # more cells than this squared have no room for their count


def confusion_matrix(counts: np.ndarray, classes: Sequence[str]) -> Picture:
    """Cells coloured by the share of the true class, with counts up to 20 classes and names up to 40.

    Args:
        counts: (K, K), row = truth, column = prediction.
        classes: K names.
    """
    num_classes = len(classes)
    support = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(support, 1)
    size = float(np.clip(2.2 + 0.34 * num_classes, 3.6, 8.5))
    figure, axes = canvas(size + 0.7, size)
    axes.grid(False)
    # The square root makes a confusion of 1 percent visible beside a diagonal near 100.
    image = axes.imshow(share, cmap="Blues", norm=PowerNorm(0.5, 0, 1), interpolation="nearest", aspect="equal")
    if num_classes <= MOST_NAMES:
        names = labels(classes)
        small = 9 if num_classes <= 20 else 7.5
        upright = num_classes > 3 or max(map(len, names)) > 8
        axes.set_xticks(range(num_classes), names, parse_math=False, fontsize=small, rotation=90 if upright else 0)
        axes.set_yticks(range(num_classes), names, parse_math=False, fontsize=small)
    else:
        axes.set_xlabel("predicted class number")
        axes.set_ylabel("true class number")
    if num_classes <= MOST_NAMES:
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
    if num_classes <= MOST_NUMBERS:
        digits = len(str(counts.max()))
        small = 10 if num_classes <= 10 and digits <= 3 else 8 if digits <= 3 else 6.5
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if share[row, column] > 0.35 else "#222222"
            axes.text(column, row, counts[row, column], ha="center", va="center", color=colour, fontsize=small)
    bar = figure.colorbar(image, ax=axes, shrink=0.75, aspect=24, ticks=[0, 0.05, 0.25, 0.5, 1])
    bar.set_label("share of the true class")
    bar.outline.set_visible(False)
    right = int(counts.diagonal().sum())
    return as_png(figure, f"Confusion matrix of {num_classes} classes: {right} of {counts.sum()} rows on the diagonal.")


def reliability_diagram(bins: Reliability, unit: str = "rows") -> Picture:
    """Accuracy of each confidence bin against the diagonal of perfect calibration, above the number of rows in it."""
    figure, axes = canvas(height=4.2)
    figure.delaxes(axes)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    width = bins.edges[1] - bins.edges[0]
    centres = bins.edges[:-1] + width / 2
    used = bins.counts > 0
    drawn = above.bar(centres[used], bins.accuracy[used], 0.92 * width, color=TRAINING, alpha=0.85)
    (points,) = above.plot(bins.confidence[used], bins.accuracy[used], "o", color=PALETTE[1], markersize=4)
    (diagonal,) = above.plot([0, 1], [0, 1], "--", color=QUIET, linewidth=1)
    above.set_ylim(0, 1.02)
    above.set_xlim(0, 1)
    above.set_ylabel("accuracy")
    # Above the axes, since the bars of a good classifier fill every corner of them.
    legend(
        above,
        [drawn, points, diagonal],
        ["accuracy of the bin", "at its mean confidence", "perfect"],
        fontsize=8.5,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=3,
        columnspacing=1.2,
        frameon=False,
    )
    below.bar(centres, bins.counts, 0.92 * width, color=QUIET)
    below.set_ylabel(unit)
    below.set_xlabel("confidence of the answer")
    if used.any() and bins.counts.max() > 50 * bins.counts[used].min():
        below.set_yscale("log")
        below.set_ylabel(f"{unit} (log)")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e4e4e4", linewidth=0.7)
        axes.set_axisbelow(True)
    gap = np.abs(bins.accuracy - bins.confidence)[used].max()
    return as_svg(figure, f"Reliability diagram of {used.sum()} used bins; the largest gap is {gap:.2f}.")


def class_distribution(counts: Sequence[int], classes: Sequence[str]) -> Picture:
    """Training rows of each class: named bars up to 40 classes, beyond that one falling curve."""
    counts = np.asarray(counts)
    few = len(counts) <= MOST_NAMES
    figure, axes = canvas(height=float(np.clip(0.9 + 0.19 * len(counts), 1.6, 7)) if few else 3.0)
    if few:
        axes.barh(range(len(counts)), counts, color=TRAINING, height=0.75)
        small = 9 if len(counts) <= 20 else 8
        axes.set_yticks(range(len(counts)), labels(classes), parse_math=False, fontsize=small)
        axes.set_ylim(len(counts) - 0.4, -0.6)
        axes.grid(False, axis="y")
        axes.set_xlabel("rows")
        axes.set_xlim(0, 1.08 * max(1, counts.max()))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    else:
        axes.fill_between(np.arange(1, len(counts) + 1), np.sort(counts)[::-1], color=TRAINING, step="mid")
        axes.set_xlabel("classes, the largest first")
        axes.set_ylabel("rows")
        axes.set_ylim(0)
    axes.set_title("Training rows of each class", fontsize=11, loc="left")
    return as_svg(figure, f"Training rows of {len(counts)} classes, from {counts.min()} to {counts.max()}.")
