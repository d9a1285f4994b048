"""The grammar of birds: what it writes it reads, word by word; what it does not know it counts."""

import numpy as np
import pytest

from data.birds.kinds import ATTRIBUTES, NAMES
from data.birds.sentences import mentioned, read, written


def named(reading):
    return [(NAMES[attribute], ATTRIBUTES[attribute].values[value]) for attribute, value in reading.mentions]


@pytest.mark.parametrize(
    ("sentence", "mentions", "unknown"),
    [
        ("this is a small bird", [("size", "small")], 0),
        ("This small bird has a red body, a black cap and a short bill.",
         [("size", "small"), ("body", "red"), ("crown", "black"), ("beak", "short")], 0),
        ("this is a bird with wings that are gray and a white bar on its wing",
         [("wings", "gray"), ("wing bar", "white")], 0),
        ("this bird has yellow feet", [("legs", "yellow")], 0),
        ("this bird has a purple crown", [], 1),
        ("this bird has a red crown cap", [], 1),
        ("this bird has a red body and and a short beak", [("body", "red")], 1),
        ("a dog runs", [], 1),
        ("", [], 1),
    ],
)  # fmt: skip
def test_sentences_are_read(sentence, mentions, unknown):
    reading = read(sentence)
    assert (named(reading), reading.unknown) == (mentions, unknown)


def test_what_is_written_is_read():
    random = np.random.default_rng(0)
    sizes = np.array([len(attribute.values) for attribute in ATTRIBUTES])
    for _ in range(500):
        values = np.floor(random.random(len(sizes)) * sizes).astype(int)
        said = mentioned(random.random(len(sizes)) < 0.8, random)
        sentence = written(values, said, random)
        reading = read(sentence)
        assert reading.unknown == 0
        assert reading.mentions == tuple((place, values[place]) for place in np.flatnonzero(said))
        words = sentence.replace(",", " ,").split()
        for (attribute, value), (start, end) in zip(reading.mentions, reading.places, strict=True):
            assert ATTRIBUTES[attribute].values[value] in words[start:end]


def test_at_most_four_are_mentioned_and_at_least_one():
    random = np.random.default_rng(1)
    counts = [mentioned(np.ones(len(ATTRIBUTES), bool), random).sum() for _ in range(2000)]
    assert min(counts) == 1 and max(counts) == 4


def test_salience_is_how_often_an_attribute_is_mentioned_where_four_are_not_too_many():
    random = np.random.default_rng(2)
    seen = np.zeros(len(ATTRIBUTES), bool)
    seen[[1, 3]] = True  # body and crown
    said = np.array([mentioned(seen, random) for _ in range(20000)])
    body, crown = ATTRIBUTES[1].salience, ATTRIBUTES[3].salience
    assert said[:, 1].mean() == pytest.approx(body / (1 - (1 - body) * (1 - crown)), abs=0.01)
