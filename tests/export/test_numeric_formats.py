"""LiteRT and ONNX files of the numeric core, each converted once and run in a fresh process."""

import importlib.util

import keras
import numpy as np
import pytest

from export import litert, onnx
from export.checked import FILES, write_checked
from export.errors import ExportError
from models.convnet import ConvNet


@pytest.mark.parametrize("kind", ["litert", "onnx"])
def test_a_convolutional_network(digits, tmp_path, kind, capfd):
    keras.utils.set_random_seed(0)
    model = ConvNet().build(digits.splits.input_shape, 10)
    path, differences = write_checked(kind, model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert path == tmp_path / FILES[kind]
    assert 0 < differences[kind] < 1e-5
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("kind", "module"), [("litert", litert), ("onnx", onnx)])
def test_stale_weights_are_refused(digits, tmp_path, monkeypatch, kind, module):
    older = keras.models.clone_model(digits.model)  # with fresh weights
    write = module.write
    monkeypatch.setattr(module, "write", lambda model, decode, path: write(older, decode, path))
    with pytest.raises(ExportError, match=rf"{FILES[kind]}: refused, output `core` differs from the model by"):
        write_checked(kind, digits.model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [f"{FILES[kind]}.refused"]


@pytest.mark.parametrize(
    ("module", "absent", "install"),
    [(litert, "ai_edge_litert", "pip install ai-edge-litert"), (onnx, "tf2onnx", "pip install tf2onnx`")],
)
def test_a_missing_package_is_named(digits, tmp_path, monkeypatch, module, absent, install):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else find(name))
    with pytest.raises(ExportError, match=install):
        module.write(digits.model, digits.decode, tmp_path / "file")


def test_mixed_precision_is_exported_in_float32(digits, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        keras.utils.set_random_seed(0)
        model = ConvNet().build(digits.splits.input_shape, 10)
    finally:
        keras.config.set_dtype_policy("float32")
    _, differences = write_checked("onnx", model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert np.isfinite(differences["onnx"])
