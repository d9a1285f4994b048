"""Every layout and format gives the ids that were written, and the classes that its files name."""

import numpy as np
import pytest

from data.errors import DataError
from data.masks import mask_splits
from data.masks.class_table import CITYSCAPES
from data.masks.mask_source import everything, resolve
from data.masks.masked_images import VOID, ids, packed, size_of, standard_palette
from data.settings import SegmentationData
from tests.data.masks import sources
from tests.data.masks.sources import SIZE, coco, labelme, pairs, picture, save


def load(path, **settings):
    return resolve(SegmentationData(str(path), **settings), seed=0)


def found(splits) -> dict[str, np.ndarray]:
    """Truth by the name of the picture, of all parts."""
    by_name = {}
    for part in (splits.train, splits.validation, splits.test):
        for row in range(len(part)):
            by_name[str(part.origins[row]).rpartition("/")[2][:2]] = part.truth(row)
    return by_name


@pytest.mark.parametrize("mode", ["L", "P"])
def test_a_folder_of_pairs_is_split_and_keeps_its_ids(tmp_path, mode):
    splits = load(pairs(tmp_path, 20, mode=mode))
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [14, 2, 4]
    truth = found(splits)
    assert len(truth) == 20 and all(np.array_equal(truth[f"{n:02}"], sources.ids(n)) for n in range(20))
    assert splits.classes == ("0", "1", "2") and splits.palette == standard_palette(3)
    assert any("No file names the classes" in note for note in splits.notes)


def test_colours_are_read_through_a_table(tmp_path):
    pairs(tmp_path)
    colours = np.array([[64, 0, 128], [1, 2, 3], [255, 255, 0]], np.uint8)
    for number in range(12):
        save(tmp_path / "masks" / f"{number:02}.png", colours[sources.ids(number)])
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nsky:64,0,128::\nsea:1,2,3::\nland:255,255,0::\n"
    )
    splits = load(tmp_path)
    assert splits.classes == ("sky", "sea", "land") and splits.palette == tuple(map(tuple, colours.tolist()))
    assert all(np.array_equal(truth, sources.ids(int(name))) for name, truth in found(splits).items())


@pytest.mark.parametrize(
    "content",
    [
        "sky\nsea\nland\n",
        "0 sky\n1 sea\n2: land\n",
        "sky 9 9 9\nsea 8 8 8\nland 7 7 7\n",
        "name,r,g,b\nsky,9,9,9\nsea,8,8,8\nland,7,7,7\n",
        "9 9 9\tsky\n8 8 8 sea\n7 7 7 land\n",
    ],
)
def test_names_stand_in_a_file(tmp_path, content):
    pairs(tmp_path)
    (tmp_path / "names").write_text(content)
    assert load(tmp_path, palette=str(tmp_path / "names")).classes == ("sky", "sea", "land")


def test_what_is_ignored_is_void(tmp_path):
    (pairs(tmp_path) / "classes.txt").write_text("sky\nsea\nland\n")
    for ignore in ("sea", "1"):
        splits = load(tmp_path, ignore=(ignore,))
        assert splits.classes == ("sky", "land")
        expected = np.array([0, VOID, 1], np.uint8)
        assert all(np.array_equal(truth, expected[sources.ids(int(name))]) for name, truth in found(splits).items())


def test_255_is_void_but_where_it_is_the_only_other_id(tmp_path):
    for number in range(12):
        save(tmp_path / "a/images" / f"{number:02}.png", picture(number))
        save(tmp_path / "a/masks" / f"{number:02}.png", sources.ids(number, 2) * np.uint8(255))
    assert load(tmp_path / "a").classes == ("0", "255")
    pairs(tmp_path / "b")
    rim = sources.ids(0)
    rim[:, -1] = 255
    save(tmp_path / "b/masks/00.png", rim)
    splits = load(tmp_path / "b")
    assert splits.classes == ("0", "1", "2") and (found(splits)["00"][:, -1] == VOID).all()


@pytest.mark.parametrize(
    ("pictures", "masks", "end"),
    [("images", "masks", "_mask"), ("JPEGImages", "SegmentationClass", ""), ("img", "gt", "_L")],
)
def test_names_of_folders_and_ends_of_masks(tmp_path, pictures, masks, end):
    assert len(found(load(pairs(tmp_path, 12, pictures, masks, end=end)))) == 12


