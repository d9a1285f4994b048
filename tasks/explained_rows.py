"""What the columns of a row contribute to its answer: Shapley values against rows of the training."""

from collections.abc import Mapping

import numpy as np

from evaluation.explanation import Answer, Columns
from evaluation.report_blocks import cell
from evaluation.shapley import contributions
from tasks.subject import Subject


def columns_of(subject: Subject, row: Mapping[str, np.ndarray], answer: Answer, most: int) -> Columns:
    """The contributions of the columns of one raw row; a column of text counts as one.

    Args:
        subject: The network.
        row: Raw columns, each (1,).
        answer: What is explained.
        most: Answers that are computed.
    """
    wanted = [answer.index] if answer.rival is None else [answer.index, answer.rival_index]
    background, what = subject.background()
    own = {name: np.asarray(row[name]) for name in subject.prepare.kinds}
    found = contributions(lambda columns: subject.answers(columns)[:, wanted], own, background, most=most)
    values = {name: _shown(value[0]) for name, value in subject.prepare.shown(own).items()}
    return Columns(found, values, what)


def _shown(value: object) -> str:
    """A cell as people read it; a missing one is named."""
    text = cell(value)
    return "(missing)" if text == "" or text != text else str(text)
