"""Folders of images: with split folders and without, mixed sizes, grey and colour, duplicates."""

import numpy as np
import pytest
import tensorflow as tf

from data import pipeline

RANDOM = np.random.default_rng(0)


def photo(height=8, width=6, channels=3):
    shape = (height, width, channels) if channels == 3 else (height, width)
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def fill(draw, *folders, count=10, **options):
    for folder in folders:
        for number in range(count):
            draw(f"photos/{folder}/{number}.png", photo(**options))


def sizes(splits):
    return len(splits.train), len(splits.validation), len(splits.test)


def test_a_folder_without_splits_is_split_by_class(draw, load, tmp_path):
    fill(draw, "cat", "dog", count=25)
    splits = load(str(tmp_path / "photos"))
    assert (splits.name, splits.kind, splits.classes) == ("photos", "image", ("cat", "dog"))
    assert sizes(splits) == (32, 8, 10)
    assert splits.input_shape == (8, 6, 3)
    for part in (splits.train, splits.validation, splits.test):
        assert [splits.classes[label] for label in part.labels] == [origin.split("/")[1] for origin in part.origins]
        assert np.bincount(part.labels).tolist() == [len(part) // 2] * 2
        assert all(origin.startswith("photos/") for origin in part.origins)


def test_its_own_splits_are_kept(draw, load, tmp_path):
    fill(draw, "train/a", "train/b", "valid/a", "valid/b", "Test/a", "Test/b", count=3)
    splits = load(str(tmp_path / "photos"))
    assert sizes(splits) == (6, 6, 6)
    assert {origin.split("/")[1] for origin in splits.validation.origins} == {"valid"}
    assert {origin.split("/")[1] for origin in splits.test.origins} == {"Test"}


def test_with_train_and_val_alone_val_is_the_test_split(draw, load, tmp_path):
    fill(draw, "train/a", "train/b", "val/a", "val/b", count=20)
    splits = load(str(tmp_path / "photos"))
    assert sizes(splits) == (34, 6, 40)
    assert {origin.split("/")[1] for origin in splits.test.origins} == {"val"}
    assert any("is the test split; validation is carved" in note for note in splits.notes)


def test_folders_may_be_named(draw, load, tmp_path):
    fill(draw, "cat", "dog", count=20)
    fill(draw, "../more/cat", "../more/dog", count=2)
    more = str(tmp_path / "more")
    splits = load(str(tmp_path / "photos"), test=more)
    assert sizes(splits) == (34, 6, 4)
    assert sizes(load(str(tmp_path / "photos"), validation=more)) == (32, 4, 8)


def test_grey_images_have_one_channel_and_one_coloured_image_makes_three(draw, load, tmp_path):
    fill(draw, "a", "b", channels=1)
    assert load(str(tmp_path / "photos")).input_shape == (8, 6, 1)
    draw("photos/a/colour.jpg", photo())
    assert load(str(tmp_path / "photos")).input_shape == (8, 6, 3)


@pytest.mark.parametrize(("image_size", "side"), [(None, 64), (16, 16)])
def test_mixed_sizes_become_squares(image_size, side, draw, load, tmp_path):
    fill(draw, "a", "b")
    draw("photos/a/large.png", photo(30, 20))
    splits = load(str(tmp_path / "photos"), image_size=image_size)
    assert splits.input_shape == (side, side, 3)
    assert any("sizes differ (2 of them, the most common 6x8, 20 times)" in note for note in splits.notes)


def test_wishes_of_the_model_are_met(draw, tmp_path):
    from data.settings import Data
    from data.source import resolve

    fill(draw, "a", "b", channels=1)
    splits = resolve(Data(data=str(tmp_path / "photos")), seed=0, image_size=12, channels=3, standardize=False)
    assert splits.input_shape == (12, 12, 3)
    x = next(iter(pipeline.batches(splits.train, splits.prepare, 4)))[0].numpy()
    assert x.max() > 200
    np.testing.assert_array_equal(x, np.round(x))


def test_batches_hold_the_pixels_of_the_files(draw, load, tmp_path):
    fill(draw, "a", "b")
    splits = load(str(tmp_path / "photos"))
    x = np.concatenate([x.numpy() for x, _ in pipeline.batches(splits.test, splits.prepare, 3)])
    files = [tf.io.decode_image(tf.io.read_file(str(tmp_path / origin))).numpy() for origin in splits.test.origins]
    expected = (np.stack(files) - np.array(splits.prepare.mean)) / np.array(splits.prepare.std)
    np.testing.assert_allclose(x, expected, atol=1e-5)


def test_equal_images_stay_in_one_split(draw, load, tmp_path):
    for number in range(60):
        draw(f"photos/{'ab'[number % 2]}/{number}.png", np.full((4, 4, 3), number // 6 * 20 + number % 2, np.uint8))
    splits = load(str(tmp_path / "photos"))
    assert not any("Duplicates" in note for note in splits.notes)
    parts = (splits.train, splits.validation, splits.test)
    content = [{(tmp_path / origin).read_bytes() for origin in part.origins} for part in parts]
    assert not (content[0] & content[1] or content[0] & content[2] or content[1] & content[2])


def test_equal_images_in_the_users_own_splits_are_reported(draw, load, tmp_path):
    fill(draw, "train/a", "train/b", "test/a", "test/b", count=10)
    same = photo()
    draw("photos/train/a/same.png", same)
    draw("photos/test/a/again.png", same)
    notes = load(str(tmp_path / "photos")).notes
    assert any("1 image of 21 in the test split also in the" in n and "photos/test/a/again.png = " in n for n in notes)


def test_files_that_are_no_images_and_folders_below_are_handled(draw, write, load, tmp_path):
    fill(draw, "a/deep/deeper", "b")
    write("photos/a/readme.txt", "x")
    write("photos/a/.hidden.png", "x")
    splits = load(str(tmp_path / "photos"))
    assert sum(sizes(splits)) == 20
    assert any("1 file(s)" in note and "readme.txt" in note for note in splits.notes)


@pytest.mark.data
def test_real_flowers(real_data, load):
    splits = load(f"{real_data}/flowers", image_size=32)
    assert sizes(splits) == (1190, 210, 350)
    assert splits.classes == ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    assert splits.augmentation.flip
    assert np.bincount(splits.test.labels).tolist() == [70] * 5
