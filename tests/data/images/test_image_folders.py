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


def noted(splits, *words):
    return any(all(word in note for word in words) for note in splits.notes)


def test_junk_of_systems_is_left_out_and_counted(draw, write, load, tmp_path):
    fill(draw, "a", "b")
    for name in ("a/.ipynb_checkpoints/1-checkpoint.png", "__MACOSX/a/._1.png", "b/@eaDir/1.png", ".trash/a/1.png"):
        draw(f"photos/{name}", photo())
    for name in ("Thumbs.db", ".DS_Store", "a/Thumbs.db", "a/desktop.ini", "a/._1.png"):
        write(f"photos/{name}", "x")
    splits = load(str(tmp_path / "photos"))
    assert splits.classes == ("a", "b")
    assert sum(sizes(splits)) == 20
    assert noted(splits, "9 hidden file(s) or folder(s)", "left out")


def test_images_of_other_endings_or_none_are_known_by_their_content(draw, load, tmp_path):
    fill(draw, "a", "b")
    for number, kind in enumerate(("JPEG", "PNG", "WEBP", "GIF")):
        for name in (f"a/{number}", f"b/photo{number}.jpg_large", f"b/{number}.JFIF"):
            draw(f"photos/{name}", photo(), format=kind)
    draw("photos/a/12.tiff", photo())
    draw("photos/b/raw.cr3", photo(), format="TIFF")  # cameras' raw files begin as a TIFF does
    splits = load(str(tmp_path / "photos"))
    assert sum(sizes(splits)) == 20 + 12 + 1
    assert noted(splits, "1 file(s)", "no images")
    assert noted(splits, "1 TIFF file(s)", "SavedModel does not take")


@pytest.mark.parametrize("classes", [("car", "train", "bus"), ("test", "train", "plane"), ("validation", "cow")])
def test_a_class_may_be_called_as_a_split(classes, draw, load, tmp_path):
    fill(draw, *classes)
    splits = load(str(tmp_path / "photos"))
    assert splits.classes == tuple(sorted(classes))
    assert sum(sizes(splits)) == 10 * len(classes)
    assert noted(splits, "taken for classes") == ("train" in classes)


def test_a_folder_beside_the_splits_is_left_out_and_said(draw, load, tmp_path):
    fill(draw, "Train/a", "Train/b", "eval/a", "eval/b")
    splits = load(str(tmp_path / "photos"))
    assert sum(sizes(splits)) == 20
    assert noted(splits, "'eval'", "left out", "beside the split folder(s) 'Train'")


def test_images_beside_the_class_folders_are_left_out_and_said(draw, write, load, tmp_path):
    fill(draw, "a", "b")
    for number in range(6):
        draw(f"photos/{number}.png", photo())
    write("photos/readme.txt", "x")
    splits = load(str(tmp_path / "photos"))
    assert sum(sizes(splits)) == 20
    assert noted(splits, "6 image(s)", "in no class folder", "0.png")
    assert noted(splits, "1 file(s)", "readme.txt")


def test_equal_images_of_two_classes_are_said(draw, load, tmp_path):
    fill(draw, "a", "b")
    same = photo()
    for name in ("a", "b"):
        draw(f"photos/{name}/same.png", same)
    assert noted(load(str(tmp_path / "photos")), "1 image(s) are in more than one class", "a/same.png", "b/same.png")


def test_links_are_followed_once(draw, load, tmp_path):
    fill(draw, "a", "b")
    draw("more/1.png", photo())
    (tmp_path / "photos/a/more").symlink_to(tmp_path / "more")
    (tmp_path / "photos/a/again").symlink_to(tmp_path / "photos/a")
    (tmp_path / "photos/c").symlink_to(tmp_path / "more")
    (tmp_path / "photos/loop").symlink_to("loop")
    splits = load(str(tmp_path / "photos"))
    assert splits.classes == ("a", "b", "c")
    assert sum(sizes(splits)) == 22
    assert noted(splits, "a/again", "photos/loop", "folders that were read already")


@pytest.mark.parametrize(
    ("height", "width", "size", "said"),
    [
        (256, 200, (256, 200), "all are 200 wide and 256 high."),
        (300, 400, (64, 64), "all are 400 wide and 300 high: cropped at the centre and resized to 64x64 (--image-size"),
        (10, 800, (64, 64), "Cropping leaves out 99% of an image on average, 99% at most."),
    ],
)
def test_photographs_are_made_smaller_and_it_is_said(height, width, size, said, draw, load, tmp_path):
    for number in range(10):
        draw(f"photos/{'ab'[number % 2]}/{number}.png", np.full((height, width), number, np.uint8))
    splits = load(str(tmp_path / "photos"))
    assert splits.prepare.size == size
    assert noted(splits, said)


def test_the_orientation_of_each_image_counts_for_the_common_size(draw, load, tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    for number in range(10):
        draw(f"photos/a/{number}.jpg", photo(8, 6))
        draw(f"photos/b/{number}.jpg", photo(6, 8), exif=exif)
    assert load(str(tmp_path / "photos")).prepare.size == (8, 6)


def test_classes_that_are_equal_as_numbers_have_one_order(draw, load, tmp_path):
    fill(draw, "1", "01", "001", "1.0")
    assert load(str(tmp_path / "photos")).classes == ("001", "01", "1", "1.0")


@pytest.mark.data
def test_real_flowers(real_data, load):
    splits = load(f"{real_data}/flowers", image_size=32)
    assert sizes(splits) == (1190, 210, 350)
    assert splits.classes == ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    assert splits.augmentation.flip
    assert np.bincount(splits.test.labels).tolist() == [70] * 5
