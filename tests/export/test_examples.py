import json

import numpy as np
import pytest
import tensorflow as tf

from export import examples
from export.errors import ExportError


def text(values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def test_a_table_comes_back_exactly(tmp_path):
    numbers = np.array([0.1, np.nan, 1e-30, 16777217.0], "float32")
    inputs = {"a": numbers, "b": text(["x", "", 'ü\n"', "y"])}
    examples.write(examples.take(inputs), tmp_path / "examples.json")
    back = examples.read(tmp_path / "examples.json")
    np.testing.assert_array_equal(back["a"], numbers)
    assert back["a"].dtype == "float32"
    assert list(back["b"]) == ["x", "", 'ü\n"', "y"]
    json.loads((tmp_path / "examples.json").read_text("utf-8"), parse_constant=pytest.fail)  # no NaN: it is not JSON


def test_images_become_file_bytes(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3), "uint8")
    files = [tf.io.encode_png(image).numpy() for image in pixels]
    paths = [tmp_path / f"{n}.png" for n in range(3)]
    for path, content in zip(paths, files, strict=True):
        path.write_bytes(content)
    for given in (pixels, text(files), text([str(path) for path in paths])):
        taken = examples.take({"image": given})
        examples.write(taken, tmp_path / "examples.json")
        back = examples.read(tmp_path / "examples.json")["image"]
        assert all(isinstance(content, bytes) for content in back)
        np.testing.assert_array_equal([tf.io.decode_png(content).numpy() for content in back], pixels)


def test_rows_are_spread_and_limited(monkeypatch):
    assert list(examples.take({"a": np.arange(101.0)}, rows=5)["a"]) == [0, 25, 50, 75, 100]
    assert len(examples.take({"a": np.arange(3.0)}, rows=5)["a"]) == 3
    monkeypatch.setattr(examples, "MOST_BYTES", 10)
    assert len(examples.take({"image": text([b"12345"] * 9)})["image"]) == 2
    assert len(examples.take({"image": text([b"x" * 99] * 9)})["image"]) == 1


@pytest.mark.parametrize(
    "content", [None, "", "[]", '{"a": {"values": [1]}}', "{}", '{"a": {"type": "number", "values": []}}']
)
def test_a_broken_file_is_named(tmp_path, content):
    path = tmp_path / "examples.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ExportError, match="examples.json: .*rain"):
        examples.read(path)
