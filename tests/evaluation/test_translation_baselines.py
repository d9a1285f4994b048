"""Baselines of translation: the copy, and the nearest training pair against cosines written out.

Faults planted and caught: sources looked up among the targets; the farthest instead of the nearest; a draw of pairs
that takes sources and targets apart; counts as they are; runs of letters across words.
"""

from collections import Counter

import numpy as np
import pytest

from evaluation import translation, translation_baselines

SOURCES = ["Tuesday, March 5", "five kilometres", "good morning", "ten kilograms", "Monday, April 7"]
TARGETS = ["Dienstag, 5. März", "fünf Kilometer", "guten Morgen", "zehn Kilogramm", "Montag, 7. April"]


def written_out(sources, targets, text):
    """The translation whose source has the highest cosine: sublinear counts by smoothed inverse frequency."""

    def counts(line):
        padded = [f" {word} " for word in line.lower().split()]
        found = [word[i : i + n] for word in padded for n in (2, 3, 4) for i in range(len(word) - n + 1)]
        return {gram: 1 + np.log(count) for gram, count in Counter(found).items()}

    documents = [counts(source) for source in sources]
    frequency = Counter(gram for document in documents for gram in document)
    weight = {gram: np.log((1 + len(sources)) / (1 + count)) + 1 for gram, count in frequency.items()}

    def vector(document):
        found = np.array([document.get(gram, 0) * weight[gram] for gram in weight])
        return found / max(np.linalg.norm(found), 1e-12)

    cosines = [vector(document) @ vector(counts(text)) for document in documents]
    return targets[int(np.argmax(cosines))]


@pytest.mark.parametrize("text", ["Tuesday, April 5", "nine kilometres", "good evening", "kilograms", "March"])
def test_the_nearest_pair_answers(text):
    assert translation_baselines.nearest(SOURCES, TARGETS, [text]) == [written_out(SOURCES, TARGETS, text)]


def test_each_source_of_the_training_finds_its_own_translation():
    assert translation_baselines.nearest(SOURCES, TARGETS, SOURCES[::-1]) == TARGETS[::-1]
    assert translation_baselines.nearest(SOURCES, TARGETS, ["", "猫"])[1] in TARGETS


def test_both_are_scored():
    arrays = [np.array(side, object) for side in (SOURCES, TARGETS)]
    copy, nearest = translation_baselines.score(*arrays, np.array(["Berlin", SOURCES[0]]), ["Berlin", TARGETS[0]])
    assert copy.name == translation_baselines.COPY and copy.hypotheses == ("Berlin", SOURCES[0])
    assert nearest.name == translation_baselines.NEAREST and nearest.hypotheses[1] == TARGETS[0]
    assert copy.scores == translation.scores(copy.hypotheses, ["Berlin", TARGETS[0]])
    assert copy.scores["exact_match"] == nearest.scores["exact_match"] == 0.5
    assert copy.note == nearest.note == "" and nearest.seconds > 0


def test_many_pairs_are_drawn_and_said(monkeypatch):
    monkeypatch.setattr(translation_baselines, "MOST_PAIRS", 30)
    sources = [f"{number} apples" for number in range(1000, 1100)]
    targets = [f"{number} Äpfel" for number in range(1000, 1100)]

    def answers(seed):
        return translation_baselines.score(sources, targets, sources, targets, seed=seed)[1]

    found = answers(0)
    assert found.note == "30 of 100 training pairs"
    # What was drawn is found and translated rightly, the others are not.
    assert found.scores["exact_match"] == 0.3
    assert found.hypotheses == answers(0).hypotheses != answers(1).hypotheses


@pytest.mark.parametrize("targets", [["a"], []])
def test_unequal_or_no_pairs_are_refused(targets):
    with pytest.raises(ValueError, match=f"Received: {2 * len(targets)} and {len(targets)}"):
        translation_baselines.nearest(["a", "b"][: 2 * len(targets)], targets, ["a"])


def test_a_word_that_is_repeated_counts_little_more():
    sources = ["go go go go now", "go now please", "stop"]
    assert translation_baselines.nearest(sources, sources, ["no no one"]) == ["go go go go now"]
    assert written_out(sources, sources, "no no one") == "go go go go now"
