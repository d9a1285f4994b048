"""The exact posterior equals what sampling the generator counts, and the judgements of sentences follow the truth."""

from collections import Counter

import numpy as np
import pytest

from data.birds import birds
from data.birds.kinds import NAMES, kinds
from data.birds.posterior import likelihoods, posterior
from data.birds.sentences import mentioned, read, written
from data.birds.truth import Judge


def test_it_is_the_share_of_each_class_among_sampled_sentences():
    """Birds and sentences are drawn; of those that say the same, the classes are counted."""
    known, random = kinds(), np.random.default_rng(0)
    classes = random.integers(len(known), size=60_000)
    marks = birds.seen(known.drawn(classes, random), random)
    counted: dict[tuple, Counter] = {}
    for row, label in enumerate(classes):
        said = mentioned(marks.visible[row], random)
        mentions = tuple((int(place), int(marks.values[row, place])) for place in np.flatnonzero(said))
        counted.setdefault(mentions, Counter())[int(label)] += 1
    tables, checked, sure = likelihoods(known), 0, 0
    for mentions, counts in counted.items():
        total = sum(counts.values())
        exact = posterior(mentions, tables)
        assert exact.sum() == pytest.approx(1)
        assert all(exact[label] > 0 for label in counts)
        if total < 150:
            continue
        share = np.array([counts[label] for label in range(len(known))]) / total
        error = np.sqrt(np.maximum(exact * (1 - exact), 1e-12) / total)
        assert np.abs(share - exact).max() < 5 * error.max(), mentions
        checked, sure = checked + 1, sure + (exact.max() > 0.15)
    assert checked > 40 and sure > 3
    wrong = posterior(((1, 0),), [table[::-1] for table in tables])  # the check sees another order of classes
    assert np.abs(wrong - posterior(((1, 0),), tables)).max() > 0.05


def test_two_values_of_one_attribute_are_of_no_class_and_no_mention_says_nothing():
    tables = likelihoods(kinds())
    assert posterior([(3, 0), (3, 1)], tables).sum() == 0
    np.testing.assert_allclose(posterior([], tables), 1 / 40)
    np.testing.assert_allclose(posterior([(3, 0), (3, 0)], tables), posterior([(3, 0)], tables))


def test_judgements():
    known = kinds()
    values = known.values[[0]]
    visible = np.ones(values.shape, bool)
    visible[0, NAMES.index("tail")] = False
    judge, random = Judge(birds.Marks(values, visible)), np.random.default_rng(0)
    said = np.zeros(len(NAMES), bool)
    said[[NAMES.index("body"), NAMES.index("tail")]] = True
    sentence = written(values[0], said, random)
    found = judge(0, sentence, known.names[0], known.names[1])
    assert found.picture_truth == 0.5 and found.class_truth == 1.0  # the tail is hidden, but of the class
    assert found.posterior == pytest.approx(posterior(read(sentence).mentions, judge.tables)[0])
    everything = ", ".join(["this bird has a purple crown", sentence.partition(" has ")[2] or "a short beak"])
    assert judge(0, everything, known.names[0], known.names[1]).unknown >= 1
    rivals = [judge(0, written(values[0], np.ones(len(NAMES), bool), random), known.names[0], name).contrast
              for name in known.names[1:]]  # fmt: skip
    assert all(rivals)
    assert not judge(0, "this is a small bird", known.names[0], known.names[1]).contrast
