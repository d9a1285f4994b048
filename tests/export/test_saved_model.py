import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare
from export import saved_model
from export.decoding import ClassDecoding
from export.errors import ExportError


def run_in_session(path, **fields):
    """`serving_default` by the loader that saved_model_cli and TensorFlow Serving use."""
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        signature = tf.compat.v1.saved_model.load(session, ["serve"], str(path)).signature_def["serving_default"]
        feed = {signature.inputs[name].name: value for name, value in fields.items()}
        return session.run({name: info.name for name, info in signature.outputs.items()}, feed)


def linear(width, classes=2):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((width,))
    return keras.Model(inputs, keras.layers.Dense(classes)(inputs))


def test_image_signature(digits, tmp_path):
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    loaded = tf.saved_model.load(tmp_path / "saved")
    serve = loaded.signatures["serving_default"]
    assert serve.structured_input_signature[1] == {"image": tf.TensorSpec((None,), tf.string, name="image")}
    files = tf.constant(digits.inputs["image"].tolist())
    together, alone = serve(image=files), serve(image=files[:1])
    assert together["label"].shape == len(files)
    assert all(len(value) == 0 for value in serve(image=tf.constant([], tf.string)).values())
    np.testing.assert_allclose(alone["probabilities"], together["probabilities"][:1], atol=1e-6)
    classes = loaded.signatures["classes"](index=tf.constant([3, 0]))["label"].numpy()
    assert [name.decode() for name in classes] == ["digit 3", "digit 0"]


def test_columns_of_any_name(tmp_path):
    """TensorFlow refuses most of these names, and would make one of the first three."""
    names = ["a b", "a-b", "A_b", "1", "_x", "Größe (cm)", "p=q;r[0]", "job"]
    inputs = {name: np.array([1.0, 2.0, 4.0], "float32") for name in names[:-1]}
    inputs["job"] = np.array(["x", "y", "x"], dtype=object)
    kinds = {name: ColumnKind("number", "plain") for name in names[:-1]} | {"job": ColumnKind("category")}
    prepare = TablePrepare.fit(inputs, kinds)
    model, decode = linear(prepare.input_shape[0]), ClassDecoding(("a", "b"))
    saved_model.write(model, prepare, decode, tmp_path / "saved")
    written = json.loads((tmp_path / "saved/assets.extra/inputs.json").read_text("utf-8"))
    assert {entry["field"] for entry in written.values()} == set(names)
    assert all(name.isidentifier() and name.isascii() for name in written)
    got = run_in_session(tmp_path / "saved", **{name: inputs[entry["field"]] for name, entry in written.items()})
    expected = decode.reference(np.asarray(model(prepare.fixed(inputs))))
    np.testing.assert_allclose(got["probabilities"], expected["probabilities"], rtol=1e-6)
    none = {name: inputs[entry["field"]][:0] for name, entry in written.items()}
    assert all(len(value) == 0 for value in run_in_session(tmp_path / "saved", **none).values())


def test_field_names():
    names = saved_model.field_names(["hours per week", "1", "_", "hours-per-week", "Hours_per_week"])
    assert list(names.values()) == ["hours_per_week", "field_1", "field_", "hours_per_week_2", "Hours_per_week_3"]


class TablePrepareWithLookup:
    """A preparing function that holds resources, which a session loader finds only if the export tracks them."""

    def __init__(self):
        words = tf.lookup.KeyValueTensorInitializer(["x", "y"], [0, 1], tf.string, tf.int64)
        self.tables = {"word": tf.lookup.StaticHashTable(words, 2)}
        self.shift = tf.Variable([1.0, 2.0, 3.0])

    def signature(self):
        return {"word": tf.TensorSpec((None,), tf.string)}

    def __call__(self, raw):
        return tf.one_hot(self.tables["word"].lookup(raw["word"]), 3) + self.shift


def test_lookup_tables_and_variables_reach_a_session(tmp_path):
    prepare, model = TablePrepareWithLookup(), linear(3)
    saved_model.write(model, prepare, ClassDecoding(("a", "b")), tmp_path / "saved")
    words = np.array(["y", "?"], dtype=object)
    got = run_in_session(tmp_path / "saved", word=words)["probabilities"]
    expected = tf.nn.softmax(model(prepare({"word": tf.constant(["y", "?"])})))
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_half_precision_is_refused(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = linear(3)
    finally:
        keras.config.set_dtype_policy("float32")
    with pytest.raises(ExportError, match="float32. Received: .*bfloat16"):
        saved_model.write(model, TablePrepareWithLookup(), ClassDecoding(("a", "b")), tmp_path / "saved")


def test_another_backend_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ExportError, match="KERAS_BACKEND=tensorflow python -m apps.export RUN.*KERAS_BACKEND=jax"):
        saved_model.write(linear(3), TablePrepareWithLookup(), ClassDecoding(("a", "b")), tmp_path / "saved")


def test_writing_says_nothing(digits, tmp_path, capfd):
    saved_model.write(digits.model, digits.prepare, digits.decode, tmp_path / "saved")
    assert capfd.readouterr() == ("", "")
