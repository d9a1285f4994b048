"""Explains the answers of a trained network, one record at a time: from raw records to `evaluation.explanation`."""

from collections.abc import Mapping

import numpy as np

from cli.errors import UserError
from tasks.subject import Subject

MOST_ANSWERS = 20_000  # for the columns of one row
MOST_ANSWERS_WITH_TEXT = 2_000  # the texts of which have to be cut


def explain(
    subject: Subject,
    inputs: Mapping[str, np.ndarray],
    origins: np.ndarray,
    asked: str | None = None,
    *,
    patch: int | None = None,
    most: int | None = None,
) -> list:
    """An `Explanation` per record.

    Args:
        subject: The network.
        inputs: Raw records: name -> (N, ...).
        origins: (N,) where they come from.
        asked: Class that is explained; None for the predicted one of each record.
        patch: Pictures: side in pixels of what hides a place, see `evaluation.occlusion`.
        most: Answers that are computed for the columns of one row.

    Raises:
        UserError: There is no such class, or the answer is a number.
    """
    from evaluation.explanation import Explanation
    from evaluation.explanation_sentences import told

    require_class(subject, asked)
    found = subject.answers(inputs)
    explanations = []
    for row, origin in enumerate(origins):
        one = {name: values[row : row + 1] for name, values in inputs.items()}
        answer = _answer(subject, found[row], asked)
        places = columns = None
        if subject.is_picture:
            from tasks.explained_pictures import places_of

            places = places_of(subject, one, answer, patch)
        elif len(subject.prepare.kinds) > len(subject.texts):
            from tasks.explained_rows import columns_of

            usual = MOST_ANSWERS_WITH_TEXT if subject.texts else MOST_ANSWERS
            columns = columns_of(subject, one, answer, most or usual)
        words = ()
        if subject.texts:
            from tasks.explained_texts import words_of

            words = words_of(subject, one, answer)
        sentence = told(answer, places, columns, words)
        explanations.append(Explanation(str(origin), answer, sentence, places, columns, words))
    return explanations


def require_class(subject: Subject, asked: str | None) -> None:
    """Raise UserError where the class that is asked for is none of the network's."""
    from data.errors import listing, suggestion

    if asked is None:
        return
    if not subject.classes:
        raise UserError(f"`--class` is for classifiers, and this run estimates {subject.target}. Received: {asked!r}")
    if asked not in subject.classes:
        raise UserError(
            f"`--class` must be one of the run's classes: {listing(subject.classes)}."
            f"{suggestion(asked, subject.classes)} Received: {asked!r}"
        )


def _answer(subject: Subject, scores: np.ndarray, asked: str | None):
    """What is explained of a record with these probabilities (K,), or this number (1,)."""
    from evaluation.explanation import Answer

    if not subject.classes:
        return Answer(subject.target, float(scores[0]))
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    index = best if asked is None else subject.classes.index(asked)
    rival = best if index != best else int(order[1]) if len(order) > 1 else None
    return Answer(
        subject.classes[index],
        float(scores[index]),
        index,
        subject.classes[best],
        float(scores[best]),
        None if rival is None else subject.classes[rival],
        0.0 if rival is None else float(scores[rival]),
        0 if rival is None else rival,
    )
