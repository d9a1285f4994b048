"""The page of a run that finds the class of each pixel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import report
from evaluation.classification_plots import reliability_diagram
from evaluation.curve_plots import learning_curves
from evaluation.diagnosis import Diagnosis
from evaluation.pixel_scores import PixelScores
from evaluation.report_blocks import diagnosis_blocks
from evaluation.segmentation import MEANINGS, NAMES, omitted, per_class
from evaluation.segmentation_plots import coloured, confusion_shares, iou_bars, key, mistaken, overlaid, side_by_side

MANY_CLASSES = 15  # with more, the table of classes shows the worst and folds the rest away
MOST_CONFUSIONS = 10
SMALLER_IS_BETTER = {"nll", "ece"}


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture on the page: where it is from, its mean IoU, pixels uint8 (H, W, 3), truth and answer (H, W)."""

    origin: str
    iou: float
    pixels: np.ndarray
    truth: np.ndarray
    ids: np.ndarray


def sections(
    *,
    classes: Sequence[str],
    palette: Sequence[Sequence[int]],
    history: Mapping[str, Sequence[float]],
    best_epoch: int | None,
    scores: PixelScores,
    interval: tuple[float, float],
    baselines: Mapping[str, Mapping[str, float]],
    diagnosis: Diagnosis,
    shown: Sequence[Shown],
) -> list[report.Section]:
    """What this kind of run has to show; `scores` are those of the test split, `shown` its worst pictures."""
    rows = per_class(scores.counts, classes)
    return [
        report.Section("Result on the test data", headline(scores, interval, baselines, classes)),
        report.Section("Diagnosis", diagnosis_blocks(diagnosis)),
        report.Section("The worst pictures", picture_blocks(shown, classes, palette)),
        report.Section("Classes", class_blocks(rows)),
        report.Section("Confusion", confusion_blocks(scores.counts, classes)),
        report.Section("Learning curves", [report.Pictures(learning_curves(history, best_epoch))]),
        report.Section(
            "Reliability",
            [
                report.Text(["Where the points lie on the diagonal, a confidence of 0.8 is right in 8 of 10 pixels."]),
                report.Pictures([reliability_diagram(scores.reliability(), "pixels")]),
            ],
        ),
    ]


def headline(scores, interval, baselines: Mapping, classes: Sequence[str]) -> list:
    """The large figures, then the network beside its baselines, the best of each column stressed."""
    figures, total = scores.metrics(), int(scores.counts.sum())
    low, high = interval
    cards = [report.Number("mIoU", f"{figures['miou']:.3f}", f"95 percent: {low:.3f} to {high:.3f}")]
    if baselines:
        name = max(baselines, key=lambda one: baselines[one]["miou"])
        cards.append(report.Number("best baseline", f"{baselines[name]['miou']:.3f}", name))
    cards.append(report.Number("pixel accuracy", f"{figures['pixel_accuracy']:.3f}", f"of {total:,} pixels"))
    cards.append(report.Number("boundary F1", f"{figures['boundary_f1']:.3f}", "within 3 pixels"))
    keys = [one for one in NAMES if one in figures]
    given = {"this network": figures, **baselines}
    table = [[name, *(some.get(one, float("nan")) for one in keys)] for name, some in given.items()]
    strong = set()
    for column, one in enumerate(keys, start=1):
        values = np.array([row[column] for row in table], float)
        best = np.nanmin(values) if one in SMALLER_IS_BETTER else np.nanmax(values)
        strong |= {(row, column) for row in np.flatnonzero(np.round(values, 3) == np.round(best, 3)).tolist()}
    left_out = omitted(scores.counts, classes)
    return [
        report.Numbers(cards),
        report.Table(["", *(NAMES[one] for one in keys)], table, frozenset(strong)),
        *([report.Text(left_out)] if left_out else []),
        report.Folded("What the columns mean", [report.Text(MEANINGS)]),
    ]


def picture_blocks(shown: Sequence[Shown], classes: Sequence[str], palette) -> list:
    """Each picture beside truth, answer and errors, below a line with its origin."""
    lead = (
        "The test pictures of the lowest mean IoU, the worst first: the picture, its truth (void is white), the answer "
        "laid over it, and the errors in red. Look here first for wrong masks."
    )
    blocks = [report.Text([lead]), report.Pictures([key(classes, palette)])]
    for one in shown:
        strip = [
            one.pixels,
            coloured(one.truth, palette),
            overlaid(one.pixels, one.ids, palette),
            mistaken(one.pixels, one.truth, one.ids),
        ]
        blocks += [report.Text([f"{one.origin}: mean IoU {one.iou:.2f}"]), report.Pictures([side_by_side(strip)])]
    return blocks


def class_blocks(rows) -> list:
    """The bars, and the table of classes; with many of them the worst first, and the rest folded."""
    header = ["#", "class", "IoU", "recall", "precision", "test pixels", "answered"]
    table = [
        [number, one.name, one.iou, one.recall, one.precision, one.pixels, one.answered]
        for number, one in enumerate(rows)
    ]
    blocks = [report.Pictures([iou_bars(rows)])]
    if len(table) <= MANY_CLASSES:
        return [*blocks, report.Table(header, table)]
    low = sorted((row for row in table if row[2] == row[2]), key=lambda row: (row[2], row[0]))[:MOST_CONFUSIONS]
    return [
        *blocks,
        report.Text([f"The {len(low)} classes of lowest IoU:"]),
        report.Table(header, low),
        report.Folded(f"All {len(table):,} classes", [report.Table(header, table)]),
    ]


def confusion_blocks(counts: np.ndarray, classes: Sequence[str]) -> list:
    """The matrix, and the most frequent confusions in words."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    pairs = [divmod(int(place), len(classes)) for place in np.argsort(-wrong, axis=None, kind="stable")]
    table = [
        [classes[truth], classes[answer], int(wrong[truth, answer]), float(wrong[truth, answer] / counts[truth].sum())]
        for truth, answer in pairs[:MOST_CONFUSIONS]
        if wrong[truth, answer]
    ]
    blocks = [report.Pictures([confusion_shares(counts, classes)])]
    header = ["true class", "taken for", "pixels", "share of the class"]
    return [*blocks, report.Table(header, table)] if table else blocks
