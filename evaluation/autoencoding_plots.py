"""Pictures of an autoencoder: rows of images, the code as a map, the scores of anomalies.

image_rows(rows, alt) -> Picture
code_map(codes, labels, classes) -> Picture
score_histogram(scores, normal, name) -> Picture
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from evaluation.figures import MARKERS, PALETTE, QUIET, VALIDATION, Picture, as_png, as_svg, canvas, labels, legend

MOST_POINTS = 3000
MOST_NAMES = 20  # more classes than this do not fit into a legend


def image_rows(rows: Mapping[str, np.ndarray], alt: str) -> Picture:
    """Images of one size below each other: a row per name.

    Args:
        rows: name to uint8 images (N, H, W, 1 or 3), the same N in each.
    """
    first = next(iter(rows.values()))
    count, height, width, channels = first.shape
    gap = max(1, height // 14)
    sheet = np.full((len(rows) * (height + gap) - gap, count * (width + gap) - gap, 3), 255, np.uint8)
    for place, images in enumerate(rows.values()):
        for column, image in enumerate(images):
            top, left = place * (height + gap), column * (width + gap)
            sheet[top : top + height, left : left + width] = image if channels == 3 else image[..., :1]
    tall = max(0.9, 10.2 * sheet.shape[0] / sheet.shape[1])
    figure, axes = canvas(10.2, tall)
    axes.imshow(sheet, interpolation="nearest", aspect="equal")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    middles = [place * (height + gap) + height / 2 - 0.5 for place in range(len(rows))]
    axes.set_yticks(middles, list(rows), parse_math=False, fontsize=10)
    axes.tick_params(length=0)
    return as_png(figure, alt)


def code_map(codes: np.ndarray, truth: np.ndarray, classes: Sequence[str]) -> Picture:
    """Codes (N, size) as points, coloured by label where there are classes; longer codes by their two main axes.

    A code of one number is drawn against its rank.
    """
    codes = np.asarray(codes, np.float64)
    if len(codes) > MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(codes), MOST_POINTS, replace=False)
        codes, truth = codes[chosen], np.asarray(truth)[chosen]
    names, share = ("first number of the code", "second number of the code"), None
    if codes.shape[1] == 1:
        points = np.stack([codes[:, 0], codes[:, 0].argsort().argsort()], axis=1)
        names = ("the code", "rank")
    elif codes.shape[1] == 2:
        points = codes
    else:
        centred = codes - codes.mean(axis=0)
        _, spread, axes_of_code = np.linalg.svd(centred, full_matrices=False)
        points = centred @ axes_of_code[:2].T
        share = (spread[:2] ** 2).sum() / max((spread**2).sum(), np.finfo(float).tiny)
        names = ("first main axis of the codes", "second main axis")
    figure, axes = canvas(6.4, 4.6)
    if not classes:
        axes.scatter(points[:, 0], points[:, 1], s=10, color=PALETTE[0], edgecolors="none", alpha=0.6)
    handles = []
    for k in range(len(classes)):
        rows = points[np.asarray(truth) == k]
        marker = MARKERS[(k + k // len(MARKERS)) % len(MARKERS)]
        style = {"s": 14, "color": PALETTE[k % len(PALETTE)], "edgecolors": "white", "linewidths": 0.3}
        handles.append(axes.scatter(rows[:, 0], rows[:, 1], marker=marker, **style))
    if classes:
        shown = labels(classes)[:MOST_NAMES]
        place = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "frameon": False}
        legend(axes, handles[: len(shown)], shown, fontsize=8.5, **place)
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    title = "The codes of the test records"
    axes.set_title(title if share is None else f"{title}: {share:.0%} of their variance", fontsize=11, loc="left")
    return as_png(figure, f"{title} as {len(points)} points, {len(classes)} classes.")


def score_histogram(scores: np.ndarray, normal: np.ndarray, name: str) -> Picture:
    """Anomaly scores of the known classes beside those of the class that was kept out, on a logarithmic axis."""
    scores = np.maximum(np.asarray(scores, np.float64), 1e-12)
    edges = np.geomspace(scores.min(), scores.max() * (1 + 1e-9) + 1e-12, 41)
    figure, axes = canvas()
    handles = []
    for rows, colour, alpha in ((normal, QUIET, 0.7), (~normal, VALIDATION, 0.6)):
        shares = np.full(rows.sum(), 1 / max(rows.sum(), 1))
        handles.append(axes.hist(scores[rows], edges, weights=shares, color=colour, alpha=alpha)[2][0])
    axes.set_xscale("log")
    # Labels at 1, 2 and 5 where the axis spans little: the powers of ten alone would leave it bare.
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if edges[-1] < 200 * edges[0] else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("anomaly score: squared error of the record")
    axes.set_ylabel("share of the records")
    legend(axes, handles, ["known", labels([name])[0]], fontsize=9, frameon=False)
    return as_svg(figure, f"Anomaly scores of {normal.sum()} known records and {(~normal).sum()} others.")
