"""Scores of explanations on sentences whose scores are known."""

import numpy as np
import pytest

from evaluation import explaining
from evaluation.consensus import Consensus

CLASSES = [["a red bird", "a red bird with a crown"], ["a blue bird", "a blue tail"], ["a small bird", "small wings"]]


def test_scores_of_perfect_and_of_swapped_sentences():
    sentences = ["a red bird with a crown", "a blue tail", "small wings"]
    references = [[sentence] for sentence in sentences]
    told = np.eye(3)[[0, 1, 0]]
    found = explaining.scores(sentences, references, [0, 1, 2], Consensus(CLASSES), told)
    assert found["class_rank"] == 1 and found["cider"] > 5
    assert found["sentence_accuracy"] == pytest.approx(2 / 3) == found["learned_posterior"]
    swapped = explaining.scores(sentences[::-1], references, [0, 1, 2], Consensus(CLASSES), told)
    assert swapped["class_rank"] > 1 and swapped["cider"] < found["cider"]


def test_equal_places_share_their_mean():
    found = explaining.scores(["nothing of it"], [["a red bird"]], [1], Consensus(CLASSES), np.eye(3)[[1]])
    assert found["class_rank"] == 2


@pytest.mark.parametrize(
    ("sentence", "reference", "value"),
    [
        ("a red bird", "a red bird", 1 - 0.5 / 27),  # three words in one run
        ("a dog", "the cat", 0.0),
        ("bird red", "red bird", 1 - 0.5),  # two runs of one word each
        ("red", "red bird", (0.5 / (0.9 + 0.1 * 0.5)) * 0.5),
    ],
)
def test_meteor_by_hand(sentence, reference, value):
    assert explaining.meteor(sentence, reference) == pytest.approx(value)


def test_gaming_is_named_where_the_truth_is_known():
    assert explaining.was_gamed({"learned_posterior": 0.9, "class_posterior": 0.7})
    assert not explaining.was_gamed({"learned_posterior": 0.9, "class_posterior": 0.85})
    assert not explaining.was_gamed({"learned_posterior": 0.9})
