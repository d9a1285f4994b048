"""Pictures of a segmentation: the IoU of each class, what is taken for what, and masks laid over pictures."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.patches import Rectangle
from PIL import Image

from evaluation.figures import PALETTE, TRAINING, Picture, as_png, as_svg, canvas, data_uri, labels
from evaluation.segmentation import VOID, ClassScore

MOST_NAMES = 40  # classes that are named along an axis
MOST_NUMBERS = 20  # more cells than this squared have no room for their share
ERROR = (230, 0, 0)
VOID_COLOUR = (255, 255, 255)
LARGEST = 220  # pixels a side of a picture on the page
STRIP = 780  # CSS pixels of pictures side by side


def iou_bars(classes: Sequence[ClassScore]) -> Picture:
    """The IoU of each class as a bar, the best first, with the share of its pixels; with many, the worst alone."""
    known = sorted((one for one in classes if one.iou == one.iou), key=lambda one: -one.iou)[-MOST_NAMES:]
    total = max(sum(one.pixels for one in classes), 1)
    figure, axes = canvas(height=float(np.clip(0.9 + 0.22 * len(known), 1.6, 8)))
    axes.barh(range(len(known)), [one.iou for one in known], color=TRAINING, height=0.75)
    for place, one in enumerate(known):
        axes.text(one.iou + 0.01, place, f"{one.iou:.2f}", va="center", fontsize=8)
    names = labels([one.name for one in known])
    shown = [f"{name}  {one.pixels / total:.1%}" for name, one in zip(names, known, strict=True)]
    axes.set_yticks(range(len(known)), shown, parse_math=False, fontsize=9 if len(known) <= 20 else 7.5)
    axes.set_ylim(len(known) - 0.4, -0.6)
    axes.set_xlim(0, 1.1)
    axes.grid(False, axis="y")
    axes.set_xlabel("intersection over union")
    axes.set_title("IoU of each class, and its share of the pixels", fontsize=11, loc="left")
    return as_svg(figure, f"IoU of {len(known)} classes, from {known[-1].iou:.2f} to {known[0].iou:.2f}.")


def confusion_shares(counts: np.ndarray, classes: Sequence[str]) -> Picture:
    """What share of the pixels of each true class (row) is answered as each class (column), in percent."""
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    size = float(np.clip(2.2 + 0.34 * len(classes), 3.6, 8.5))
    figure, axes = canvas(size + 0.7, size)
    axes.grid(False)
    # The square root makes a confusion of 1 percent visible beside a diagonal near 100.
    image = axes.imshow(share, cmap="Blues", norm=PowerNorm(0.5, 0, 1), interpolation="nearest", aspect="equal")
    if len(classes) <= MOST_NAMES:
        names = labels(classes)
        axes.set_xticks(range(len(classes)), names, parse_math=False, fontsize=8, rotation=90)
        axes.set_yticks(range(len(classes)), names, parse_math=False, fontsize=8)
    axes.set_xlabel("answered")
    axes.set_ylabel("true")
    if len(classes) <= MOST_NUMBERS:
        for row, column in zip(*np.nonzero(share >= 0.005), strict=True):
            colour = "white" if share[row, column] > 0.35 else "#222222"
            text = f"{100 * share[row, column]:.0f}"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
    bar = figure.colorbar(image, ax=axes, shrink=0.75, aspect=24, ticks=[0, 0.05, 0.25, 0.5, 1])
    bar.set_label("share of the true class's pixels")
    bar.outline.set_visible(False)
    right = counts.diagonal().sum() / max(counts.sum(), 1)
    return as_png(figure, f"Confusion of {len(classes)} classes in percent; {right:.1%} of the pixels are right.")


def coloured(ids: np.ndarray, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Classes (height, width) as colours uint8 (height, width, 3); void is white."""
    table = np.full((256, 3), VOID_COLOUR, np.uint8)
    table[: len(palette)] = palette
    return table[ids]


def overlaid(pixels: np.ndarray, ids: np.ndarray, palette: Sequence[Sequence[int]], share: float = 0.5) -> np.ndarray:
    """The picture, its classes laid over it: uint8 (height, width, 3). A class that is black is left as it is."""
    colours = coloured(ids, palette)
    mixed = (1 - share) * pixels + share * colours.astype(np.float32)
    plain = (ids == VOID) | ~colours.any(-1)
    return np.where(plain[..., None], pixels, np.round(mixed)).astype(np.uint8)


def mistaken(pixels: np.ndarray, truth: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The picture in grey, what is answered wrongly in red: uint8 (height, width, 3)."""
    grey = (pixels.astype(np.float32).mean(-1, keepdims=True) * 0.6 + 80).astype(np.uint8).repeat(3, -1)
    return np.where(((truth != VOID) & (truth != ids))[..., None], np.uint8(ERROR), grey)


def key(classes: Sequence[str], palette: Sequence[Sequence[int]]) -> Picture:
    """Which colour stands for which class."""
    shown = min(len(classes), MOST_NAMES)
    columns = 4
    rows = -(-shown // columns)
    figure, axes = canvas(7.2, 0.25 + 0.24 * rows)
    axes.set_axis_off()
    for number, name in enumerate(labels(classes[:shown])):
        column, row = number % columns, number // columns
        colour = np.array(palette[number]) / 255
        axes.add_patch(
            Rectangle((column, rows - row), 0.09, 0.6, facecolor=colour, edgecolor=PALETTE[6], linewidth=0.4)
        )
        axes.text(column + 0.12, rows - row + 0.3, name, va="center", fontsize=9, parse_math=False)
    axes.set_xlim(0, columns)
    axes.set_ylim(0.8, rows + 1)
    return as_svg(figure, "Colours of the classes: " + ", ".join(classes[:shown]) + ".")


def side_by_side(pictures: Sequence[np.ndarray]) -> Picture:
    """Pictures of one size, uint8 (height, width, 3), as one, made smaller where they are large."""
    small = []
    for one in pictures:
        picture = Image.fromarray(one)
        picture.thumbnail((LARGEST, LARGEST))
        small.append(np.asarray(picture))
    gap = np.full((small[0].shape[0], 6, 3), 255, np.uint8)
    row = [part for one in small for part in (one, gap)][:-1]
    file = io.BytesIO()
    Image.fromarray(np.concatenate(row, axis=1)).save(file, format="PNG")
    return Picture(data_uri(file.getvalue(), "image/png"), "Picture, truth, answer and errors.", STRIP)
