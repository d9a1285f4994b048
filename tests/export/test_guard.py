"""What the guard lets pass, and the faults that it must see. Fresh processes cost seconds, so most answers come from

a SavedModel loaded here; one test goes the whole way.
"""

import copy
import json
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from cli.packages import PACKAGES
from data.images.images import ImagePrepare
from export import fresh_process, guard, saved_model, saved_model_cli
from export.checked import write_checked
from export.decoding import ClassDecoding
from export.errors import ExportError


def answers_of(path, inputs):
    loaded = tf.saved_model.load(path)
    serve = loaded.signatures["serving_default"]
    files = tf.constant(inputs["image"].tolist())
    return [
        guard.Answer("Python", "saved", rows, {k: v.numpy() for k, v in serve(image=tf.gather(files, rows)).items()})
        for rows in (list(range(len(files))), [0])
    ]


def judge(digits, path):
    prepared = guard.prepare_as_in_training(digits.prepare, digits.inputs)
    return guard.judge(answers_of(path, digits.inputs), digits.model, prepared, digits.decode.reference, tolerance=1e-6)


@pytest.mark.slow  # as every whole run of an app
def test_the_whole_way(digits, tmp_path):
    """Fresh Python, saved_model_cli, one record and many; an earlier export is replaced."""
    stale = tmp_path / "saved_model"
    stale.mkdir()
    (stale / "saved_model.pb").write_text("stale")
    path, differences = write_checked(
        "saved_model", digits.model, digits.prepare, digits.decode, digits.inputs, tmp_path
    )
    assert path == stale
    assert (path / "saved_model.pb").read_bytes() != b"stale"
    assert set(differences) == {"Python", "saved_model_cli"}
    assert 0 < max(differences.values()) < 1e-6
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved_model"]


