"""Variation of images: what is moved where, reproducible, and never against the label."""

import numpy as np
import pytest
import tensorflow as tf

from data.images.augmentation import NAMED, Augmentation, choose

SEED = tf.constant([3, 4], tf.int64)
PIXELS = np.random.default_rng(0).integers(0, 256, (64, 10, 8, 3), dtype=np.uint8)


def test_nothing_asked_changes_nothing():
    out = Augmentation()(PIXELS, SEED)
    assert out.dtype == tf.float32
    np.testing.assert_array_equal(out, PIXELS)


def test_a_flip_mirrors_about_half_of_the_images_exactly():
    out = Augmentation(flip=True)(PIXELS, SEED).numpy()
    mirrored = (out == PIXELS[:, :, ::-1]).all((1, 2, 3))
    same = (out == PIXELS).all((1, 2, 3))
    assert (mirrored ^ same).all()
    assert 20 < mirrored.sum() < 44


def test_a_shift_moves_by_whole_pixels_and_repeats_the_edge():
    out = Augmentation(shift=0.25)(PIXELS, SEED).numpy()
    padded = np.pad(PIXELS, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="edge")
    moves = set()
    for image, wide in zip(out, padded, strict=True):
        found = [
            (down, across)
            for down in range(-3, 4)
            for across in range(-3, 4)
            if (wide[3 + down : 13 + down, 3 + across : 11 + across] == image).all()
        ]
        assert len(found) == 1
        moves.add(found[0])
    assert len(moves) > 12  # of 25: down and across vary apart
    assert {abs(down) for down, _ in moves} == {0, 1, 2}
    assert {abs(across) for _, across in moves} == {0, 1, 2}


def test_a_turn_is_about_the_centre():
    bar = np.zeros((200, 21, 21, 1), np.uint8)
    bar[:, 9:12, 2:19] = 255
    out = Augmentation(rotation=90.0)(bar, SEED).numpy()[..., 0]
    rows, columns = np.mgrid[:21, :21] - 10
    weight = out / out.sum((1, 2), keepdims=True)
    np.testing.assert_allclose((weight * rows).sum((1, 2)), 0, atol=0.05)
    np.testing.assert_allclose((weight * columns).sum((1, 2)), 0, atol=0.05)
    angles = np.degrees(0.5 * np.arctan2(2 * (weight * rows * columns).sum((1, 2)),
                                         (weight * (columns**2 - rows**2)).sum((1, 2))))  # fmt: skip
    assert angles.min() < -75
    assert angles.max() > 75
    small = Augmentation(rotation=10.0)(bar, SEED).numpy()
    np.testing.assert_allclose(small[:, 10, 10, 0], 255, atol=1e-3)


def test_zoom_changes_the_size_by_no_more_than_asked():
    disc = np.zeros((200, 41, 41, 1), np.uint8)
    rows, columns = np.mgrid[:41, :41] - 20
    disc[:, rows**2 + columns**2 <= 100] = 255
    area = Augmentation(zoom=0.2)(disc, SEED).numpy().sum((1, 2, 3)) / disc[0].sum()
    scale = 1 / np.sqrt(area)
    assert 0.79 < scale.min() < 0.85
    assert 1.15 < scale.max() < 1.21


def test_light_keeps_pixels_in_range_and_changes_them():
    out = Augmentation(light=0.5)(PIXELS, SEED).numpy()
    assert out.min() >= 0
    assert out.max() <= 255
    assert np.abs(out - PIXELS).mean() > 10


@pytest.mark.parametrize("name", NAMED)
def test_equal_seeds_give_equal_images_eagerly_and_in_a_dataset(name):
    vary = NAMED[name]
    eager = vary(PIXELS, SEED).numpy()
    np.testing.assert_array_equal(eager, vary(PIXELS, SEED))
    assert not np.array_equal(eager, vary(PIXELS, tf.constant([3, 5], tf.int64)))
    dataset = tf.data.Dataset.from_tensors(PIXELS).map(lambda images: vary(images, SEED))
    np.testing.assert_allclose(next(iter(dataset)), eager, atol=1e-3)
    assert eager.shape == PIXELS.shape


def test_images_of_a_batch_vary_apart():
    same = np.repeat(PIXELS[:1], 32, axis=0)
    out = NAMED["strong"](same, SEED).numpy()
    assert len({image.tobytes() for image in out}) == 32


FLIPS = {
    ("digits", ("0", "1", "2")): False,
    ("tfds-mnist", ("0", "1")): False,
    ("tfds-emnist-letters", ("A", "B")): False,
    ("tfds-svhn_cropped", ("0", "1")): False,
    ("tfds-fashion_mnist", ("T-shirt/top", "Trouser")): True,
    ("tfds-binarized_mnist", ("even", "odd")): False,
    ("letters", ("a", "b", "c")): False,
    ("plates", ("10", "11")): False,
    ("numbers", ("one", "two", "three")): False,
    ("hands", ("left hand", "right hand")): False,
    ("signs", ("turn_left", "stop")): False,
    ("photos", ("cat", "dog")): True,
    ("photos", ("left-over food", "drink")): False,
    ("flowers", ("bright", "copyright")): True,
}


@pytest.mark.parametrize("case", FLIPS, ids=str)
def test_mirror_images_are_left_out_where_they_would_change_the_label(case):
    name, classes = case
    chosen, note = choose("auto", name, classes, (28, 28))
    assert chosen.flip is FLIPS[case]
    assert (chosen.shift > 0) is not FLIPS[case]  # small images of objects are mirrored only
    assert choose("auto", name, classes, (96, 96))[0].shift > 0
    assert ("no mirror images" in note) is not FLIPS[case]


def test_the_users_word_goes_first():
    assert choose("none", "photos", ("cat", "dog"), (28, 28))[0] is None
    assert choose("flip", "digits", ("0", "1"), (8, 8))[0] == NAMED["flip"]


def test_the_splits_carry_the_choice_and_its_reason(load):
    splits = load("digits")
    assert splits.augmentation is not None
    assert not splits.augmentation.flip
    assert any("no mirror images (digits shows characters)" in note for note in splits.notes)
    assert load("xor").augmentation is None
