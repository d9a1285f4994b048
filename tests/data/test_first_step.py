"""Datasets that start within an epoch give what they would have given there, and prepare nothing of what is before."""

import numpy as np
import pytest

from data.captions import caption_batches
from data.images.augmentation import Augmentation
from data.pipeline import batches
from data.text import pair_batches
from tests.data.captions.test_caption_batches import example
from tests.data.test_pipeline import numbered, pictures
from tests.data.text.test_pair_batches import pairs


def flat(dataset):
    """All arrays of a dataset, batch by batch."""
    import keras

    return [[np.asarray(one) for one in keras.tree.flatten(batch)] for batch in dataset.as_numpy_iterator()]


def assert_ends_with(whole, rest):
    assert rest, "nothing is left to compare"
    for one, other in zip(whole[-len(rest) :], rest, strict=True):
        for ours, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("step", [0, 1, 5])
def test_rows_of_a_table(step):
    split, prepare = numbered()
    whole = flat(batches(split, prepare, 8, seed=4, epochs=4))
    rest = flat(batches(split, prepare, 8, seed=4, first_epoch=2, first_step=step, epochs=4))
    assert len(rest) == 12 - step
    assert_ends_with(whole, rest)


def test_augmented_images():
    split, prepare, _ = pictures()
    vary = Augmentation(shift=0.2, flip=True, light=0.2)
    whole = flat(batches(split, prepare, 6, seed=1, epochs=3, augment=vary))
    rest = flat(batches(split, prepare, 6, seed=1, first_epoch=1, first_step=2, epochs=3, augment=vary))
    assert len(rest) == 4
    assert_ends_with(whole, rest)


def test_pairs_of_sentences_with_other_cuts():
    def draw(rows, seed):
        random = np.random.default_rng(seed)
        return [[random.integers(4, 9, random.integers(1, 4)) for _ in rows] for _ in range(2)]

    made = pair_batches.make(*pairs(200), tokens=300, draw=draw)
    whole = flat(made.dataset(5, epochs=3))
    dataset = made.dataset(5, first_epoch=1, first_step=3, epochs=3)
    rest = flat(dataset)
    assert len(rest) == int(dataset.cardinality()) == 2 * made.steps_per_epoch - 3
    assert_ends_with(whole, rest)


def test_captions_with_hidden_words():
    made = caption_batches.make(*example(), batch_size=8)
    whole = flat(made.dataset(7, epochs=4, word_dropout=0.3))
    dataset = made.dataset(7, first_epoch=2, first_step=2, epochs=4, word_dropout=0.3)
    rest = flat(dataset)
    assert len(rest) == int(dataset.cardinality()) == 2 * made.steps_per_epoch - 2
    assert_ends_with(whole, rest)


def test_what_was_done_is_not_made_again(monkeypatch):
    made = pair_batches.make(*pairs(200), tokens=300)
    calls, original = [], pair_batches.PairBatches.arrays
    monkeypatch.setattr(
        pair_batches.PairBatches, "arrays", lambda *one, **more: (calls.append(one), original(*one, **more))[1]
    )
    rest = flat(made.dataset(5, first_step=made.steps_per_epoch - 2, epochs=1, prefetch=0))
    assert len(rest) == len(calls) == 2
