"""Crops move picture and mask alike, make no id, and are the same wherever a training begins."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data.masks.mask_augmentation import NAMED, MaskAugmentation, choose
from data.masks.mask_batches import MaskBatches, on_canvas, padded
from data.masks.mask_source import crop_side
from data.masks.masked_images import VOID, MaskedImages, packed
from data.masks.picture import PicturePrepare
from data.masks.resizing import enlarged, folded, nearest
from data.masks.tiles import windows

SIDE = 64
INDEX = np.array([*range(200), *[VOID] * 56], np.uint8)


def split(count=8, size=(SIDE, SIDE), wild=False):
    """Pictures whose red is 20 times the class, in blocks."""
    random = np.random.default_rng(0)
    images, masks = np.empty(count, object), np.empty(count, object)
    for row in range(count):
        height, width = size if not wild else random.integers(40, 90, 2)
        blocks = random.integers(0, 6, (height // 8 + 1, width // 8 + 1)).astype(np.uint8)
        ids = np.kron(blocks, np.ones((8, 8), np.uint8))[:height, :width]
        masks[row], images[row] = packed(ids), np.dstack([20 * ids, ids * 0 + 9, ids * 0 + row])
    return MaskedImages(images, masks, np.array([f"p{n}" for n in range(count)], object), INDEX)


def batches(part=None, longest=None):
    return MaskBatches(part or split(), PicturePrepare(longest))


def crops(augment, side=32, **place):
    given = {"seed": 3, "epochs": 4, "steps_per_epoch": 2} | place
    return list(batches().training(4, side, augment, **given).as_numpy_iterator())


@pytest.mark.parametrize("name", NAMED)
def test_picture_and_mask_move_alike(name):
    still = MaskAugmentation(NAMED[name].scale, NAMED[name].flip)  # the light would hide the class
    for x, y in crops(still):
        assert x.shape == (4, 32, 32, 3) and x.dtype == np.float32 and y.shape == (4, 32, 32) and y.dtype == np.uint8
        inside = y != VOID
        # Between two blocks a pixel of the picture is mixed.
        same = np.abs(x[..., 0] / 20 - y) < 0.02
        assert same[inside].mean() > 0.7, name
        assert set(np.unique(y)) <= {*range(6), VOID}


def test_a_mirror_image_and_a_whole_picture():
    found = [np.concatenate(one) for one in zip(*crops(NAMED["flip"], SIDE, steps_per_epoch=2), strict=True)]
    pictures = batches().everything()[0].numpy().astype(np.float32)
    mirrored = 0
    for x in found[0]:
        same = [np.abs(x - p).max() < 1 for p in pictures]
        turned = [np.abs(x - p[:, ::-1]).max() < 1 for p in pictures]
        assert any(same) or any(turned)
        mirrored += any(turned)
    assert 0 < mirrored < len(found[0])


def test_a_smaller_picture_is_void_around():
    x, y = crops(MaskAugmentation((0.5, 0.5)), SIDE)[0]
    assert (y[:, [0, -1]] == VOID).all() and (y[:, 32, 32] != VOID).all() and (x[:, 0, 0] == 127).all()


def test_a_training_goes_on_with_the_same_crops():
    whole = crops(NAMED["strong"])
    rest = crops(NAMED["strong"], first_epoch=1, first_step=1)
    assert len(whole) == 8 and len(rest) == 5
    for one, other in zip(whole[3:], rest, strict=True):
        assert all(map(np.array_equal, one, other))
    other = crops(NAMED["strong"], seed=4)
    assert not np.array_equal(whole[0][0], other[0][0])


def test_every_picture_once_an_epoch():
    ids = [x[:, 0, 0, 2].round() for x, _ in crops(NAMED["none"], SIDE)]
    assert all(sorted(np.concatenate(ids[start : start + 2])) == list(range(8)) for start in range(0, 8, 2))


def test_classes_of_every_eighth_pixel():
    (_, y), (_, whole) = crops(NAMED["none"], every=8)[0], crops(NAMED["none"])[0]
    assert y.shape == (4, 4, 4) and np.array_equal(y, whole[:, 4::8, 4::8])


def test_pictures_of_all_sizes_lie_on_one_canvas():
    part = split(6, wild=True)
    one = batches(part)
    assert all(side % 32 == 0 for side in one.canvas)
    found = list(one.evaluation().as_numpy_iterator())
    x, y = (np.concatenate(parts) for parts in zip(*found, strict=True))
    for row in range(6):
        truth = part.truth(row)
        height, width = truth.shape
        assert np.array_equal(y[row, :height, :width], truth) and (y[row, height:] == VOID).all()
        assert np.array_equal(x[row, :height, :width], part.images[row])
        assert np.array_equal(x[row, height, :width], part.images[row][-2])  # mirrored beyond


def test_pictures_that_do_not_fit_are_read_as_they_are_needed(monkeypatch):
    kept = crops(NAMED["scale"])
    monkeypatch.setattr("data.masks.mask_batches.MEMORY_LIMIT", 1000)
    assert not batches().fits_in_memory
    for one, other in zip(kept, crops(NAMED["scale"]), strict=True):
        assert all(map(np.array_equal, one, other))
    assert len(list(batches().evaluation().as_numpy_iterator())) == 1


def test_larger_pictures_are_scaled_down_and_their_masks_gain_no_id(tmp_path):
    part = split(3, (90, 120))
    Image.fromarray(part.images[0]).save(tmp_path / "a.png")
    prepare = PicturePrepare(60)
    assert prepare.size(90, 120) == (45, 60) and prepare.size(50, 40) == (50, 40)
    found = prepare(str(tmp_path / "a.png"))
    assert found.shape == (45, 60, 3) and np.array_equal(found, prepare(part.images[0]))
    small = nearest(part.truth(0), (45, 60))
    assert set(np.unique(small)) <= set(np.unique(part.truth(0)))
    assert np.array_equal(nearest(small, (45, 60)), small)
    again = PicturePrepare.from_config(prepare.config())
    assert again.config() == {"longest": 60, "bits": 16}
    assert batches(part, 60).canvas == (64, 64)


def test_enlarged_keeps_the_sum_of_probabilities():
    random = np.random.default_rng(0).dirichlet(np.ones(3), (5, 7)).astype(np.float32)
    found = enlarged(random, (11, 20))
    assert found.shape == (11, 20, 3) and found.sum(-1) == pytest.approx(1, abs=1e-5)
    assert np.shares_memory(enlarged(random, (5, 7)), random)


@pytest.mark.parametrize("size", [(11, 20), (5, 20), (3, 4), (50, 7), (1, 1)])
def test_enlarged_is_tensorflows_and_some_rows_are_those_of_all(size):
    values = np.random.default_rng(0).normal(size=(5, 7, 3)).astype(np.float32)
    found = enlarged(values, size)
    np.testing.assert_allclose(found, tf.image.resize(values, size).numpy(), atol=1e-6)
    assert np.array_equal(
        np.concatenate([enlarged(values, size, slice(row, row + 1)) for row in range(size[0])]), found
    )


def test_a_mirrored_row():
    assert folded(10, 4).tolist() == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]
    assert folded(7, 3, -2).tolist() == [2, 1, 0, 1, 2, 1, 0] and folded(3, 1).tolist() == [0, 0, 0]
    assert on_canvas(np.arange(6).reshape(2, 3), (3, 4)).tolist() == [[0, 1, 2, 1], [3, 4, 5, 4], [0, 1, 2, 1]]


@pytest.mark.parametrize(
    ("length", "tile", "size", "starts"),
    [
        (50, None, 64, [0]),
        (64, 64, 64, [0]),
        (100, 64, 64, [0, 18, 36]),
        (128, 64, 64, [0, 32, 64]),
        (129, 64, 64, [0, 22, 43, 65]),
    ],
)
def test_tiles_cover_a_side(length, tile, size, starts):
    found = windows(length, tile)
    assert found.size == size and found.starts == starts
    covered = np.zeros(found.padded)
    for start in starts:
        covered[start : start + size] += 1
    assert covered.min() >= 1 and found.starts[-1] + size == found.padded
    assert found.weights.argmax() in (size // 2, size // 2 - 1) and np.allclose(found.weights, found.weights[::-1])


@pytest.mark.parametrize(
    ("sizes", "asked", "side"),
    [
        ([[360, 480]], None, 352),
        ([[64, 64]], None, 64),
        ([[20, 30]], None, 32),
        ([[1024, 2048]], None, 384),
        ([[360, 480]], 256, 256),
    ],
)
def test_the_side_of_crops(sizes, asked, side):
    assert crop_side(np.array(sizes), asked) == side and padded(33) == 64


def test_a_class_that_names_a_side_is_not_mirrored():
    assert not choose("auto", ("left lung", "right lung"))[0].flip
    assert choose("auto", ("road", "sky", "1"))[0].flip
    assert choose("strong", ("left",))[0] == NAMED["strong"]


def test_folds_deal_pictures_out():
    from data.folds import fold
    from data.masks.masked_images import MaskSplits

    part = split(10)
    names = tuple("abcdef")
    splits = MaskSplits("x", part.take(np.arange(6)), part.take(np.arange(6, 10)), part, names, ((0, 0, 0),) * 6)
    held = [set(fold(splits, number, 5, 0).validation.origins) for number in range(5)]
    assert set.union(*held) == set(part.origins) and sum(map(len, held)) == 10
    one = fold(splits, 0, 5, 0)
    assert not held[0] & set(one.train.origins) and len(one.train) == 8
