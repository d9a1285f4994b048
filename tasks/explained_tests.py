"""Why a network gave its answers for a few rows of the test split: a section of a run's report, quickly made."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tasks.subject import Subject

MOST_ANSWERS = 2_000  # for the columns of one row
PATCHES = 4  # that fit into the shorter side of a picture
FEW = 2  # mistakes, and right answers


def section(subject: Subject, test, rows: np.ndarray, truths: Sequence[str]) -> list:
    """A section of `evaluation.report`; none where there are no rows.

    Args:
        subject: The network.
        test: `Split` of the test rows.
        rows: Those that are explained, int (n,).
        truths: What is true of each, as text (n,).
    """
    from evaluation import why_report
    from tasks.explaining import explain

    some, patch = test.take(rows), None
    if subject.is_picture:
        patch = max(2, -(-min(subject.prepare.size) // PATCHES))
    found = explain(subject, some.inputs, some.origins, patch=patch, most=MOST_ANSWERS)
    told = [replace(one, origin=f"{one.origin}, in truth {true}") for one, true in zip(found, truths, strict=True)]
    note = "A few rows of the test split; python -m apps.explain RUN FILES explains others."
    return why_report.section(told, [note])


def of_classes(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The test rows that a classifier is asked about: the surest mistakes, and the least sure right answers.

    Args:
        labels: True classes (N,).
        probabilities: (N, K).
    """
    best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    wrong, right = order[best[order] != labels[order]], order[best[order] == labels[order]]
    return np.concatenate([wrong[:FEW], right[::-1][:FEW]])


def of_numbers(truths: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """The test rows that a regression is asked about: the largest error, the highest and the lowest answer."""
    found = (np.abs(truths - predictions).argmax(), predictions.argmax(), predictions.argmin())
    return np.array(list(dict.fromkeys(map(int, found))))
