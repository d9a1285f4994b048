"""CIDEr against groups: equal to the formula summed by hand, pair by pair."""

import math
from collections import Counter

import numpy as np
import pytest

from evaluation.consensus import Consensus

GROUPS = [
    ["a red bird with a crown", "this bird is red", "a red crown"],
    ["a blue bird", "this bird is blue and small"],
    ["a small green bird with a tail", "green bird"],
]
SENTENCES = ["a red bird", "this bird is blue", "a purple fish", "a small green bird with a tail", ""]


def by_hand(sentence, group):
    def grams(text, n):
        words = text.split()
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    total = 0.0
    for reference in GROUPS[group]:
        for n in range(1, 5):
            vectors = []
            for text in (sentence, reference):
                counts = grams(text, n)
                vectors.append(
                    {
                        gram: count
                        * math.log(3 / max(1, sum(any(gram in grams(one, n) for one in some) for some in GROUPS)))
                        for gram, count in counts.items()
                    }
                )
            ours, theirs = vectors
            norm = math.sqrt(sum(v**2 for v in ours.values()) * sum(v**2 for v in theirs.values()))
            if norm:
                total += sum(ours[gram] * theirs.get(gram, 0) for gram in ours) / norm / 4 / len(GROUPS[group])
    return 10 * total


def test_it_is_the_formula():
    found = Consensus(GROUPS)(SENTENCES)
    expected = [[by_hand(sentence, group) for group in range(3)] for sentence in SENTENCES]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert found.max() > 5


def test_one_group_each_is_the_diagonal():
    consensus = Consensus(GROUPS)
    np.testing.assert_allclose(consensus.of(SENTENCES[:3], [0, 1, 2]), np.diag(consensus(SENTENCES[:3])))


@pytest.mark.parametrize("groups", [[], [["a"], []]])
def test_empty_groups_are_refused(groups):
    with pytest.raises(ValueError, match="at least one"):
        Consensus(groups)
