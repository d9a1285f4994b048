"""JSON to tensors and back: the cases of TensorFlow Serving's own tests (util/json_tensor_test.cc), and more."""

import json
import math

import numpy as np
import pytest

from web.serving import examples, json_tensor, tf_example
from web.serving.errors import CallError
from web.serving.signature import CLASSIFY, PREDICT, Signature, Tensor

NAN, INF = math.nan, math.inf


def signature(**types: str) -> Signature:
    """A signature of inputs of these types and of any shape."""
    return Signature("serving_default", PREDICT, {name: Tensor(name, one, None) for name, one in types.items()}, {})


def inputs(body: str, **types: str):
    return json_tensor.inputs(json_tensor.document(body.encode()), signature(**types))


def text(*values) -> np.ndarray:
    return np.array([value.encode() for value in values], object)


def same(found: np.ndarray, expected) -> None:
    expected = np.asarray(expected)
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


FOUR = {"ints": "int32", "texts": "string", "floats": "float32", "doubles": "float64"}


@pytest.mark.parametrize(
    "dtype, body, expected",
    [
        ("int32", '{"instances": [[1,2],[3,4],[5,6]]}', np.array([[1, 2], [3, 4], [5, 6]], np.int32)),
        ("float32", '{"instances": [1, 2.0, 3, 5.003, 0.0]}', np.array([1, 2, 3, 5.003, 0], np.float32)),
        ("float64", '{"instances": [1.0, 2, 3, 0.662, 0]}', np.array([1, 2, 3, 0.662, 0])),
        ("string", '{"instances": [{"b64": "aGVsbG8="}, {"b64": "d29ybGQ="}]}', text("hello", "world")),
        ("string", '{"instances": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]}', text("hello", "world")[:, None]),
        ("string", '{"instances": [{"default": [["a"], ["b"]]}]}', text("a", "b")[None, :, None]),
        ("float32", '{"instances": [NaN, Infinity, -Infinity, null]}', np.float32([NAN, INF, -INF, NAN])),
        ("bool", '{"instances": [true, false]}', np.array([True, False])),
        ("uint8", '{"instances": [[0, 255]]}', np.array([[0, 255]], np.uint8)),
        ("float32", '{"instances": [16777216, -16777216]}', np.float32([2**24, -(2**24)])),
        ("bfloat16", '{"instances": [1.5]}', np.float32([1.5])),
        ("string", '{"instances": ["Köln", ""]}', text("Köln", "")),
    ],
)
def test_rows_of_one_input(dtype, body, expected):
    arrays, rows = inputs(body, default=dtype)
    assert rows and list(arrays) == ["default"]
    same(arrays["default"], expected)


def test_the_signature_name_and_what_follows_a_document():
    found = json_tensor.document(b'{"signature_name": "predict_images", "instances": [[1,2]]}')
    assert json_tensor.signature_name(found) == "predict_images"
    assert json_tensor.signature_name({}) is None and json_tensor.signature_name({"signature_name": ""}) is None
    with pytest.raises(CallError, match="no JSON"):
        json_tensor.document(b'{"instances": [[1,2]]}X')


def test_rows_of_four_inputs():
    arrays, rows = inputs(
        """{"instances": [
            {"ints": [[1,2],[3,4],[5,6]], "texts": ["foo", "bar"], "floats": [1.0, NaN], "doubles": [NaN]},
            {"ints": [[7,8],[9,0],[1,2]], "texts": ["baz", "bat"], "floats": [2.0, Infinity], "doubles": [2.0]}
        ]}""",
        **FOUR,
    )
    assert rows and list(arrays) == list(FOUR)
    same(arrays["ints"], np.int32([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]]]))
    same(arrays["texts"], text("foo", "bar", "baz", "bat").reshape(2, 2))
    same(arrays["floats"], np.float32([[1, NAN], [2, INF]]))
    same(arrays["doubles"], np.array([[NAN], [2]]))


@pytest.mark.parametrize("value", ['{"int_tensor": [[[1,2],[3,4],[5,6]]]}', "[[[1,2],[3,4],[5,6]]]"])
def test_columns_of_one_input_with_and_without_its_name(value):
    arrays, rows = inputs(f'{{"inputs": {value}}}', int_tensor="int32")
    assert not rows
    same(arrays["int_tensor"], np.int32([[[1, 2], [3, 4], [5, 6]]]))


def test_columns_of_several_inputs_of_unequal_shapes():
    body = '{"inputs": {"a": [[[1,2],[3,4]]], "b": ["foo", "bar"], "c": {"b64": "aGVsbG8="}}}'
    arrays, rows = inputs(body, a="int32", b="string", c="string")
    assert not rows and arrays["a"].shape == (1, 2, 2)
    same(arrays["b"], text("foo", "bar"))
    assert arrays["c"].shape == () and arrays["c"].item() == b"hello"


