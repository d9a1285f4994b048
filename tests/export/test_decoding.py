import numpy as np
import pytest
import tensorflow as tf

from export.decoding import ClassDecoding
from export.errors import ExportError

LOGITS = np.array([[0.0, np.log(3.0)], [np.log(4.0), 0.0]], "float32")  # odds 1:3 and 4:1


def test_probabilities_by_hand():
    decode = ClassDecoding(("no", "ja ñ"))
    answer = decode(tf.constant(LOGITS))
    np.testing.assert_allclose(answer["probabilities"], [[0.25, 0.75], [0.8, 0.2]], rtol=1e-6)
    np.testing.assert_allclose(answer["probability"], [0.75, 0.8], rtol=1e-6)
    assert [label.decode() for label in answer["label"].numpy()] == ["ja ñ", "no"]
    by_numpy = decode.reference(LOGITS)
    np.testing.assert_allclose(by_numpy["probabilities"], [[0.25, 0.75], [0.8, 0.2]], rtol=1e-6)
    assert list(by_numpy["label"]) == ["ja ñ", "no"]


def test_temperature_divides_the_logits():
    decode = ClassDecoding(("a", "b"), temperature=2.0)
    root = np.sqrt(3) / (1 + np.sqrt(3))
    np.testing.assert_allclose(decode(tf.constant(LOGITS))["probability"][0], root, rtol=1e-6)
    np.testing.assert_allclose(decode.reference(LOGITS)["probability"][0], root, rtol=1e-6)


def test_either_label_of_a_tie_is_right():
    assert list(ClassDecoding(("a", "b")).reference(np.array([[1.0, 1.0], [1.0, 3.0]]))["label"]) == [None, "b"]


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_temperature_is_checked(temperature):
    with pytest.raises(ExportError, match="above 0. Received: temperature="):
        ClassDecoding(("a", "b"), temperature)


def test_number_of_classes_is_checked():
    with pytest.raises(ExportError, match="2 scores for 3 classes"):
        ClassDecoding(("a", "b", "c"))(tf.constant(LOGITS))


def test_classes_endpoint():
    function, _ = ClassDecoding(("a", "b")).endpoints(model=None)["classes"]
    assert list(function({"index": tf.constant([1, 0, 1])})["label"].numpy()) == [b"b", b"a", b"b"]
