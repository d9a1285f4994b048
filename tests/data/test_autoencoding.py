"""Data of autoencoders: no target needed, records that are their own targets, a class kept out, features restored."""

import numpy as np
import pytest

from data import toys
from data.anomaly import keep_out
from data.errors import DataError, MissingData
from data.images.images import ImagePrepare
from data.pipeline import batches
from data.settings import Data
from data.source import resolve
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare
from data.targets import NoTarget

RANDOM = np.random.default_rng(0)
NUMBERS = "a,b,kind\n" + "".join(f"{RANDOM.normal():.4f},{RANDOM.normal():.4f},k{row % 3}\n" for row in range(60))


def splits_of(path, **fields):
    return resolve(Data(str(path), **fields), seed=0, target=NoTarget)


def test_a_table_needs_no_target_and_a_target_is_no_input(write):
    path = write("t.csv", NUMBERS)
    without, given = splits_of(path), splits_of(path, target="kind")
    assert without.classes == () and set(without.train.inputs) == {"a", "b", "kind"}
    assert given.classes == ("k0", "k1", "k2") and set(given.train.inputs) == {"a", "b"}
    assert without.train.labels.dtype == np.int32 and not without.train.labels.any()


def test_a_record_is_its_own_target(write):
    splits = splits_of(write("t.csv", NUMBERS))
    for seed in (None, 3):
        for x, y in batches(splits.train, splits.prepare, 8, seed=seed, reconstruct=True):
            np.testing.assert_array_equal(x, y)
    plain = [x for x, _ in batches(splits.train, splits.prepare, 8, seed=3).as_numpy_iterator()]
    paired = [x for x, _ in batches(splits.train, splits.prepare, 8, seed=3, reconstruct=True).as_numpy_iterator()]
    np.testing.assert_array_equal(plain, paired)


def test_a_varied_image_is_its_own_target():
    from data.images.augmentation import Augmentation

    splits = resolve(Data("digits"), seed=0, target=NoTarget)
    x, y = next(
        iter(batches(splits.train, splits.prepare, 16, seed=0, augment=Augmentation(shift=0.2), reconstruct=True))
    )
    np.testing.assert_array_equal(x, y)


def test_mitchells_rows_go_in_as_they_are():
    splits = resolve(Data("one_hot_8"), seed=0, target=NoTarget)
    for part, copies in ((splits.train, toys.ONE_HOT_COPIES), (splits.validation, 1), (splits.test, 1)):
        rows = np.asarray(splits.prepare.fixed(part.inputs))
        assert rows.dtype == np.float32 and len(rows) == 8 * copies
        np.testing.assert_array_equal(rows[:8], np.eye(8))
        np.testing.assert_array_equal(rows.sum(axis=0), np.full(8, copies))
    with pytest.raises(DataError, match="one_hot_8 is for apps.autoencode"):
        resolve(Data("one_hot_8"), seed=0)


def test_a_class_is_kept_out_of_training_and_of_its_statistics(write):
    far = "".join(f"{1000 + row},{row % 7},odd\n" for row in range(30))
    splits = splits_of(write("t.csv", NUMBERS + far), target="kind")
    kept = keep_out(splits, "odd")
    odd = splits.classes.index("odd")
    assert not (kept.train.labels == odd).any() and not (kept.validation.labels == odd).any()
    assert (kept.test.labels == odd).sum() == (splits.test.labels == odd).sum() > 0
    assert len(kept.train) == (splits.train.labels != odd).sum()
    column = kept.prepare.columns[0]
    assert column.mean == pytest.approx(kept.train.inputs["a"].mean(), abs=1e-5) and abs(column.mean) < 1
    assert "Class 'odd' is the anomaly" in kept.notes[-1]


TABLE = TablePrepare.fit(
    {
        "n": np.array([1.0, 2.0, 4.0, 8.0, np.nan], "float32"),
        "tail": np.array([1.0, 2.0, 3.0, 4.0, 1e6], "float32"),
        "c": np.array(["x", "y", "x", "", "y"], dtype=object),
        "t": np.array(["a b c", "b c", "c d a", "a", "d"], dtype=object),
    },
    {
        "n": ColumnKind("number", "plain"),
        "tail": ColumnKind("number", "plain"),
        "c": ColumnKind("category"),
        "t": ColumnKind("text"),
    },
)


def test_columns_are_restored_in_their_units():
    raw = {
        "n": np.array([1.5, -3.0, 100.0], "float32"),
        "tail": np.array([5.0, 1e5, -2e6], "float32"),
        "c": np.array(["y", "x", ""], dtype=object),
        "t": np.array(["a", "b", "c"], dtype=object),
    }
    assert TABLE.columns[1].quartiles > 0  # the squashed column is among them
    found = TABLE.restore(TABLE.fixed(raw))
    assert set(found) == {"n", "tail", "c"}
    for name in ("n", "tail"):
        np.testing.assert_allclose(found[name], raw[name], rtol=1e-4, atol=1e-4)
    assert [name.decode() for name in found["c"].numpy()] == ["y", "x", ""]


