"""The eight orientations of one picture have one answer: by apps.predict, the SavedModel alone, and LiteRT's recipe."""

import re
import runpy
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps import predict
from cli.packages import ROOT
from data.images.images import ImagePrepare
from export import litert, saved_model
from export.decoding import ClassDecoding
from models.mlp import MLP
from tasks.request import Prediction
from tests.data.images.test_orientation import stored
from training.run_directory import RunDirectory

pytestmark = pytest.mark.whole

CLASSES = ("a", "b", "c")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose network has random weights: whatever is turned gets another answer."""
    folder = tmp_path_factory.mktemp("run")
    prepare = ImagePrepare((32, 48), 3, [120.0, 110.0, 100.0], [60.0, 50.0, 40.0])
    keras.utils.set_random_seed(0)
    model = MLP((16,)).build(prepare.input_shape, len(CLASSES))
    run, decode = RunDirectory(folder), ClassDecoding(CLASSES)
    run.write_json("config.json", {"app": "classify", "data": {"data": "photos"}, "trainer": {"seed": 0}})
    run.write_json("preparing.json", {"kind": "image", "classes": CLASSES, "prepare": prepare.config()})
    model.save(folder / "model.keras")
    saved_model.write(model, prepare, decode, folder / "saved_model")
    litert.write(model, decode, folder / "model.tflite")
    return folder


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_one_picture_has_one_answer(kind, run, tmp_path, monkeypatch):
    contents = [stored(orientation, kind) for orientation in range(1, 9)]
    paths = [tmp_path / f"{number}.{kind.lower()}" for number in range(8)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    rows = predict.main(Prediction(str(run), tuple(map(str, paths)), top=3))
    predicted = [[dict(map(dict.values, row["top"]))[name] for name in CLASSES] for row in rows]

    served = tf.saved_model.load(run / "saved_model").signatures["serving_default"](image=tf.constant(contents))

    (recipe,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/runs.md").read_text("utf-8"), re.S)
    (tmp_path / "recipe.py").write_text(recipe)
    monkeypatch.chdir(run)
    answers = []
    for path in paths:
        shutil.copy(path, run / "photo.jpg")  # Pillow knows it by its content
        answers.append(runpy.run_path(str(tmp_path / "recipe.py"))["answer"][0])

    first = np.asarray(answers[0])
    assert np.ptp(first) > 0.01
    for given in (predicted, served["probabilities"].numpy(), answers):
        np.testing.assert_allclose(np.asarray(given, float), np.tile(first, (8, 1)), atol=2e-6)
    plain = ImagePrepare((32, 48), 3).fixed({"image": np.array(list(map(str, paths)), dtype=object)})
    np.testing.assert_array_equal(plain, plain[:1].repeat(8, 0))
