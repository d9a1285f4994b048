"""The check of exports that write texts: a near tie that rounding decides is none of its faults, all else is.

Faults planted and caught: an answer of another record; the score of the batch beside the text of the single one.
"""

import numpy as np
import pytest

from export import found_texts
from export.errors import ExportError

TEXTS = np.array(["a dog runs", "a cat sits", "two men"], dtype=object)
SCORES = np.array([-4.6059, -1.0, -2.0], "float32")
ALONE = ("a dog ran", -4.6024)  # of the first record, where no others are in the batch


def answers(texts, scores):
    return {"text": np.array(texts, dtype=object), "score": np.array(scores, "float32")}


def outputs(texts, scores):
    return {"text": np.array([text.encode() for text in texts]), "score": np.array(scores, "float32")}


def compare_maps(maps, found, what):
    if list(maps) != [text.decode() for text in found["text"]]:
        raise ExportError(f"{what}: other maps")
    return 0.0


def checked(monkeypatch, given, rows=(0, 1, 2), signature="serving_default"):
    """The check of an export that gives these outputs for these rows."""
    calls = [("all", signature, list(rows), given)]
    monkeypatch.setattr(found_texts, "run_saved_model", lambda path, calls_, by_cli: calls)
    both = ("serving_default", "n_best")
    return found_texts.check(
        "export",
        {"text": TEXTS},
        {},
        dict.fromkeys(both, answers(TEXTS, SCORES)),
        list(TEXTS),
        compare_maps,
        lambda row: (dict.fromkeys(both, answers([ALONE[0] if row == 0 else TEXTS[row]], [ALONE[1]])), [ALONE[0]]),
    )


@pytest.mark.parametrize("signature", ["serving_default", "n_best", "attention"])
def test_what_the_suite_gives_alone_is_right_as_well(signature, monkeypatch):
    assert checked(monkeypatch, outputs(TEXTS, SCORES), signature=signature) == {"Python": 0.0}
    assert checked(monkeypatch, outputs([ALONE[0]], [ALONE[1]]), (0,), signature) == {"Python": 0.0}
    mixed = outputs([ALONE[0], *TEXTS[1:]], [ALONE[1], *SCORES[1:]])
    assert checked(monkeypatch, mixed, signature=signature) == {"Python": 0.0}


@pytest.mark.parametrize(
    ("texts", "scores"),
    [
        (["a dog walks", *TEXTS[1:]], SCORES),  # neither of the two
        ([TEXTS[0], ALONE[0], TEXTS[2]], SCORES),  # of another record
        ([ALONE[0], *TEXTS[1:]], SCORES),  # with the score of the other
        (TEXTS, [SCORES[0], -1.01, -2.0]),
        (TEXTS, [SCORES[0], np.nan, -2.0]),
    ],
)
def test_another_answer_is_refused(texts, scores, monkeypatch):
    with pytest.raises(ExportError, match="refused, output"):
        checked(monkeypatch, outputs(texts, scores))
