"""Drawn birds: the same for the same seed, true to their classes, and different where their marks differ."""

import numpy as np
import pytest

from data.birds import birds, drawing
from data.birds.kinds import ATTRIBUTES, MARKS, NAMES, SHARE_OF_OTHERS, kinds
from data.birds.sentences import read


@pytest.fixture(scope="module")
def few():
    """Splits of three training birds a class."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(birds, "BIRDS", {"train": 3, "validation": 1, "test": 1})
        return birds.make(0), birds.make(0), birds.make(1)


def test_the_same_seed_gives_the_same_birds(few):
    one, same, other = few
    np.testing.assert_array_equal(one.train.images, same.train.images)
    assert one.train.captions == same.train.captions
    assert not np.array_equal(one.train.images, other.train.images)
    assert one.train.images.shape == (120, drawing.SIDE, drawing.SIDE, 3) and one.train.images.dtype == np.uint8


def test_every_class_is_in_every_part_and_parts_share_no_picture(few):
    splits = few[0]
    for part in splits.parts.values():
        assert set(part.classes) == set(kinds().names)
    pictures = [image.tobytes() for part in splits.parts.values() for image in part.images]
    assert len(set(pictures)) == len(pictures)


def test_sentences_say_what_is_true_and_can_be_seen_and_never_the_class(few):
    part = few[0].train
    for row, texts in enumerate(part.captions):
        for text in texts:
            reading = read(text)
            assert reading.unknown == 0 and 1 <= len(reading.mentions) <= 4
            assert all(part.marks.true(row, mention) for mention in reading.mentions)
            assert not set(part.classes[row].split()) & set(text.split())


def test_taking_rows_takes_their_truth(few):
    part = few[0].train
    taken = part.take([5, 2])
    assert list(taken.classes) == [part.classes[5], part.classes[2]]
    np.testing.assert_array_equal(taken.marks.values, part.marks.values[[5, 2]])


def test_no_two_classes_are_alike_in_all_that_does_not_vary():
    known = kinds()
    assert len(known) == len(set(known.names)) == 40
    for one in range(40):
        for other in range(one):
            differs = known.values[one] != known.values[other]
            differs[[known.varying[one], known.varying[other]]] = False
            assert differs.any(), (known.names[one], known.names[other])


def test_families_share_what_is_no_mark():
    known = kinds()
    plain = [place for place in range(len(NAMES)) if place not in MARKS]
    for family in known.values.reshape(8, 5, -1):
        assert (family[:, plain] == family[0, plain]).all()


def test_the_varying_mark_varies_in_half_of_the_birds():
    known, classes = kinds(), np.repeat(np.arange(40), 250)
    values = known.drawn(classes, np.random.default_rng(0))
    changed = values != known.values[classes]
    assert changed.sum(1).max() == 1
    assert changed.any(1).mean() == pytest.approx(SHARE_OF_OTHERS, abs=0.02)
    rows = np.flatnonzero(changed.any(1))
    assert (changed[rows].argmax(1) == known.varying[classes[rows]]).all()


@pytest.mark.parametrize("attribute", range(len(ATTRIBUTES)), ids=NAMES)
def test_another_value_gives_another_picture(attribute):
    """Also where it is of the colour of its ground: the outline is seen."""
    values = np.repeat(kinds().values[:1], len(ATTRIBUTES[attribute].values), axis=0)
    values[:, attribute] = np.arange(len(values))
    seen = np.ones(values.shape, bool)
    # Each drawn alone, so that what is drawn by chance is the same.
    pictures = [
        drawing.draw(values[[row]], seen[[row]], np.random.default_rng(3))[0].astype(int) for row in range(len(values))
    ]
    for one in range(len(pictures)):
        for other in range(one):
            assert (np.abs(pictures[one] - pictures[other]).max(-1) > 40).sum() >= 10


@pytest.mark.parametrize("mark", MARKS, ids=[NAMES[mark] for mark in MARKS])
def test_a_hidden_mark_cannot_be_told(mark):
    """Behind its leaf two values give the same pixels, but for the rim of the largest marks."""
    values = np.repeat(kinds().values[:1], 2, axis=0)
    values[1, mark] = (values[0, mark] + 1) % len(ATTRIBUTES[mark].values)
    seen = np.ones(values.shape, bool)
    shown = [drawing.draw(values[[row]], seen[[row]], np.random.default_rng(3))[0].astype(int) for row in range(2)]
    seen[:, mark] = False
    hidden = [drawing.draw(values[[row]], seen[[row]], np.random.default_rng(3))[0].astype(int) for row in range(2)]

    def changed(pair):
        return (np.abs(pair[0] - pair[1]).max(-1) > 30).sum()

    assert changed(hidden) <= 0.15 * changed(shown)
