"""The page of a classifier's run."""

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation import report
from evaluation.baselines import MAJORITY, Baseline
from evaluation.calibration import reliability
from evaluation.classification import accuracy_interval, confusion, metrics, omitted, per_class
from evaluation.classification_plots import class_distribution, confusion_matrix, reliability_diagram
from evaluation.curve_plots import learning_curves
from evaluation.decision_region import Region
from evaluation.decision_region import decision_region as draw_region
from evaluation.diagnosis import Diagnosis
from evaluation.report_blocks import cell, diagnosis_blocks, first_columns
from evaluation.tiles import thumbnail

NAMES = {
    "accuracy": "accuracy",
    "top3_accuracy": "top 3",
    "top5_accuracy": "top 5",
    "balanced_accuracy": "balanced",
    "macro_f1": "macro F1",
    "auc": "AUC",
    "nll": "NLL",
    "brier": "Brier",
    "ece": "ECE",
}
SMALLER_IS_BETTER = {"nll", "brier", "ece"}
MEANINGS = (
    "Accuracy: share of rows answered rightly. Top 3, top 5: the truth is among the so many most probable classes.",
    "Balanced: the mean over the classes of the share answered rightly, a rare class counting like a frequent one.",
    "Macro F1: the mean over the classes of 2 TP / (2 TP + FP + FN). AUC: the chance that a row of a class is given a "
    "higher probability of it than a row of another class; 0.5 is guessing.",
    "NLL: mean of minus the logarithm of the truth's probability. Brier: mean squared distance of the probabilities "
    "from the truth, summed over the classes, 0 to 2. ECE: mean distance of confidence from accuracy in 15 bins. Of "
    "these three less is better.",
)
MANY_CLASSES = 15  # with more, the table of classes shows the worst and folds the rest away
WORST = 10


