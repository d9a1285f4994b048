"""Exports of autoencoders: every signature against NumPy, and faults that the guard must see."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from data.images.images import ImagePrepare
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare
from export import examples, guard, saved_model
from export.checked import write_checked
from export.errors import ExportError
from export.reconstruction_decoding import ReconstructionDecoding, network
from models.conv_autoencoder import ConvAutoencoder
from models.variational_autoencoder import VariationalAutoencoder

pytestmark = pytest.mark.whole

RANDOM = np.random.default_rng(0)
SIGNATURES = {"serving_default", "encode", "decode", "reconstruct", "anomaly_score"}


@pytest.fixture(scope="module")
def images():
    keras.utils.set_random_seed(0)
    pixels = RANDOM.integers(0, 256, (12, 8, 8, 1)).astype(np.uint8)
    prepare = ImagePrepare((8, 8), 1).in_unit_range()
    model = network(ConvAutoencoder(4, (4, 4)).build((8, 8, 1)))
    return SimpleNamespace(
        model=model, prepare=prepare, decode=ReconstructionDecoding(prepare), inputs=examples.take({"image": pixels})
    )


@pytest.fixture(scope="module")
def people():
    keras.utils.set_random_seed(0)
    inputs = {
        "net income": RANDOM.lognormal(3, 2, 40).astype("float32"),
        "age": RANDOM.uniform(18, 90, 40).astype("float32"),
        "code": np.array([["x", "yy", "z"][row % 3] for row in range(40)], dtype=object),
        "words": np.array([f"the {row % 4} of {row % 5}" for row in range(40)], dtype=object),
    }
    inputs["age"][3] = np.nan
    kinds = {name: ColumnKind("number", "plain") for name in ("net income", "age")}
    prepare = TablePrepare.fit(inputs, kinds | {"code": ColumnKind("category"), "words": ColumnKind("text")})
    model = network(VariationalAutoencoder(3, hidden=(8,)).build(prepare.input_shape))
    return SimpleNamespace(
        model=model, prepare=prepare, decode=ReconstructionDecoding(prepare), inputs=examples.take(inputs)
    )


def test_every_signature_of_images(images, tmp_path):
    saved_model.write(images.model, images.prepare, images.decode, tmp_path / "saved")
    loaded = tf.saved_model.load(tmp_path / "saved")
    assert set(loaded.signatures) == SIGNATURES
    files = tf.constant(images.inputs["image"].tolist())
    found = {name: loaded.signatures[name](image=files) for name in SIGNATURES - {"decode"}}
    pixels = np.stack([tf.io.decode_png(file).numpy() for file in images.inputs["image"]]).astype("float64")
    _, codes, outputs = (np.asarray(part, "float64") for part in images.model(pixels.astype("float32") / 255))
    np.testing.assert_allclose(found["encode"]["code"], codes, atol=1e-5)
    np.testing.assert_allclose(found["reconstruct"]["image"], 255 * outputs, atol=1e-3)
    score = ((pixels / 255 - outputs) ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found["anomaly_score"]["anomaly_score"], score, rtol=1e-5)
    assert set(found["serving_default"]) == {"code", "anomaly_score", "image"}
    again = loaded.signatures["decode"](code=found["encode"]["code"])["image"]
    np.testing.assert_allclose(again, found["reconstruct"]["image"], atol=1e-3)
    for name in SIGNATURES - {"decode"}:
        assert all(len(value) == 0 for value in loaded.signatures[name](image=files[:0]).values())
    assert all(len(value) == 0 for value in loaded.signatures["decode"](code=found["encode"]["code"][:0]).values())


@pytest.mark.slow
def test_the_whole_way_of_a_table(people, tmp_path):
    """Fresh Python and saved_model_cli run every signature, as they do for images in the runs of apps.autoencode."""
    _, differences = write_checked("saved_model", people.model, people.prepare, people.decode, people.inputs, tmp_path)
    assert set(differences) == {"Python", "saved_model_cli"} and max(differences.values()) <= 1e-6


def test_every_signature_of_a_table(people, tmp_path):
    """Columns come back in their units, text is left out."""
    saved_model.write(people.model, people.prepare, people.decode, tmp_path / "saved")
    assert max(judge(tmp_path / "saved", people).values()) <= 1e-6
    fields = {"net_income": people.inputs["net income"], "age": people.inputs["age"]}
    fields |= {name: people.inputs[name] for name in ("code", "words")}
    tensors = {name: tf.constant(v.tolist() if v.dtype == object else v) for name, v in fields.items()}
    loaded = tf.saved_model.load(tmp_path / "saved")
    found = loaded.signatures["serving_default"](**tensors)
    none = loaded.signatures["serving_default"](**{name: tf.constant(value)[:0] for name, value in tensors.items()})
    assert all(len(value) == 0 for value in none.values())
    named = {"reconstructed_net_income", "reconstructed_age", "reconstructed_code"}
    assert set(found) == {"code", "anomaly_score"} | named
    assert found["reconstructed_code"].dtype == tf.string and set(found["reconstructed_code"].numpy()) <= {
        b"x",
        b"yy",
        b"z",
    }


@pytest.mark.parametrize("kind", ["litert", "onnx"])
def test_formats_of_numbers(kind, images, tmp_path):
    _, differences = write_checked(kind, images.model, images.prepare, images.decode, images.inputs, tmp_path)
    assert max(differences.values()) <= 1e-5


def answers(path, run):
    """What each signature of an export in this process gives for all records."""
    loaded = tf.saved_model.load(path)
    prepared = guard.prepare_as_in_training(run.prepare, run.inputs)
    rows = list(range(len(prepared)))
    probes = run.decode.probes(run.model, guard._run(run.model, prepared))
    fields = zip(saved_model.field_names(list(run.inputs)).values(), run.inputs.values(), strict=True)
    records = {name: tf.constant(values.tolist() if values.dtype == object else values) for name, values in fields}
    calls = {name: (records, names, None) for name, names in run.decode.views().items()}
    calls |= {name: ({probe.name: tf.constant(probe.values)}, probe.answers, probe) for name, probe in probes.items()}
    found = []
    for name, (fields, names, probe) in calls.items():
        outputs = {key: value.numpy() for key, value in loaded.signatures[name](**fields).items()}
        found.append(guard.Answer(name, f"signature {name}", rows, outputs, names, probe))
    return found, prepared


def judge(path, run):
    found, prepared = answers(path, run)
    return guard.judge(found, run.model, prepared, run.decode.reference, 1e-6)


def test_a_right_export_passes(images, tmp_path):
    saved_model.write(images.model, images.prepare, images.decode, tmp_path / "saved")
    assert set(judge(tmp_path / "saved", images)) == SIGNATURES


def swapped_restore(self, finished):
    return {"image": tf.clip_by_value(finished * 254.9, 0.0, 255.0)}


def wrong_score(self, outputs):
    records, code, reconstruction = outputs
    score = tf.reduce_sum(tf.square(records - reconstruction), axis=[1, 2, 3]) / 63.9
    return {"code": code, "anomaly_score": score, **self.restored(reconstruction)}


@pytest.mark.parametrize(
    ("owner", "name", "fault", "signature"),
    [
        (ImagePrepare, "restore", swapped_restore, "serving_default"),
        (ReconstructionDecoding, "__call__", wrong_score, "serving_default"),
    ],
    ids=["pixels scaled wrongly", "score divided wrongly"],
)
def test_faults_are_seen(owner, name, fault, signature, images, tmp_path, monkeypatch):
    monkeypatch.setattr(owner, name, fault)
    saved_model.write(images.model, images.prepare, images.decode, tmp_path / "saved")
    monkeypatch.undo()
    with pytest.raises(ExportError, match=f"signature {signature}: refused, output `"):
        judge(tmp_path / "saved", images)


def test_a_decoder_of_other_weights_is_seen(images, tmp_path):
    other = network(ConvAutoencoder(4, (4, 4)).build((8, 8, 1)))

    class Wrong(ReconstructionDecoding):
        def endpoints(self, model):
            return super().endpoints(other)

    both = SimpleNamespace(**{**vars(images), "decode": Wrong(images.prepare)})
    keras_model = keras.Model(images.model.inputs, images.model.outputs)
    keras_model.other = other  # tracked, so that its weights are in the export
    both.model = keras_model
    saved_model.write(both.model, both.prepare, both.decode, tmp_path / "saved")
    with pytest.raises(ExportError, match="signature decode: refused, output `image` differs"):
        judge(tmp_path / "saved", images)


def test_a_tie_of_categories_may_be_either():
    prepare = TablePrepare.fit({"c": np.array(["x", "y"] * 5, dtype=object)}, {"c": ColumnKind("category")})
    decode = ReconstructionDecoding(prepare)
    reconstruction = np.array([[0.5, 0.5 + 1e-7], [0.2, 0.9]], "float32")
    found = decode.reference([reconstruction, np.zeros((2, 1)), reconstruction])
    assert found["reconstructed_c"].tolist() == [None, "y"]


def test_dates_and_numbers_of_double_precision_are_rebuilt():
    inputs = {
        "when": np.array([19357.0, 19358.25, np.nan, 19760.25]),
        "ms": 1.7e12 + np.array([1.0, 5.0, 700.0, 9000.0]),
        "code": np.array(["x", "y", "x", "y"], dtype=object),
    }
    kinds = {"when": ColumnKind("date", "2024-05-31"), "ms": ColumnKind("number", "plain", double=True)}
    prepare = TablePrepare.fit(inputs, kinds | {"code": ColumnKind("category")})
    records, decode = prepare.fixed(inputs), ReconstructionDecoding(prepare)
    outputs = (records, records[:, :2], records)
    found, expected = decode([tf.constant(one) for one in outputs]), decode.reference(outputs)
    for name in ("reconstructed_when", "reconstructed_ms"):
        assert found[name].dtype == tf.float64
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12)
    np.testing.assert_allclose(expected["reconstructed_ms"], inputs["ms"], atol=0.01)
    np.testing.assert_allclose(expected["reconstructed_when"][[0, 1, 3]], inputs["when"][[0, 1, 3]], atol=1e-4)
    assert found["reconstructed_code"].numpy().tolist() == [b"x", b"y", b"x", b"y"]
