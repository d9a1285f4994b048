"""Features kept on disk: computed once, found again, gone on with after an interruption, never read when torn."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from data.errors import DataError
from data.images import feature_cache

ENCODER = {"name": "twice", "size": 8}


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (11, 4, 5, 3), dtype=np.uint8)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(feature_cache, "PART", 3)


class Compute:
    """Twice the pixels; keeps the rows that it was asked for, and stops where it is told to."""

    def __init__(self, stop_at=None):
        self.sizes, self.stop_at = [], stop_at

    def __call__(self, images):
        if len(self.sizes) == self.stop_at:
            raise KeyboardInterrupt
        self.sizes.append(len(images))
        return 2 * images.astype(np.float16)


def test_features_are_computed_once(images, tmp_path, small_parts):
    compute, seen = Compute(), []
    found = feature_cache.features(
        str(tmp_path / "cache"), images, ENCODER, compute, progress=lambda done, total: seen.append((done, total))
    )
    assert compute.sizes == [3, 3, 3, 2]
    assert seen == [(3, 11), (6, 11), (9, 11), (11, 11)]
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, 2 * images.astype(np.float16))
    assert not found.flags.writeable
    again = feature_cache.features(str(tmp_path / "cache"), images, ENCODER, compute)
    assert len(compute.sizes) == 4
    np.testing.assert_array_equal(again, found)
    (name,) = os.listdir(tmp_path / "cache")  # no part is left over
    assert name.startswith("twice-")
    np.testing.assert_array_equal(np.load(tmp_path / "cache" / name, allow_pickle=False), found)


def test_other_images_another_order_or_another_encoder_are_computed_anew(images, tmp_path):
    compute = Compute()
    changed = images.copy()
    changed[4, 0, 0, 0] ^= 1
    cases = [(images, ENCODER), (changed, ENCODER), (images[::-1], ENCODER), (images, {**ENCODER, "size": 9}),
             (images[:-1], ENCODER)]  # fmt: skip
    for pixels, encoder in cases:
        found = feature_cache.features(str(tmp_path), pixels, encoder, compute)
        np.testing.assert_array_equal(found, 2 * pixels.astype(np.float16))
    assert len(compute.sizes) == len(cases)
    assert len({feature_cache.fingerprint(*case) for case in cases}) == len(cases)


def test_paths_and_bytes_of_files_are_known_by_their_content(write, images):
    contents = [image.tobytes() for image in images]
    paths = np.array([write(f"{row}.jpg", content) for row, content in enumerate(contents)], dtype=object)
    first = feature_cache.fingerprint(paths, ENCODER)
    assert first == feature_cache.fingerprint(contents, ENCODER)
    moved = np.array([write(f"moved/{row}.jpg", content) for row, content in enumerate(contents)], dtype=object)
    assert feature_cache.fingerprint(moved, ENCODER) == first
    write("3.jpg", b"changed")
    assert feature_cache.fingerprint(paths, ENCODER) != first


def test_an_interruption_goes_on_where_it_stopped(images, tmp_path, small_parts):
    with pytest.raises(KeyboardInterrupt):
        feature_cache.features(str(tmp_path), images, ENCODER, Compute(stop_at=2))
    path = feature_cache.path_of(str(tmp_path), images, ENCODER)
    assert not os.path.exists(path)
    compute = Compute()
    found = feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert compute.sizes == [3, 2]
    np.testing.assert_array_equal(found, 2 * images.astype(np.float16))


def test_parts_of_another_size_are_computed_again(images, tmp_path, small_parts, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        feature_cache.features(str(tmp_path), images, ENCODER, Compute(stop_at=2))
    monkeypatch.setattr(feature_cache, "PART", 4)
    compute = Compute()
    found = feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert compute.sizes == [4, 4, 3]
    np.testing.assert_array_equal(found, 2 * images.astype(np.float16))


@pytest.mark.parametrize("torn", ["part", "whole", "header", "partial"])
def test_what_is_torn_is_computed_again(torn, images, tmp_path, small_parts):
    path = feature_cache.path_of(str(tmp_path), images, ENCODER)
    if torn == "part":
        with pytest.raises(KeyboardInterrupt):
            feature_cache.features(str(tmp_path), images, ENCODER, Compute(stop_at=2))
        path = f"{path}.parts/000000003.npy"
    else:
        feature_cache.features(str(tmp_path), images, ENCODER, Compute())
    size = os.path.getsize(path)
    if torn == "partial":
        os.rename(path, f"{path}.123.partial")
    else:
        os.truncate(path, 5 if torn == "header" else size - 7)
    compute = Compute()
    found = feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert compute.sizes == ([3, 3, 2] if torn == "part" else [3, 3, 3, 2])
    np.testing.assert_array_equal(found, 2 * images.astype(np.float16))


def test_a_failing_write_leaves_nothing(images, tmp_path, small_parts, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="cannot be kept there .No space left on device"):
        feature_cache.features(str(tmp_path), images, ENCODER, Compute())
    assert not [name for _, _, names in os.walk(tmp_path) for name in names]


def test_what_compute_gives_is_checked(images, tmp_path, small_parts):
    with pytest.raises(ValueError, match=r"one row of numbers per image, \(3, ...\). Received: uint8 \(2, 4, 5, 3\)"):
        feature_cache.features(str(tmp_path / "a"), images, ENCODER, lambda rows: rows[1:])
    sizes = iter([4, 4, 3, 4])
    with pytest.raises(ValueError, match=r"one dtype and shape. Received: uint8 \(4, 3\), then uint8 \(3, 3\)"):
        feature_cache.features(str(tmp_path / "b"), images, ENCODER, lambda rows: rows[:, : next(sizes), 0])
    with pytest.raises(ValueError, match="at least one image"):
        feature_cache.features(str(tmp_path), images[:0], ENCODER, Compute())


def test_of_two_at_a_time_one_waits_for_the_other(images, tmp_path):
    """As members of an ensemble do, whose validation images nobody has seen before them."""
    begun, intruded = Event(), Event()

    def first(part):
        begun.set()
        assert not intruded.wait(0.5)
        return Compute()(part)

    def second(part):
        intruded.set()
        return Compute()(part)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(feature_cache.features, str(tmp_path), images, ENCODER, first)
        begun.wait(10)
        other = pool.submit(feature_cache.features, str(tmp_path), images, ENCODER, second)
        assert np.array_equal(one.result(), other.result())
    assert not intruded.is_set()
    assert [name.suffix for name in tmp_path.iterdir()] == [".npy"]


@pytest.mark.parametrize("place", [3, 60, 200, -40, -38, -1])
def test_a_damaged_byte_is_noticed_and_features_are_computed_anew(place, images, tmp_path, small_parts):
    compute = Compute()
    expected = np.array(feature_cache.features(str(tmp_path), images, ENCODER, compute))
    (path,) = tmp_path.glob("*.npy")
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    found = feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert np.array_equal(found, expected) and len(compute.sizes) == 8
    feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert len(compute.sizes) == 8


def test_features_of_an_earlier_version_have_no_sum_and_are_read(images, tmp_path):
    np.save(feature_cache.path_of(str(tmp_path), images, ENCODER), 2 * images.astype(np.float16))
    compute = Compute()
    feature_cache.features(str(tmp_path), images, ENCODER, compute)
    assert not compute.sizes
