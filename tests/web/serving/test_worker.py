"""The process that holds a SavedModel: what it says, answers and refuses; and the frames that it speaks in."""

import socket
import threading

import numpy as np
import pytest

from tests.web.serving.saved_models import write
from web.serving import worker
from web.serving.frames import LENGTH, packed, unpacked
from web.serving.signature import from_definition


class Worker:
    """A worker in a thread: a new process takes seconds to import TensorFlow."""

    def __init__(self, path):
        self.ours, theirs = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, args=(theirs,))
        self.thread.start()
        self.stream = self.ours.makefile("rwb")
        self.head, _ = self.ask({"path": str(path)})

    @staticmethod
    def _serve(theirs):
        with theirs:
            worker.serve(theirs)

    def ask(self, head, **inputs):
        self.stream.write(packed(head, inputs))
        self.stream.flush()
        return unpacked(self.stream.read(LENGTH.unpack(self.stream.read(LENGTH.size))[0]))

    def call(self, signature, **inputs):
        return self.ask({"signature": signature}, **inputs)

    def end(self):
        self.stream.close()
        self.ours.close()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture(scope="module")
def adder(tmp_path_factory):
    one = Worker(write(tmp_path_factory.mktemp("models") / "1", factor=2))
    yield one
    one.end()


def texts(*values):
    return np.array(values, object)


def test_it_says_what_it_has_loaded(adder):
    found = {name: from_definition(name, one) for name, one in adder.head["definitions"].items()}
    assert list(found) == ["classify", "join", "serving_default"] and adder.head["classes"] is None
    x = found["serving_default"].inputs["x"]
    assert (x.dtype, x.shape) == ("float32", (None, 2)) and found["serving_default"].of_rows
    assert found["join"].inputs["a"].dtype == "string" and found["join"].method == "tensorflow/serving/predict"


def test_it_computes(adder):
    _, found = adder.call("serving_default", x=np.float32([[1, 2], [3, 4]]))
    assert found["y"].tolist() == [6, 14]
    _, found = adder.call("join", a=texts(b"a\0", "ä".encode()), b=texts(b"", b"\xff"))
    assert found["joined"].tolist() == [b"a\0-", "ä".encode() + b"-\xff"]
    _, found = adder.call("join", a=texts(), b=texts())
    assert found["joined"].shape == (0,)


def test_it_refuses_and_goes_on(adder):
    head, _ = adder.call("serving_default", x=np.float32([[1, -2]]))
    assert head["status"] == 400 and "x must not be negative" in head["error"]
    assert "{{" not in head["error"] and "File" not in head["error"]
    assert adder.call("serving_default", x=np.float32([[1, 2]]))[1]["y"].tolist() == [6]


@pytest.mark.parametrize("content", [None, b"", b"no graph"])
def test_what_it_cannot_load_it_says(tmp_path, content):
    if content is not None:
        (tmp_path / "saved_model.pb").write_bytes(content)
    one = Worker(tmp_path)
    assert one.head["status"] == 400 and one.head["error"]
    one.end()


def test_names_of_classes_come_from_the_export(tmp_path):
    import tensorflow as tf

    from export import signatures

    def classes(index):
        return {"label": tf.gather(tf.constant(["no", "Köln"]), index)}

    def predict(x):
        return {"probabilities": tf.nn.softmax(x)}

    x = tf.TensorSpec([None, 2], tf.float32, "x")
    index = tf.TensorSpec([None], tf.int32, "index")
    signatures.save({"classes": (classes, (index,)), "serving_default": (predict, (x,))}, tmp_path / "1")
    one = Worker(tmp_path / "1")
    assert one.head["classes"] == ["no", "Köln"]
    one.end()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int64", "uint16", "bool", "complex64"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3)])
def test_frames_carry_arrays_of_every_shape(dtype, shape):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    head, found = unpacked(packed({"a": [1, "ä"]}, {"x": array, "y": np.full(shape, b"\0ab", object)})[LENGTH.size :])
    assert head == {"a": [1, "ä"]}
    np.testing.assert_array_equal(found["x"], array)
    assert found["x"].dtype == array.dtype and found["x"].shape == found["y"].shape == shape
    assert found["y"].ravel().tolist() == [b"\0ab"] * array.size


def test_types_that_numpy_lacks_and_text_without_rows(tmp_path):
    import tensorflow as tf

    from export import signatures

    def call(x):
        return {"half": x * tf.constant(2, tf.bfloat16), "text": tf.constant(b"a\0")}

    signatures.save({"serving_default": (call, (tf.TensorSpec([None], tf.bfloat16, "x"),))}, tmp_path / "1")
    one = Worker(tmp_path / "1")
    _, found = one.call("serving_default", x=np.float32([1.5, 2]))
    assert found["half"].tolist() == [3, 4] and found["text"].item() == b"a\0"
    one.end()
