"""Run lengths, weights of classes, and answers as files."""

import json

import numpy as np
import pytest
from PIL import Image

from cli.errors import UserError
from data.masks import run_lengths
from data.masks.class_pixels import class_weights, counted, enet, median_frequency
from data.masks.masked_images import VOID, MaskedImages, packed, standard_palette
from data.masks.writing import CocoWriter, MaskFolder


def test_run_lengths_go_down_the_columns():
    mask = np.array([[0, 1], [1, 1], [0, 0]], bool)
    assert run_lengths.encoded(mask) == [1, 1, 1, 2, 1]
    assert np.array_equal(run_lengths.decoded([1, 1, 1, 2, 1], 3, 2), mask)
    assert run_lengths.encoded(np.ones((2, 2), bool)) == [0, 4] and run_lengths.encoded(np.zeros((2, 2), bool)) == [4]


@pytest.mark.parametrize("seed", range(4))
def test_run_lengths_there_and_back(seed):
    random = np.random.default_rng(seed)
    mask = random.random((37, 53)) < [0.02, 0.5, 0.9, 0.999][seed]
    runs = run_lengths.encoded(mask)
    assert np.array_equal(run_lengths.decoded(runs, 37, 53), mask)
    text = run_lengths.packed(runs)
    assert run_lengths.unpacked(text) == runs and np.array_equal(run_lengths.decoded(text, 37, 53), mask)


def test_a_compressed_text_by_hand():
    """Five bits a character from "0" on, the lowest first; the third count on is less that of two before."""
    assert run_lengths.unpacked("6") == [6] and run_lengths.unpacked("P1") == [32] and run_lengths.unpacked("O") == [-1]


def two_pictures():
    first, second = np.zeros((2, 10), np.uint8), np.ones((2, 10), np.uint8)
    first[0, :5], second[0] = 1, VOID
    masks = np.empty(2, object)
    masks[:] = [packed(first), packed(second)]
    index = np.array([*range(255), VOID], np.uint8)
    return MaskedImages(np.zeros((2, 2, 10, 3), np.uint8), masks, np.array(["a", "b"], object), index)


def test_weights_of_classes_by_their_formulas():
    pixels, around = counted(two_pictures(), 3)
    assert pixels.tolist() == [15, 15, 0] and around.tolist() == [20, 30, 0]
    frequency = np.array([15 / 20, 15 / 30])
    assert median_frequency(pixels, around) == pytest.approx([*(np.median(frequency) / frequency), 0])
    assert enet(pixels) == pytest.approx([1 / np.log(1.52)] * 2 + [0])
    for kind in ("median", "enet"):
        weights = np.array(class_weights(kind, two_pictures(), 3))
        assert (weights * pixels).sum() / pixels.sum() == pytest.approx(1)  # the loss stays as large as it was
    assert class_weights("none", two_pictures(), 3) is None


def test_camvid_has_the_weights_of_its_table(real_data):
    """Shares of all pixels, void among them; the table takes the median over void, too, and so differs by a factor."""
    from data.masks.mask_source import resolve
    from data.settings import SegmentationData

    splits = resolve(SegmentationData(f"{real_data}/camvid", ignore=()), seed=0)
    both = [counted(part, 11) for part in (splits.train, splits.validation)]
    pixels = sum(one for one, _ in both)
    shares = 100 * pixels / ((len(splits.train) + len(splits.validation)) * 360 * 480)
    assert np.round(shares, 2).tolist() == [16.85, 23.26, 0.98, 31.66, 4.49, 9.72, 1.17, 1.13, 5.87, 0.64, 0.29]
    found = median_frequency(pixels, sum(one for _, one in both))
    table = np.array([0.257, 0.185, 4.396, 0.137, 0.919, 0.387, 3.533, 1.813, 0.725, 5.855, 8.137])
    assert found / table == pytest.approx(found[0] / table[0], rel=0.01)


def test_masks_and_overlays_are_written(tmp_path):
    palette = standard_palette(3)
    ids = np.array([[0, 1], [2, 1]], np.uint8)
    files = MaskFolder(str(tmp_path / "new"), palette).write("a", ids, np.full((2, 2, 3), 100, np.uint8))
    mask = Image.open(files["mask"])
    assert mask.mode == "P" and np.array_equal(np.asarray(mask), ids)
    assert np.array_equal(np.asarray(mask.convert("RGB"))[1, 0], palette[2])
    assert np.asarray(Image.open(files["overlay"])).shape == (2, 2, 3)
    with pytest.raises(UserError, match="`--masks` must name a folder"):
        MaskFolder(files["mask"], palette)


def test_coco_is_written_as_it_is_read(tmp_path):
    from data.masks import coco_masks
    from tests.data.masks.sources import picture, save

    save(tmp_path / "a.png", picture(0))
    ids = np.zeros((24, 32), np.uint8)
    ids[4:9, 3:12], ids[15:20] = 1, 2
    writer = CocoWriter(str(tmp_path / "found.json"), ("ground", "car", "sea"))
    writer.add(str(tmp_path / "a.png"), ids)
    writer.close()
    content = json.loads((tmp_path / "found.json").read_text())
    assert content["annotations"][1]["bbox"] == [3, 4, 9, 5] and content["annotations"][1]["area"] == 45
    (pair,) = coco_masks.read(str(tmp_path / "found.json")).parts["train"]
    assert np.array_equal(pair.mask((24, 32)), ids + 1)  # 0 is what no region covers
    with pytest.raises(UserError, match="`--coco` must name"):
        CocoWriter(str(tmp_path), ())