@pytest.mark.parametrize(
    "body, types, words",
    [
        ("", {"a": "int32"}, "document is empty"),
        ("  \n", {"a": "int32"}, "document is empty"),
        ("[1]", {"a": "int32"}, "must be a JSON object. Received: list"),
        ('{"instances": [1', {"a": "int32"}, "no JSON"),
        ("[" * 100_000, {"a": "int32"}, "nested too deeply"),
        ("\xff", {"a": "int32"}, "no JSON"),
        ('{"signature_name": 5, "instances": [1]}', {"a": "int32"}, "must be a string value"),
        ('{"signature_name": null, "instances": [1]}', {"a": "int32"}, "must be a string value"),
        ('{"instances": [[1,2]], "inputs": [[1,2]]}', {"a": "int32"}, "Not formatted correctly.*instances and inputs"),
        ("{}", {"a": "int32"}, "Not formatted correctly.*neither"),
        ('{"instances": []}', {"a": "int32"}, "at least one row"),
        ('{"instances": 5}', {"a": "int32"}, "at least one row. Received: int"),
        ('{"instances": [[1,2],[3,4],[5,6,7]]}', {"a": "int32"}, "Expecting tensor size 2 but got 3"),
        ('{"instances": [[1,2],[3,4],[[5,6]]]}', {"a": "int32"}, "Expecting tensor size 2 but got 1|Expecting shape"),
        ('{"instances": [[1,2],[3,[4]]]}', {"a": "int32"}, r"Expecting shape \[2, 2\] but got a list"),
        ('{"instances": [1, [1]]}', {"a": "int32"}, "Expecting shape"),
        ('{"instances": [[1], 1]}', {"a": "int32"}, "Expecting shape"),
        ('{"instances": [[1,2],["a", "b"]]}', {"a": "int32"}, "a text is not of expected type: int32"),
        ('{"instances": [1.5]}', {"a": "int32"}, "float is not of expected type: int32"),
        ('{"instances": [true]}', {"a": "int32"}, "truth value is not of expected type"),
        ('{"instances": [null]}', {"a": "int32"}, "null is not of expected type"),
        ('{"instances": [1]}', {"a": "bool"}, "int is not of expected type: bool"),
        ('{"instances": [1]}', {"a": "string"}, "int is not of expected type: string"),
        ('{"instances": [1]}', {"a": "complex64"}, "tensor type: complex64"),
        ('{"instances": [1]}', {"a": "DT_VARIANT"}, "tensor type: DT_VARIANT"),
        ('{"instances": [256]}', {"a": "uint8"}, "out of the range of uint8"),
        ('{"instances": [-1]}', {"a": "uint8"}, "out of the range"),
        ('{"instances": [9223372036854775808]}', {"a": "int64"}, "out of the range"),
        ('{"instances": [1.7976931348623157e308]}', {"a": "float32"}, "loss of precision"),
        ('{"instances": [16777217]}', {"a": "float32"}, "loss of precision"),
        ('{"instances": [9007199254740993]}', {"a": "float64"}, "loss of precision"),
        ('{"instances": [1%s]}' % ("0" * 400), {"a": "float64"}, "out of the range"),
        ('{"instances": [1%s]}' % ("0" * 5000), {"a": "float64"}, "no JSON"),
        ('{"instances": [{"b64": "a"}]}', {"a": "string"}, "no base64"),
        ('{"instances": [{"b64": 5}]}', {"a": "string"}, "no base64"),
        ('{"instances": [["\\ud800"]]}', {"a": "string"}, "surrogate"),
        (
            '{"instances": [{"i": [[1,2],[3,4]], "s": ["a"]}, {"i": [[[7,8],[9,0]]], "s": ["b"]}]}',
            {"i": "int32", "s": "string"},
            "Expecting tensor size 2 but got 1",
        ),
        (
            '{"instances": [{"i": [[1,2],[3,4]], "s": ["a"]}, {"i": [[7,8]], "s": ["b"]}]}',
            {"i": "int32", "s": "string"},
            "Expecting tensor size 2 but got 1",
        ),
        (
            '{"instances": [{"i": 1, "s": "a"}, [1, 20, 30], {"i": 1, "s": "a"}]}',
            {"i": "int32", "s": "string"},
            "row 1: Expecting object but got list",
        ),
        (
            '{"instances": [["baz", "bar"], {"s": ["baz", "bat"]}]}',
            {"s": "string"},
            "row 1: Expecting value/list but got object",
        ),
        ('{"instances": [1]}', {"i": "int32", "s": "string"}, "the inputs `i`, `s`, so give each by its name"),
        ('{"inputs": [1]}', {"i": "int32", "s": "string"}, "the inputs `i`, `s`, so give each by its name"),
        ('{"instances": [{"i": 1}]}', {"i": "int32", "s": "string"}, "row 0: lacks `s`"),
        ('{"inputs": {"i": 1, "t": 2}}', {"i": "int32", "s": "string"}, "lacks `s` and has the unknown `t`"),
    ],
)
def test_each_malformed_document_has_its_own_sentence(body, types, words):
    with pytest.raises(CallError, match=words) as refused:
        json_tensor.signature_name(json_tensor.document(body.encode("latin-1")))
        inputs(body, **types)
    assert refused.value.status == 400


