"""Batches of sentences alone: what they hold, their order, and where they go on."""

import numpy as np
import pytest

from data.captions.sentence_batches import SentenceBatches
from data.text.subwords import END, START

IDS = [np.arange(4, 4 + length, dtype=np.int32) for length in (1, 3, 5, 2, 4, 3, 6)]
LABELS = np.arange(7, dtype=np.int32)


def listed(dataset):
    return [(x["target"].numpy(), y.numpy()) for x, y in dataset]


def test_validation_has_every_sentence_once_in_order():
    found = listed(SentenceBatches(IDS, LABELS, 7, 3).dataset())
    assert [len(y) for _, y in found] == [3, 3, 1]
    np.testing.assert_array_equal(np.concatenate([y for _, y in found]), LABELS)
    np.testing.assert_array_equal(found[0][0][1], [START, 4, 5, 6, 0, 0, 0])


def test_without_labels_the_next_token_is_learned():
    inputs, following = SentenceBatches(IDS, None, 7, 3).arrays(np.array([1]))
    np.testing.assert_array_equal(following, [[4, 5, 6, END, 0, 0, 0]])
    np.testing.assert_array_equal(inputs["target"], [[START, 4, 5, 6, 0, 0, 0]])


@pytest.mark.parametrize("cut", [0.0, 0.5])
def test_training_goes_on_as_without_an_interruption(cut):
    batches = SentenceBatches(IDS, LABELS, 7, 3)
    whole = listed(batches.dataset(5, epochs=3, cut=cut))
    assert len(whole) == 6 == 3 * batches.steps_per_epoch
    later = listed(batches.dataset(5, first_epoch=1, first_step=1, epochs=3, cut=cut))
    for (x, y), (z, w) in zip(whole[3:], later, strict=True):
        np.testing.assert_array_equal(x, z)
        np.testing.assert_array_equal(y, w)


def test_a_share_of_the_sentences_is_cut_and_keeps_its_beginning():
    batches = SentenceBatches(IDS * 40, np.tile(LABELS, 40), 7, 40)
    shorter = total = 0
    for x, y in listed(batches.dataset(0, cut=0.5)):
        for tokens, label in zip(x, y, strict=True):
            kept = np.count_nonzero(tokens) - 1
            assert kept >= 1
            np.testing.assert_array_equal(tokens[1 : kept + 1], IDS[label][:kept])
            shorter, total = shorter + (kept < len(IDS[label])), total + 1
    assert 0.15 < shorter / total < 0.5
