"""The report of a regression."""

import numpy as np

from evaluation.explanation_sentences import number
from tasks import explained_tests
from tasks.background import training_rows
from tasks.regress.prepared import Prepared
from tasks.regress.results import Outcome
from tasks.regress.training import Regression
from tasks.subject import Subject
from tasks.task import Page

WORST = 12  # rows with the largest errors
FILES = {"saved_model/": "raw rows in, prediction, std, lower and upper out, for TensorFlow Serving and others"}


def page(prepared: Prepared, learned: Regression, outcome: Outcome) -> Page:
    """Errors, predictions, intervals, curves, importances, the worst rows."""
    from evaluation import columns_report, regression_report
    from evaluation.model_summary import summary

    splits = prepared.splits
    sections = regression_report.sections(
        target=splits.target,
        history=learned.history,
        best_epoch=learned.best_epoch(),
        targets=splits.test.labels,
        found=outcome.answers,
        level=prepared.level,
        baselines=outcome.baselines,
        diagnosis=outcome.diagnosis,
        importance=outcome.importance,
        worst=_worst(splits, outcome.answers),
        input_curve=_only_input(splits),
    )
    sections += _why(learned, splits, outcome.answers["prediction"])
    subtitle = f"Regression of {splits.target}, scored on {len(splits.test):,} test rows"
    return Page(
        subtitle,
        [*sections, *columns_report.section(splits.columns)],
        (*splits.notes, *prepared.rows.notes),
        summary(learned.model),
    )


def _why(learned: Regression, splits, predictions: np.ndarray) -> list:
    """Why some rows of the test split have their answers."""

    def scores(outputs):
        return learned.decode.reference(outputs)["prediction"][:, None]

    rows = explained_tests.of_numbers(splits.test.labels, predictions)
    subject = Subject(learned.core, splits.prepare, scores, (), splits.target, lambda: training_rows(splits.train))
    return explained_tests.section(subject, splits.test, rows, [number(one) for one in splits.test.labels[rows]])


def _worst(splits, answers: dict[str, np.ndarray]) -> list[dict]:
    """The test rows with the largest errors."""
    test = splits.test
    order = np.argsort(-np.abs(test.labels - answers["prediction"]), kind="stable")[:WORST]
    shown = splits.prepare.shown(test.take(order).inputs)
    return [
        {
            "truth": test.labels[i],
            "predicted": answers["prediction"][i],
            "lower": answers["lower"][i],
            "upper": answers["upper"][i],
            "origin": test.origins[i],
            "row": {name: values[place] for name, values in shown.items()},
        }
        for place, i in enumerate(order)
    ]


def _only_input(splits) -> tuple[str, np.ndarray] | None:
    """Name and test values of the input, where it is a single number."""
    inputs = splits.test.inputs
    if len(inputs) != 1 or next(iter(inputs.values())).dtype.kind != "f":
        return None
    return next(iter(inputs.items()))