def test_a_shape_that_does_not_fit_the_signature_is_refused():
    one = Signature("s", PREDICT, {"a": Tensor("a", "float32", (None, 2))}, {})
    with pytest.raises(CallError, match=r"`a`: Expecting shape \[any, 2\] but got \[1, 3\]"):
        json_tensor.inputs({"instances": [[1, 2, 3]]}, one)


HELLO = {"b64": "aGVsbG8="}
CUBE = np.int32([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]]])


@pytest.mark.parametrize(
    "arrays, rows, columns",
    [
        ({"a": CUBE}, CUBE.tolist(), CUBE.tolist()),
        ({"a": np.int32([1, 2, 3])}, [1, 2, 3], [1, 2, 3]),
        ({"a_bytes": text("hello", "tf")}, [HELLO, {"b64": "dGY="}], [HELLO, {"b64": "dGY="}]),
        ({"a": np.zeros((0, 2), np.int32)}, [], []),
        ({"a": np.zeros((0, 1, 2), np.int32), "b": np.zeros((0, 3), np.float32)}, [], {"a": [], "b": []}),
        (
            {"d": np.array([8.0, 9]), "f": np.float32([[1], [2]]), "s": text("a", "b"), "s_bytes": text("hello", "")},
            [
                {"d": 8.0, "f": [1.0], "s": "a", "s_bytes": HELLO},
                {"d": 9.0, "f": [2.0], "s": "b", "s_bytes": {"b64": ""}},
            ],
            {"d": [8.0, 9.0], "f": [[1.0], [2.0]], "s": ["a", "b"], "s_bytes": [HELLO, {"b64": ""}]},
        ),
        ({"a": np.array([b"\xff\x00", b"ok"], object)}, [{"b64": "/wA="}, "ok"], [{"b64": "/wA="}, "ok"]),
    ],
)
def test_outputs_as_rows_and_as_columns(arrays, rows, columns):
    assert json_tensor.outputs(arrays, True) == {"predictions": rows}
    assert json_tensor.outputs(arrays, False) == {"outputs": columns}


def test_numbers_are_written_with_the_fewest_digits_that_give_them_back():
    given = np.float32([[9000000, 999999, 0.5], [0.0003, 0.00003, 555557.5]])
    found = json_tensor.outputs({"a": given}, True)["predictions"]
    assert json.dumps(found) == "[[9000000.0, 999999.0, 0.5], [0.0003, 3e-05, 555557.5]]"
    random = np.random.default_rng(0)
    numbers = (random.normal(size=5000) * 10.0 ** random.integers(-40, 38, 5000)).astype(np.float32)
    found = json_tensor.shortest(numbers)
    assert (found.astype(np.float32) == numbers).all()
    small = np.abs(np.log10(np.abs(numbers))) < 7  # larger ones are whole, and written so
    assert all(repr(a) == repr(float(str(b))) for a, b in zip(found[small].tolist(), numbers[small], strict=True))


def test_what_is_not_finite_is_written_as_bare_words():
    found = json_tensor.outputs({"a": np.float32([[NAN, INF], [3, -INF]])}, True)
    assert json.dumps(found) == '{"predictions": [[NaN, Infinity], [3.0, -Infinity]]}'


@pytest.mark.parametrize(
    "arrays, words",
    [
        ({}, "empty tensor map"),
        ({"a": np.zeros(2, np.complex64)}, "tensor type: complex64"),
        ({"a": np.int32(1).reshape(())}, "has no rows"),
        ({"a": np.zeros((2, 3)), "b": text("a")}, r"inconsistent batch size: \[1, 2\]"),
        ({"a": np.zeros((0, 2)), "b": text("a")}, "inconsistent batch size"),
    ],
)
def test_outputs_that_json_cannot_have(arrays, words):
    with pytest.raises(CallError, match=words):
        json_tensor.outputs(arrays, True)


