"""Which words of a text carry its answer: each is taken out alone; and where a Transformer looks."""

from collections.abc import Mapping

import numpy as np

from evaluation.explanation import Answer, Words
from evaluation.telling_words import rests_on
from tasks.subject import Subject


def words_of(subject: Subject, row: Mapping[str, np.ndarray], answer: Answer) -> tuple[Words, ...]:
    """The pieces of each column of text of one raw row, with what each carries; columns that are empty have none."""
    found = []
    for name, form in subject.texts.items():
        text = str(row[name][0])
        if not text.strip():
            continue

        def scores(texts, _, name=name):
            variants = {column: np.repeat(values, len(texts), axis=0) for column, values in row.items()}
            variants[name] = np.array(texts, dtype=object)
            return subject.logs(subject.answers(variants))[:, answer.index]

        (pieces,) = rests_on([text], form != "characters", scores)
        found.append(Words(name, pieces, looks(subject, row, name)))
    return tuple(found)


def looks(subject: Subject, row: Mapping[str, np.ndarray], column: str) -> list[tuple[str, float]] | None:
    """The words or subwords that a Transformer reads and the share of its attention that each one gets; None of other
    networks, and where several columns are one sequence."""
    from evaluation.rollout import rollout
    from models.text_transformer import attention, reads_by_attention

    if len(subject.texts) > 1 or not reads_by_attention(subject.model):
        return None
    prepared = subject.prepare.model_input(row)
    ids = np.asarray(prepared["ids"])
    count = int(np.count_nonzero(ids[0]))
    shares = rollout([weights[0] for weights in attention(subject.model, ids)], count)
    pieces = [str(subject.prepare.pieces.pieces[one]).replace("▁", " ") for one in ids[0, :count]]
    return list(zip(pieces, shares.tolist(), strict=True))