def test_pixels_are_restored():
    prepare = ImagePrepare((4, 4), 3, [10.0, 20.0, 30.0], [2.0, 3.0, 4.0])
    pixels = RANDOM.integers(0, 256, (5, 4, 4, 3)).astype(np.uint8)
    np.testing.assert_allclose(prepare.restore(prepare.finish(pixels))["image"], pixels, atol=1e-3)
    unit = prepare.in_unit_range()
    assert unit.finish(pixels).numpy().max() <= 1 and unit.finish(pixels).numpy().min() >= 0
    np.testing.assert_allclose(unit.finish(pixels), pixels / 255, atol=1e-6)
    assert unit.restore(np.full((1, 4, 4, 3), 7.0, "float32"))["image"].numpy().max() == 255


def test_loose_images_have_no_labels(draw, tmp_path):
    for row in range(12):
        draw(f"photos/{row}.png", RANDOM.integers(0, 256, (6, 6, 3)).astype(np.uint8))
    draw("photos/more/deep/12.png", RANDOM.integers(0, 256, (6, 6, 3)).astype(np.uint8))
    splits = splits_of(tmp_path / "photos")
    parts = (splits.train, splits.validation, splits.test)
    assert splits.classes == () and splits.input_shape == (6, 6, 3)
    assert len({origin for part in parts for origin in part.origins}) == 13
    assert any(origin.endswith("more/deep/12.png") for part in parts for origin in part.origins)
    assert "No classes" in " ".join(splits.notes) and "stratified" not in " ".join(splits.notes)


def test_class_folders_keep_their_labels_and_images_of_mixed_sizes_are_cropped(draw, tmp_path):
    for row in range(24):
        side = 8 + row % 3
        draw(f"photos/{'ab'[row % 2]}/{row}.png", RANDOM.integers(0, 256, (side, 8, 3)).astype(np.uint8))
    splits = splits_of(tmp_path / "photos", image_size=8)
    assert splits.classes == ("a", "b") and splits.input_shape == (8, 8, 3)
    assert "sizes differ" in " ".join(splits.notes)


def bad_table(content, **fields):
    return lambda write, draw, folder: splits_of(write("t.csv", content), **fields)


def no_images(write, draw, folder):
    write("photos/notes.txt", "no image")
    return splits_of(folder / "photos")


def cut_image(write, draw, folder):
    for row in range(12):
        path = draw(f"photos/{row}.png", RANDOM.integers(0, 256, (9, 9)).astype(np.uint8))
    with open(path, "rb") as file:
        content = file.read()
    write("photos/11.png", content[: len(content) // 2])
    return splits_of(folder / "photos")


def foreign_image(write, draw, folder):
    for row in range(12):
        draw(f"photos/{row}.png", RANDOM.integers(0, 256, (9, 9)).astype(np.uint8))
    write("photos/13.heic", "x")
    return splits_of(folder / "photos")


def few_images(write, draw, folder):
    for row in range(4):
        draw(f"photos/{row}.png", RANDOM.integers(0, 256, (9, 9)).astype(np.uint8))
    return splits_of(folder / "photos")


def without(name, content=NUMBERS, **fields):
    return lambda write, draw, folder: keep_out(splits_of(write("t.csv", content), **fields), name)


BAD = {
    "one row": (bad_table("a,b\n1,2\n"), "1 rows are too few to hold out"),
    "constant table": (bad_table("a,b\n" + "1,2\n" * 30), "no column is left to learn from"),
    "infinite value": (bad_table(NUMBERS + "inf,1,k0\n"), "t.csv:62: .*'inf'"),
    "text among numbers": (bad_table(NUMBERS + "many,1,k0\n"), "t.csv:62: .*'many'"),
    "one column": (bad_table("a\n1\n2\n"), "only one column found"),
    "empty folder": (no_images, "photos: no images. Needed: images, such as"),
    "image cut off": (cut_image, "11.png: the PNG image is cut off"),
    "foreign image": (foreign_image, "13.heic: this kind of image cannot be read"),
    "four images": (few_images, "4 images are too few to hold out"),
    "unknown anomaly": (without("k9", target="kind"), "--anomaly 'k9' is no class of t.*Allowed: 'k0', 'k1', 'k2'"),
    "anomaly without classes": (without("k1"), "--anomaly k1: t has no classes. .*--target"),
    "no folder": (lambda write, draw, folder: splits_of(folder / "none"), "no such file or folder"),
    "regression's data": (lambda write, draw, folder: splits_of("diabetes"), "diabetes is for apps.regress"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_what_is_wrong(name, write, draw, tmp_path):
    make, message = BAD[name]
    with pytest.raises((DataError, MissingData), match=message):
        make(write, draw, tmp_path)
