"""LiteRT and ONNX files of the numeric core, each converted once and run in a fresh process."""

import importlib.util

import keras
import numpy as np
import pytest
import tensorflow as tf

from export import litert, onnx, saved_model
from export.checked import write_checked
from export.errors import ExportError
from export.formats import FORMATS
from models.convnet import ConvNet
from models.loading import in_float32


@pytest.mark.whole
@pytest.mark.parametrize("kind", ["litert", "onnx"])
def test_a_convolutional_network(digits, tmp_path, kind, capfd):
    keras.utils.set_random_seed(0)
    model = ConvNet().build(digits.splits.input_shape, 10)
    path, differences = write_checked(kind, model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert path == tmp_path / FORMATS[kind].file
    assert 0 < differences[kind] < 1e-5
    assert capfd.readouterr() == ("", "")


@pytest.mark.whole
@pytest.mark.parametrize(("kind", "module"), [("litert", litert), ("onnx", onnx)])
def test_stale_weights_are_refused(digits, tmp_path, monkeypatch, kind, module):
    older = keras.models.clone_model(digits.model)  # with fresh weights
    write = module.write
    monkeypatch.setattr(module, "write", lambda model, decode, path: write(older, decode, path))
    with pytest.raises(ExportError, match=rf"{FORMATS[kind].file}: refused, output `core` differs from the model by"):
        write_checked(kind, digits.model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [f"{FORMATS[kind].file}.refused"]


@pytest.mark.parametrize(
    ("module", "absent", "install"),
    [(litert, "ai_edge_litert", "pip install ai-edge-litert"), (onnx, "tf2onnx", "pip install tf2onnx`")],
)
def test_a_missing_package_is_named(digits, tmp_path, monkeypatch, module, absent, install):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else find(name))
    with pytest.raises(ExportError, match=install):
        module.write(digits.model, digits.decode, tmp_path / "file")


@pytest.mark.whole
@pytest.mark.parametrize("kind", ["litert", "onnx"])
def test_mixed_precision_is_exported_in_float32(digits, tmp_path, kind):
    """Also while the global policy is still that of the training."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        keras.utils.set_random_seed(0)
        model = ConvNet().build(digits.splits.input_shape, 10)
        _, differences = write_checked(kind, model, digits.prepare, digits.decode, digits.inputs, tmp_path)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert differences[kind] < 1e-5


def test_mixed_precision_in_a_saved_model(digits, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        twin = in_float32(ConvNet().build(digits.splits.input_shape, 10))
        saved_model.write(twin, digits.prepare, digits.decode, tmp_path / "saved")
    finally:
        keras.config.set_dtype_policy("float32")
    loaded = tf.saved_model.load(tmp_path / "saved")
    got = loaded.signatures["serving_default"](image=tf.constant(digits.inputs["image"].tolist()))["probabilities"]
    prepared = digits.prepare.finish(digits.prepare.fixed(digits.inputs))
    expected = digits.decode.reference(np.asarray(twin(prepared, training=False)))["probabilities"]
    np.testing.assert_allclose(got, expected, atol=1e-6)
