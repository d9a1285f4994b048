"""Tiles give what the whole gives where they see enough, the mirror image changes nothing, exports are the same."""

import keras
import numpy as np
import pytest
from PIL import Image

from data.errors import DataError
from data.masks.picture import PicturePrepare
from export.errors import ExportError
from export.fresh_process import run_saved_model
from export.segmentation import OUTSIDE, SegmentationExport, compared
from models.unet import UNet
from tasks.segment import segmenter as answering
from tasks.segment.segmenter import Segmenter
from tests.tasks.runs import guard_in_this_process

pytestmark = pytest.mark.whole

REACH = 16  # pixels that the network below sees around one, at most


@pytest.fixture(scope="module")
def model():
    """A network of random weights with statistics that matter, whose answers depend on what is near alone."""
    keras.utils.set_random_seed(0)
    network = UNet((6, 8), convolutions=1).build((None, None, 3), 4)
    for layer in network.layers:
        if layer.name.endswith("_norm"):
            random = np.random.default_rng(len(layer.name))
            layer.set_weights([random.uniform(0.5, 1.5, one.shape) for one in layer.get_weights()])
    return network


def picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_probabilities_of_any_size(model):
    segmenter = Segmenter(model, PicturePrepare(None))
    for height, width in ((32, 32), (50, 70), (33, 97), (7, 5)):
        answer = segmenter(picture(height, width))
        assert answer.probabilities.shape == (height, width, 4) and answer.ids.shape == (height, width)
        assert answer.probabilities.sum(-1) == pytest.approx(1, abs=1e-5)
        assert np.array_equal(answer.ids, answer.probabilities.argmax(-1)) and answer.ids.dtype == np.uint8


def test_a_larger_picture_is_answered_at_its_own_size(model):
    answer = Segmenter(model, PicturePrepare(64))(picture(90, 120))
    assert answer.ids.shape == (90, 120)


def test_a_large_answer_is_made_some_rows_at_a_time(model, monkeypatch):
    answer = Segmenter(model, PicturePrepare(64))(picture(90, 120))
    whole, truth = answer.probabilities, np.random.default_rng(1).integers(0, 4, (90, 120))
    monkeypatch.setattr(answering, "AT_ONCE", 7 * 120 * 4)
    assert [len(strip) for _, strip in answer.strips()] == [7] * 12 + [6]
    assert np.array_equal(answer.ids, whole.argmax(-1)) and np.array_equal(answer.confidence, whole.max(-1))
    assert np.array_equal(answer.of(truth), np.take_along_axis(whole, truth[..., None], -1)[..., 0])


def test_an_answer_beyond_memory_is_refused(model, monkeypatch):
    """Counted at the size that the network sees: a picture that is scaled down is none."""
    monkeypatch.setattr(answering, "MOST", 4 * 64 * 64)
    assert Segmenter(model, PicturePrepare(64))(picture(90, 120)).ids.shape == (90, 120)
    with pytest.raises(DataError, match="a.png: 65 x 64 pixels with 4 classes have 1.7e.04 probabilities"):
        Segmenter(model, PicturePrepare(None))(picture(65, 64), "a.png")


def test_tiles_are_the_whole_in_their_inner_part(model):
    pixels = picture(128, 192)
    whole, tiled = (Segmenter(model, PicturePrepare(None), tile).probabilities(pixels) for tile in (None, 64))
    assert np.abs(whole - tiled).max() > 1e-4  # with tiles of 64 an edge, where less is seen, is near everywhere
    wide = Segmenter(model, PicturePrepare(None), 128).probabilities(pixels)
    inner = np.zeros((128, 192), bool)
    inner[:, REACH : 64 - REACH] = True  # the first tile ends at 128, the second begins at 64
    inner[:, 64 + REACH : 128 - REACH] = inner[:, 128 + REACH : -REACH] = True
    assert np.abs(whole - wide)[inner].max() < 1e-4


def test_the_mirror_image_gives_the_mirrored_answer(model):
    for tile in (None, 64):
        segmenter = Segmenter(model, PicturePrepare(None), tile, flip_test=True)
        pixels = picture(64, 128)
        one, other = segmenter.probabilities(pixels), segmenter.probabilities(pixels[:, ::-1])
        assert one == pytest.approx(other[:, ::-1], abs=1e-5)


def files(tmp_path, *sizes) -> np.ndarray:
    found = np.empty(len(sizes), object)
    for number, size in enumerate(sizes):
        Image.fromarray(picture(*size, seed=number)).save(tmp_path / f"{number}.png")
        found[number] = (tmp_path / f"{number}.png").read_bytes()
    return found


@pytest.mark.parametrize(
    ("longest", "tile", "flip"), [(None, None, False), (60, None, True), (None, 32, False), (80, 64, True)]
)
def test_a_saved_model_gives_the_same(model, tmp_path, longest, tile, flip):
    prepare = PicturePrepare(longest)
    images = files(tmp_path, (50, 70), (64, 40), (33, 97))
    export = SegmentationExport(model, prepare, ("a", "b", "c", "d"), tile, flip)
    export.write(tmp_path / "saved_model")
    with guard_in_this_process():
        found = export.check(tmp_path / "saved_model", images, Segmenter(model, prepare, tile, flip))
    assert found["Python"] < 1e-5
    assert (tmp_path / "saved_model/assets.extra/classes.json").read_text().split() == [
        "[",
        '"a",',
        '"b",',
        '"c",',
        '"d"',
        "]",
    ]


def test_the_guard_sees_other_ids(model, tmp_path):
    """Planted faults: another id, a confidence that is off, ids beyond the picture, another size."""
    answer = Segmenter(model, PicturePrepare(None))(picture(20, 30))
    ids = np.pad(answer.ids.astype(np.int32), ((0, 4), (0, 2)), constant_values=OUTSIDE)
    confidence = np.pad(answer.confidence, ((0, 4), (0, 2)))
    given = {"ids": ids, "confidence": confidence, "size": np.array([20, 30], np.int32)}
    assert compared(answer, given, "x") == 0
    wrong, sure = ids.copy(), np.unravel_index(answer.confidence.argmax(), answer.confidence.shape)
    wrong[sure] = (ids[sure] + 1) % 4
    faults = {
        "other ids at 1 pixels": {"ids": wrong},
        "ids beyond its size": {"ids": np.where(ids == OUTSIDE, 0, ids)},
        "confidences that differ": {"confidence": confidence + 1e-3},
        "has size": {"size": np.array([30, 20], np.int32)},
    }
    for message, fault in faults.items():
        with pytest.raises(ExportError, match=message):
            compared(answer, given | fault, "x")


def test_a_saved_model_of_no_pictures(model, tmp_path):
    import json

    SegmentationExport(model, PicturePrepare(None), ("a", "b", "c", "d"), None, False).write(tmp_path / "m")
    (tmp_path / "none.json").write_text(json.dumps({"serving_default": {"image": {"type": "bytes", "values": []}}}))
    outputs, _ = run_saved_model(str(tmp_path / "m"), str(tmp_path / "none.json"))
    assert outputs["serving_default/ids"].shape[0] == 0