FOO = {"names": [b"foo", b"bar"], "ratings": [8.0, 9.0], "age": [20]}


@pytest.mark.parametrize(
    "document, expected",
    [
        (
            '{"examples": [{"names": ["foo", "bar"], "ratings": [8.0, 9.0], "age": 20}, '
            '{"names": ["baz"], "ratings": 6.0}]}',
            [FOO, {"names": [b"baz"], "ratings": [6.0]}],
        ),
        (
            '{"context": {"query": "pizza", "location": ["sfo"]}, "examples": [{"names": ["baz", {"b64": "aGVsbG8="}], '
            '"mix": [1, true, false]}, {"ratings": -Infinity}]}',
            [
                {"query": [b"pizza"], "location": [b"sfo"], "names": [b"baz", b"hello"], "mix": [1, 1, 0]},
                {"query": [b"pizza"], "location": [b"sfo"], "ratings": [-INF]},
            ],
        ),
    ],
)
def test_examples_with_and_without_a_context(document, expected):
    assert examples.examples(json_tensor.document(document.encode())) == expected


@pytest.mark.parametrize(
    "document, words",
    [
        ('{"context": [{"names": ["foo"]}]}', "Example must be JSON object"),
        ('{"examples": {"names": ["foo"]}}', "list/array"),
        ("{}", "list/array"),
        ('{"examples": []}', "at least one"),
        ('{"examples": [[{"names": ["foo"]}]]}', "Example must be JSON object. Received: list"),
        ('{"examples": [{"names": [10, null]}]}', "names has element with unexpected JSON type: null"),
        ('{"examples": [{"names": [10, 10.0]}]}', "feature: names expecting type: int64"),
        ('{"examples": [{"names": [10, {"test": 10}]}]}', "names has element with unexpected JSON type: object"),
        ('{"examples": [{"names": [[10], 20]}]}', "names has element with unexpected JSON type: list"),
        ('{"examples": [{"names": [20, 18446744073709551603]}]}', "Only int64 is supported"),
        ('{"examples": [{"names": 1.7976931348623157e308}]}', "loss of precision"),
    ],
)
def test_examples_that_are_none(document, words):
    with pytest.raises(CallError, match=words):
        examples.examples(json_tensor.document(document.encode()))


def test_an_example_has_the_bytes_that_tensorflow_reads():
    import tensorflow as tf

    features = {**FOO, "none": [], "long": [b"x" * 300], "negative": [-1, -(2**63), 2**63 - 1, 0, 127, 128]}
    found = tf.train.Example.FromString(tf_example.encoded(features)).features.feature
    read = {
        name: list(getattr(one, one.WhichOneof("kind")).value) if one.WhichOneof("kind") else []
        for name, one in found.items()
    }
    assert read == features


@pytest.mark.parametrize(
    "outputs, expected",
    [
        (
            {"classes": text("car", "bus", "car", "bus").reshape(2, 2), "scores": np.float32([[0.2, 0.7], [0.7, 0.1]])},
            [[["car", 0.2], ["bus", 0.7]], [["car", 0.7], ["bus", 0.1]]],
        ),
        ({"classes": text("car", "bus")[None]}, [[["car", 0.0], ["bus", 0.0]]]),
        ({"scores": np.float32([[0.5]])}, [[["", 0.5]]]),
        ({"probabilities": np.float32([[0.25, 0.75]])}, [[["no", 0.25], ["yes", 0.75]]]),
    ],
)
def test_results_of_classify(outputs, expected):
    assert examples.scores(outputs, ["no", "yes"]) == expected


@pytest.mark.parametrize(
    "outputs, expected",
    [
        ({"outputs": np.float32([0.2, 0.9, 1.0])}, [0.2, 0.9, 1.0]),
        ({"outputs": np.float32([[0.2], [INF]])}, [0.2, INF]),
        ({"prediction": np.float32([1.5]), "std": np.float32([2])}, [1.5]),
    ],
)
def test_results_of_regress(outputs, expected):
    assert examples.numbers(outputs) == expected


@pytest.mark.parametrize("outputs", [{}, {"outputs": text("a")}, {"outputs": np.zeros((2, 2))}])
def test_results_of_neither(outputs):
    with pytest.raises(CallError, match="ask for predict"):
        examples.numbers(outputs)
    with pytest.raises(CallError, match="ask for predict"):
        examples.scores(outputs, None)


def test_a_signature_of_classify_is_not_one_of_regress():
    import asyncio

    one = Signature("s", CLASSIFY, {"inputs": Tensor("inputs", "string", (None,))}, {})
    with pytest.raises(CallError, match="not for regress"):
        asyncio.run(examples.answered(None, one, [FOO], "regress"))