def sections(
    *,
    classes: Sequence[str],
    history: Mapping[str, Sequence[float]],
    labels,
    probabilities,
    baselines: Sequence[Baseline],
    diagnosis: Diagnosis | None,
    mistakes: Sequence[Mapping],
    decision_region: Region | None = None,
    train_counts: Sequence[int] | None = None,
    best_epoch: int | None = None,
) -> list[report.Section]:
    """What this kind of run has to show.

    Args:
        labels, probabilities: (N,) and (N, K) of the test split.
        history: one number an epoch by name (see curve_plots.learning_curves).
        baselines: of baselines.score; may be empty.
        mistakes: rows as dictionaries with "truth" and "predicted" (class indices), "confidence", "origin" and either
            "image" (uint8 array) or "row" (column -> value); chosen with mistakes.most_confident.
        train_counts: training rows of each class.
        best_epoch: counted from 1; the weights of which epoch were kept; None where it is of no epoch.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    scores = metrics(labels, probabilities)
    counts = confusion(labels, probabilities)
    found = [
        report.Section("Result on the test data", headline(scores, labels, counts, baselines, probabilities)),
        *([report.Section("Diagnosis", diagnosis_blocks(diagnosis))] if diagnosis else []),
        report.Section("Learning curves", [report.Pictures(learning_curves(history, best_epoch))]),
        report.Section("Classes", class_blocks(labels, probabilities, classes, train_counts)),
        report.Section("Confusion", confusion_blocks(counts, classes)),
        report.Section(
            "Reliability",
            [
                report.Text(["Where the points lie on the diagonal, a confidence of 0.8 is right in 8 of 10 cases."]),
                report.Pictures([reliability_diagram(reliability(labels, probabilities))]),
            ],
        ),
        report.Section("Most confident mistakes", mistake_blocks(mistakes, classes)),
    ]
    if decision_region is not None:
        found.append(report.Section("Decision region", [report.Pictures([draw_region(decision_region, classes)])]))
    return found


def headline(scores, labels, counts, baselines: Sequence[Baseline], probabilities) -> list:
    """The large figures, then the model beside its baselines, the best of each column stressed."""
    right, total = int(counts.diagonal().sum()), len(labels)
    low, high = accuracy_interval(right, total)
    cards = [report.Number("accuracy", f"{scores['accuracy']:.3f}", f"95 percent: {low:.3f} to {high:.3f}")]
    if baselines:
        best = max(baselines, key=lambda baseline: baseline.metrics["accuracy"])
        cards.append(report.Number("best baseline", f"{best.metrics['accuracy']:.3f}", best.name))
    cards.append(report.Number("mistakes", f"{total - right:,}", f"of {total:,} rows"))
    cards.append(report.Number("calibration error", f"{scores['ece']:.3f}", "0 is perfect"))

    keys = [key for key in NAMES if key in scores]
    table = [["this model", *(scores[key] for key in keys), ""]]
    for baseline in baselines:
        cells = [baseline.metrics.get(key, float("nan")) for key in keys]
        table.append([baseline.name, *cells, baseline.note])
    strong = set()
    for column, key in enumerate(keys, start=1):
        # Answering one class always is well calibrated and of no use, so it wins nothing.
        values = np.array([row[column] if row[0] != MAJORITY else np.nan for row in table])
        best = np.nanmin(values) if key in SMALLER_IS_BETTER else np.nanmax(values)
        strong |= {(row, column) for row in np.flatnonzero(np.round(values, 3) == np.round(best, 3)).tolist()}
    has_notes = any(row[-1] for row in table)
    header = ["", *(NAMES[key] for key in keys), *(["note"] if has_notes else [])]
    rows = table if has_notes else [row[:-1] for row in table]
    return [
        report.Numbers(cards),
        report.Table(header, rows, frozenset(strong)),
        *([report.Text(list(omitted(labels, probabilities).values()))] if omitted(labels, probabilities) else []),
        report.Folded("What the columns mean", [report.Text(MEANINGS)]),
    ]


def class_blocks(labels, probabilities, classes: Sequence[str], train_counts: Sequence[int] | None) -> list:
    """The table of classes, with many of them the worst first and the rest folded, and the training rows of each."""
    header = ["#", "class", "precision", "recall", "F1", "AUC", "test rows", "answered"]
    rows = [
        [number, s.name, s.precision, s.recall, s.f1, s.auc, s.support, s.predicted]
        for number, s in enumerate(per_class(labels, probabilities, classes))
    ]
    if train_counts is not None:
        header.append("training rows")
        rows = [[*row, int(count)] for row, count in zip(rows, train_counts, strict=True)]
    blocks = []
    if len(rows) > MANY_CLASSES:
        order = sorted((row for row in rows if row[6]), key=lambda row: (row[4], row[0]))
        blocks.append(report.Text([f"The {min(WORST, len(order))} classes of lowest F1:"]))
        blocks.append(report.Table(header, order[:WORST]))
        blocks.append(report.Folded(f"All {len(rows):,} classes", [report.Table(header, rows)]))
    else:
        blocks.append(report.Table(header, rows))
    if train_counts is not None:
        blocks.append(report.Pictures([class_distribution(train_counts, classes)]))
    return blocks


def confusion_blocks(counts: np.ndarray, classes: Sequence[str]) -> list:
    """The matrix, and the most frequent confusions in words, which is what one reads off it with 100 classes."""
    blocks = [report.Pictures([confusion_matrix(counts, classes)])]
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:WORST]
    pairs = [divmod(int(place), len(classes)) for place in order]
    rows = [
        [classes[truth], classes[answer], int(wrong[truth, answer]), float(wrong[truth, answer] / counts[truth].sum())]
        for truth, answer in pairs
        if wrong[truth, answer]
    ]
    if len(classes) > 2 and rows:
        blocks.append(report.Table(["true class", "taken for", "rows", "share of the class"], rows))
    return blocks


def mistake_blocks(mistakes: Sequence[Mapping], classes: Sequence[str]) -> list:
    """Images as tiles, rows as a table with one line a mistake."""
    if not mistakes:
        return [report.Text(["There is none: every test row is answered rightly."])]
    blocks = [report.Text(["Look here first for wrong labels and for what the model cannot see."])]
    tiles, rows, columns = [], [], []
    for mistake in mistakes:
        truth, answer = classes[mistake["truth"]], classes[mistake["predicted"]]
        if "image" in mistake:
            lines = [f"is {truth}", f"confidence {mistake['confidence']:.2f}", str(mistake["origin"])]
            tiles.append(report.Tile(thumbnail(mistake["image"]), f"taken for {answer}", lines))
        else:
            if not columns:
                columns, more = first_columns(list(mistake["row"]))
                blocks += more
            values = [cell(mistake["row"].get(column)) for column in columns]
            rows.append([truth, answer, float(mistake["confidence"]), str(mistake["origin"]), *values])
    if tiles:
        blocks.append(report.Tiles(tiles))
    if rows:
        blocks.append(report.Table(["is", "taken for", "confidence", "origin", *columns], rows))
    return blocks