def test_parts_by_folders_and_by_lists(tmp_path):
    for part, count in (("train", 12), ("val", 3), ("test", 4)):
        pairs(tmp_path / "a" / part, count)
        pairs(tmp_path / "b", count, f"images/{part}", f"masks/{part}")
        pairs(tmp_path / "c", count, part, f"{part}annot")
    for layout in "abc":
        splits = load(tmp_path / layout)
        assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [12, 3, 4], layout
    pairs(tmp_path / "d", 12, "JPEGImages", "SegmentationClass")
    lists = tmp_path / "d/ImageSets/Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("".join(f"{n:02}\n" for n in range(9)))
    (lists / "val.txt").write_text("09\n10\n11\n")
    splits = load(tmp_path / "d")
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [8, 1, 3]
    assert any("is the test" in note for note in splits.notes)


def test_lists_of_pairs_are_found_where_they_were_moved_to(tmp_path):
    pairs(tmp_path, 6, "train", "trainannot")
    lines = [f"/SegNet/CamVid/train/{n:02}.png /SegNet/CamVid/trainannot/{n:02}.png\n" for n in range(6)]
    (tmp_path / "train.txt").write_text("".join(lines[:4]))
    (tmp_path / "val.txt").write_text("".join(lines[4:]))
    splits = load(tmp_path)
    assert splits.classes[3] == "road" and len(splits.classes) == 11  # CamVid's, by its folders
    assert len(splits.test) == 2


def test_own_splits(tmp_path):
    pairs(tmp_path / "a")
    pairs(tmp_path / "b", 3)
    (tmp_path / "held.txt").write_text("00.png\n05.png\n")
    splits = load(tmp_path / "a", validation=str(tmp_path / "held.txt"), test=str(tmp_path / "b"))
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [10, 2, 3]
    assert any("Duplicates" in note for note in splits.notes)  # the test pictures are drawn alike


def test_the_street_has_its_nineteen_classes(tmp_path):
    for part in ("train", "val", "test"):
        for number in range(3):
            name = f"town/town_{number:06}"
            save(tmp_path / f"leftImg8bit/{part}/{name}_leftImg8bit.png", picture(number))
            values = np.full(SIZE, 4, np.uint8)  # void
            values[:4] = 7  # road
            values[4:8] = 33  # bicycle
            save(tmp_path / f"gtFine/{part}/{name}_gtFine_labelIds.png", values)
            save(tmp_path / f"gtFine/{part}/{name}_gtFine_color.png", picture(number))
    splits = load(tmp_path)
    assert splits.classes == CITYSCAPES.names and len(splits.test) == 3
    truth = splits.test.truth(0)
    assert (truth[:4] == 0).all() and (truth[4:8] == 18).all() and (truth[8:] == VOID).all()
    assert any("held back" in note for note in splits.notes)


def test_coco_draws_regions_the_smaller_above_the_larger(tmp_path):
    splits = load(coco(tmp_path))
    assert splits.classes == ("background", "roof", "box")
    truth = splits.train.truth(0)
    assert truth[3, 3] == 2 and truth[5, 6] == 1 and truth[20, 30] == 0
    assert (truth[:6, 20] == 1).all() and truth[6, 20] == 0  # the run of six pixels down column 20


def test_labelme_draws_shapes_in_their_order(tmp_path):
    splits = load(labelme(tmp_path))
    truth = splits.train.truth(0)
    assert splits.classes == ("background", "car", "wheel")
    assert truth[4, 3] == 1 and truth[10, 6] == 2 and truth[4, 28] == VOID and truth[20, 20] == 0


def test_all_pictures_of_other_data_are_scored(tmp_path):
    split, classes, _ = everything(SegmentationData(str(pairs(tmp_path))), seed=0)
    assert len(split) == 12 and classes == ("0", "1", "2")
    assert np.array_equal(split.truth(3), sources.ids(3))


def test_the_palette_of_masks_is_kept(tmp_path):
    pairs(tmp_path, mode="P")
    for number in range(12):
        save(tmp_path / "masks" / f"{number:02}.png", sources.ids(number), "P", [9, 9, 9, 8, 8, 8, 7, 7, 7])
    assert load(tmp_path).palette == ((9, 9, 9), (8, 8, 8), (7, 7, 7))


def test_masks_are_kept_as_small_files():
    values = sources.ids(0)
    assert np.array_equal(ids(packed(values)), values) and size_of(packed(values)) == SIZE


def test_the_voc_palette():
    assert standard_palette(22)[:4] == ((0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0))
    assert standard_palette(21)[20] == (0, 64, 128)  # tvmonitor
    assert len(set(standard_palette(256))) == 256


def test_camvid_as_it_is_given_out(real_data):
    splits = resolve(SegmentationData(f"{real_data}/camvid"), seed=0)
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [330, 37, 101]
    assert splits.classes[3] == "road" and any("4.0% of the training pixels" in note for note in splits.notes)


def test_no_source_is_named_by_a_wrong_word():
    with pytest.raises(DataError, match="Did you mean 'shapes'"):
        load("shape")
    assert mask_splits.GREYED
