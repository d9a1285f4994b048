"""The page of a regression's run."""

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation import report
from evaluation.curve_plots import learning_curves
from evaluation.diagnosis import Diagnosis
from evaluation.permutation_importance import Importance
from evaluation.regression import metrics
from evaluation.regression_baselines import RegressionBaseline
from evaluation.regression_plots import (
    coverage_by_level,
    curve,
    importances,
    intervals,
    predicted_and_true,
    residual_histogram,
    residuals,
)
from evaluation.report_blocks import cell, diagnosis_blocks, first_columns

NAMES = {"rmse": "RMSE", "mae": "MAE", "r2": "R2", "nll": "NLL", "coverage": "coverage", "interval_width": "width"}
MEANINGS = (
    "RMSE: root of the mean squared error. MAE: mean absolute error. Both are in the units of the target.",
    "R2: share of the variance of the test targets that is explained; 0 is answering their mean, 1 is perfect.",
    "NLL: mean of minus the logarithm of the normal density with the predicted mean and deviation at the true value.",
    "Coverage: share of the true values inside their interval. Width: mean width of the intervals.",
)


def sections(
    *,
    target: str,
    history: Mapping[str, Sequence[float]],
    targets,
    found: Mapping[str, np.ndarray],
    level: float,
    baselines: Sequence[RegressionBaseline],
    diagnosis: Diagnosis | None,
    importance: Sequence[Importance],
    worst: Sequence[Mapping],
    input_curve: tuple[str, np.ndarray] | None = None,
    best_epoch: int | None = None,
) -> list[report.Section]:
    """What this kind of run has to show.

    Args:
        target: name of what is estimated.
        targets: (N,) of the test split.
        found: prediction, std, lower, upper of the test split, each (N,).
        level: share of new rows that the intervals promise to hold.
        baselines: of regression_baselines.score; may be empty.
        importance: of permutation_importance; may be empty.
        worst: rows as dictionaries with "truth", "predicted", "lower", "upper", "origin" and "row" (column -> value).
        input_curve: name and values (N,) of the only input, where there is only one.
        best_epoch: counted from 1; the weights of which epoch were kept; None where it is of no epoch.
    """
    targets = np.asarray(targets, np.float64)
    found = {name: np.asarray(values, np.float64) for name, values in found.items()}
    scores = metrics(targets, found, level)
    found = [
        report.Section("Result on the test data", headline(scores, targets, baselines)),
        *([report.Section("Diagnosis", diagnosis_blocks(diagnosis))] if diagnosis else []),
        report.Section("Predictions", prediction_blocks(targets, found, target, input_curve)),
        report.Section("Intervals", interval_blocks(targets, found, level, scores)),
        report.Section("Learning curves", [report.Pictures(learning_curves(history, best_epoch))]),
    ]
    if importance:
        found.append(report.Section("What the predictions hang on", importance_blocks(importance)))
    found.append(report.Section("Largest errors", worst_blocks(worst)))
    return found


def headline(scores: Mapping[str, float], targets, baselines: Sequence[RegressionBaseline]) -> list:
    """The large figures, then the network beside its baselines, the best of each column stressed."""
    cards = [report.Number("RMSE", number(scores["rmse"]), f"the targets deviate by {number(float(np.std(targets)))}")]
    if baselines:
        best = min(baselines, key=lambda baseline: baseline.metrics["rmse"])
        cards.append(report.Number("best baseline", number(best.metrics["rmse"]), best.name))
    cards.append(report.Number("R2", report.shown(scores["r2"]), "1 is perfect"))
    cards.append(report.Number("coverage", f"{scores['coverage']:.1%}", f"promised: {scores['promised_coverage']:.0%}"))
    table = [["this model", *(scores[key] for key in NAMES), ""]]
    for baseline in baselines:
        table.append([baseline.name, *(baseline.metrics.get(key, float("nan")) for key in NAMES), baseline.note])
    strong = set()
    for column, key in enumerate(("rmse", "mae", "r2"), start=1):
        values = np.array([row[column] for row in table])
        if np.isfinite(values).all():
            strong.add((int(np.argmax(values) if key == "r2" else np.argmin(values)), column))
    shown = [[row[0], *(value if value != value else number(value) for value in row[1:-1]), row[-1]] for row in table]
    has_notes = any(row[-1] for row in table)
    header = ["", *NAMES.values(), *(["note"] if has_notes else [])]
    rows = shown if has_notes else [row[:-1] for row in shown]
    return [
        report.Numbers(cards),
        report.Table(header, rows, frozenset(strong)),
        report.Folded("What the columns mean", [report.Text(MEANINGS)]),
    ]


def prediction_blocks(targets, found, target: str, input_curve) -> list:
    """The truth over the prediction and the residuals; the curve where there is one input."""
    pictures = [predicted_and_true(targets, found, target), residuals(targets, found)]
    if input_curve is None:
        return [report.Pictures(pictures)]
    name, x = input_curve
    return [report.Pictures([curve(np.asarray(x, np.float64), targets, found, name)]), report.Pictures(pictures)]


def interval_blocks(targets, found, level: float, scores: Mapping[str, float]) -> list:
    """What the intervals promise, what they hold, and the pictures of it."""
    doubt = 1.96 * np.sqrt(level * (1 - level) / len(targets))
    lines = [
        f"An interval of {level:.0%} holds the true value in {level:.0%} of new rows like these; on these "
        f"{len(targets):,} it held {scores['coverage']:.1%}, where chance alone explains a distance of {doubt:.1%}.",
        "Widths are set by rows that the answering networks had not been trained on (conformal prediction).",
    ]
    pictures = (
        [intervals(targets, found)],
        [coverage_by_level(targets, found, level), residual_histogram(targets, found)],
    )
    return [report.Text(lines), *(report.Pictures(row) for row in pictures)]


def importance_blocks(importance: Sequence[Importance]) -> list:
    """The columns by the growth of the error when their values are shuffled."""
    text = "By how much the RMSE on the test rows grows when the values of a column are shuffled among the rows."
    rows = [[one.column, number(one.growth), number(one.std)] for one in importance]
    table = report.Table(["column", "growth of the RMSE", "deviation over shuffles"], rows)
    return [report.Text([text]), report.Pictures([importances(importance)]), report.Folded("All columns", [table])]


def worst_blocks(worst: Sequence[Mapping]) -> list:
    """The rows with the largest errors, with their columns."""
    columns, more = first_columns(list(worst[0]["row"]) if worst else [])
    rows = [
        [
            *(number(float(one[name])) for name in ("truth", "predicted", "lower", "upper")),
            str(one["origin"]),
            *(cell(one["row"][column]) for column in columns),
        ]
        for one in worst
    ]
    text = "Look here first for slips in the data and for what the columns do not tell."
    table = report.Table(["true", "predicted", "lower", "upper", "origin", *columns], rows)
    return [report.Text([text]), *more, table]


def number(value: float) -> str:
    """Four significant digits, without an exponent where that is short: 0.01234, 4.012, 48120."""
    if value == 0 or not 1e-4 <= abs(value) < 1e7:
        return f"{value:.4g}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