def test_a_refused_export_never_looks_good(digits, tmp_path, monkeypatch):
    def refuse(*arguments):
        raise ExportError("saved_model: refused")

    monkeypatch.setattr(guard, "check_saved_model", refuse)
    with pytest.raises(ExportError, match="saved_model: refused. Nothing usable was written; .*saved_model.refused"):
        write_checked("saved_model", digits.model, digits.prepare, digits.decode, digits.inputs, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved_model.refused"]


def test_wrong_mean_in_the_preparing_function(digits, tmp_path):
    mean = [digits.prepare.mean[0] * 1.001]
    brighter = ImagePrepare(digits.prepare.size, 1, mean, digits.prepare.std)
    saved_model.write(digits.model, brighter, digits.decode, tmp_path / "saved")
    with pytest.raises(ExportError) as refusal:
        judge(digits, tmp_path / "saved")
    assert "saved: refused, output `probabilit" in str(refusal.value)
    assert re.search(r"\(relative; allowed: 1e-06\) in 3\d of 32 example records: record 0 gives", str(refusal.value))


def test_a_right_export_passes(digits, tmp_path):
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    assert 0 < judge(digits, tmp_path / "saved")["Python"] < 1e-6


def test_dropped_softmax(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(ClassDecoding, "numeric", lambda self, logits: logits)
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    with pytest.raises(ExportError, match="`probabilit.* differs from the model by"):
        judge(digits, tmp_path / "saved")


@pytest.mark.whole
def test_forgotten_temperature(digits, tmp_path):
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    digits = copy.copy(digits)
    digits.decode = ClassDecoding(digits.decode.classes, temperature=1.001)
    with pytest.raises(ExportError, match="differs from the model by"):
        judge(digits, tmp_path / "saved")


@pytest.mark.whole
def test_swapped_labels(digits, tmp_path):
    names = list(digits.decode.classes)
    names[3], names[7] = names[7], names[3]
    saved_model.write(digits.model, digits.prepare, ClassDecoding(tuple(names)), tmp_path / "saved")
    with pytest.raises(ExportError, match="output `label` differs in .* gives digit [37], the model digit [37]"):
        judge(digits, tmp_path / "saved")


@pytest.mark.slow  # two processes that import TensorFlow
def test_swapped_classes_of_the_endpoint_alone(digits, tmp_path, monkeypatch):
    turned, endpoints = ClassDecoding(digits.decode.classes[::-1]), ClassDecoding.endpoints
    monkeypatch.setattr(ClassDecoding, "endpoints", lambda self, model: endpoints(turned, model))
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    with pytest.raises(ExportError, match="signature classes, .* output `label` differs in 10 of 10"):
        guard.check_saved_model(tmp_path / "saved", digits.model, digits.prepare, digits.decode, digits.inputs)


@pytest.mark.whole
def test_stale_weights(digits, tmp_path):
    older = keras.models.clone_model(digits.model)
    older.set_weights(digits.model.get_weights())
    kernel = older.get_layer("hidden_1").kernel
    kernel.assign(kernel * 1.0001)
    saved_model.write(older, digits.prepare, digits.decode, tmp_path / "saved")
    with pytest.raises(ExportError, match="differs from the model by"):
        judge(digits, tmp_path / "saved")


@pytest.mark.whole
def test_batch_norm_left_in_training_mode(digits, tmp_path, monkeypatch):
    call = type(digits.model).__call__
    monkeypatch.setattr(type(digits.model), "__call__", lambda self, x, training=None: call(self, x, training=True))
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    monkeypatch.undo()
    with pytest.raises(ExportError, match="differs from the model by"):
        judge(digits, tmp_path / "saved")


@pytest.mark.parametrize(
    ("received", "message"),
    [
        ({"p": np.array([0.5, np.nan])}, "differs from the model by nan"),
        ({"p": np.array([0.5])}, r"shape \(1,\), expected \(2,\)"),
        ({"q": np.array([0.5, 0.5])}, r"outputs \['q'\], expected \['p'\]"),
        ({"p": np.array([0.5, 0.5 + 1e-6])}, r"by 2.0e-06 \(relative; allowed: 1e-06\) in 1 of 2 .* record 1 gives"),
    ],
)
def test_compare_refuses(received, message):
    with pytest.raises(ExportError, match=message):
        guard.compare({"p": np.array([0.5, 0.5])}, received, 1e-6, "it")


def test_a_share_of_the_numbers_may_stray():
    expected, received = {"p": np.ones((2, 50))}, np.ones((2, 50))
    received[0, 3] = 1.5
    assert guard.compare(expected, {"p": received}, 1e-6, "it", stray=0.01) == 0.5
    for stray, value in ((0.0, 1.5), (0.009, 1.5), (0.01, np.nan), (0.01, np.inf)):
        received[0, 3] = value
        with pytest.raises(ExportError, match="in 1 of 2 example records"):
            guard.compare(expected, {"p": received}, 1e-6, "it", stray=stray)


def test_compare_measures_relative_to_the_largest():
    expected = {"p": np.array([[2.0, 1e-9], [0.0, 4.0]]), "label": np.array([None, "ü"], dtype=object)}
    received = {"p": np.array([[2.0, 2e-9], [4e-7, 4.0]]), "label": np.array([b"?", "ü".encode()])}
    assert guard.compare(expected, received, 1e-6, "it") == pytest.approx(1e-7)


def test_an_export_that_does_not_load_is_refused(digits, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"nothing")
    with pytest.raises(ExportError, match=r"broken.onnx: refused, onnx cannot run it \(.*"):
        guard.check_core("onnx", tmp_path / "broken.onnx", digits.model, digits.prepare, digits.decode, digits.inputs)


def test_the_fresh_process_cannot_import_the_suite(tmp_path):
    """Even where the suite is on the path, as after `pip install -e .`"""
    suite = str(saved_model.Path(saved_model.__file__).parents[1])
    code = f"import runpy, sys; sys.path.insert(0, {suite!r}); f = runpy.run_path({fresh_process.__file__!r});"
    found = subprocess.run([sys.executable, "-I", "-c", code + "import export"], cwd=tmp_path, capture_output=True)
    assert b"No module named" not in found.stderr  # without the ban it is found
    ban = f"f['forbid']({list(PACKAGES)}); import export"
    found = subprocess.run([sys.executable, "-I", "-c", code + ban], cwd=tmp_path, capture_output=True, text=True)
    assert "ModuleNotFoundError: import of export halted" in found.stderr


def test_the_tool_gets_bytes_whole(tmp_path):
    """NumPy's byte strings lose trailing zeros: such records stay out, or go alone."""

    def passed(values):
        inputs = {"image": np.array(values, dtype=object), "n": np.arange(len(values), dtype="float32")}
        rows, command = saved_model_cli.command(tmp_path, {"serving_default": inputs}, tmp_path)
        calls = json.loads((tmp_path / command[-1]).read_text())
        assert calls["serving_default"][-1] == "image=rows0-0.npy;n=rows0-1.npy"
        kept = rows["serving_default"]
        images, numbers = (np.load(tmp_path / f"rows0-{place}.npy", allow_pickle=False) for place in (0, 1))
        assert list(numbers) == kept
        return kept, images.astype(object).tolist()

    assert passed([b"ab", b"c\0", b"d\0e", b""]) == ([0, 2, 3], [b"ab", b"d\0e", b""])
    assert passed([b"ab\0\0", b"c\0"]) == ([0], [b"ab\0\0"])


def test_what_the_tool_printed_is_read(tmp_path):
    folder = tmp_path / "outputs1"
    folder.mkdir()
    (tmp_path / "outputs0").mkdir()
    np.save(folder / "p.npy", np.array([1.0]))
    labels = [b"a b", b"it's", b'"q"', "ü".encode(), b"\n]"]
    shown = np.array(labels, dtype=object)
    np.save(folder / "label.npy", shown)  # as the tool does: a pickle, which is not loaded
    printed = f"{saved_model_cli.BEGIN}encode\nnothing\n{saved_model_cli.BEGIN}serving_default\n"
    printed += f"Result for output key label:\n{shown}\nOutput label is saved to x\nResult for output key p:\n[1.]\n"
    both = saved_model_cli.outputs(tmp_path, printed)
    assert both["encode"] == {}
    found = both["serving_default"]
    assert list(found["label"]) == labels
    assert list(found["p"]) == [1.0]


@pytest.mark.parametrize(
    ("tolerance", "error", "passes"), [(0.0, 5e-6, True), (0.0, 5e-5, False), (1e-4, 5e-5, True), (1e-4, 2e-4, False)]
)
def test_a_decoding_may_allow_what_its_networks_round(digits, tmp_path, monkeypatch, tolerance, error, passes):
    prepared = guard.prepare_as_in_training(digits.prepare, digits.inputs)
    answer = digits.decode.reference(np.asarray(digits.model(prepared)))["probabilities"] * (1 + error)
    monkeypatch.setattr(guard, "run_apart", lambda *arguments: None)
    monkeypatch.setattr(guard, "_outputs", lambda folder: ({"core": answer}, {"core": answer[:1]}))
    monkeypatch.setattr(type(digits.decode), "tolerance", tolerance)
    arguments = "onnx", tmp_path / "model.onnx", digits.model, digits.prepare, digits.decode, digits.inputs
    if passes:
        assert guard.check_core(*arguments)["onnx"] == pytest.approx(error, rel=0.2)
    else:
        with pytest.raises(ExportError, match="refused, output `core` differs from the model by"):
            guard.check_core(*arguments)
