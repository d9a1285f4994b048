"""KServe's protocol v2, with and without bytes after the JSON; Triton's own client where it is installed."""

import json

import numpy as np
import pytest

from tests.web.serving.fakes import CLASSES, PEOPLE, Machine, folder, people, serving
from web.serving import v2_binary
from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.signature import Tensor

AGE = {"name": "age", "shape": [2], "datatype": "FP32", "data": [25, 75]}
TOWN = {"name": "town", "shape": [2], "datatype": "BYTES", "data": ["Ulm", "Köln"]}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = folder(tmp_path_factory.mktemp("models"), 3, 7)
    with serving(Machine(people, PEOPLE, CLASSES), path, Limits(rows=50), which="all") as (client, _):
        yield client


def test_health_and_metadata(client):
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    assert client.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    assert client.get("/v2/models/m/versions/3/ready").json() == {"name": "m", "ready": True}
    found = client.get("/v2/models/m").json()
    assert found["name"] == "m" and found["versions"] == ["3", "7"]
    assert found["inputs"] == [
        {"name": "age", "datatype": "FP32", "shape": [-1]},
        {"name": "town", "datatype": "BYTES", "shape": [-1]},
    ]


def test_infer(client):
    found = client.post("/v2/models/m/infer", json={"id": "seven", "inputs": [AGE, TOWN]}).json()
    assert found == {
        "model_name": "m",
        "model_version": "7",
        "id": "seven",
        "outputs": [
            {"name": "label", "shape": [2], "datatype": "BYTES", "data": ["no", "yes"]},
            {"name": "probabilities", "shape": [2, 2], "datatype": "FP32", "data": [0.75, 0.25, 0.25, 0.75]},
            {"name": "probability", "shape": [2], "datatype": "FP32", "data": [0.75, 0.75]},
        ],
    }
    some = {"inputs": [TOWN, AGE], "outputs": [{"name": "label"}]}
    found = client.post("/v2/models/m/versions/3/infer", json=some).json()
    assert found["model_version"] == "3" and [one["name"] for one in found["outputs"]] == ["label"]


def test_bytes_that_are_no_text_are_base64_and_say_so(client):
    one = {"name": "content", "shape": [1], "datatype": "BYTES", "data": ["/wA="]}
    body = {"parameters": {"signature_name": "raw"}, "inputs": [{**one, "parameters": {"content_type": "base64"}}]}
    for output in client.post("/v2/models/m/infer", json=body).json()["outputs"]:
        assert output["data"] == ["/wA="] and output["parameters"] == {"content_type": "base64"}


def changed(tensor: dict, **fields) -> dict:
    return {**tensor, **fields}


@pytest.mark.parametrize(
    "body, words",
    [
        ({}, "`inputs` must be a list"),
        ({"inputs": [5]}, "`inputs` must be a list of objects"),
        ({"inputs": [AGE]}, "lacks town"),
        ({"inputs": [AGE, AGE, TOWN]}, "given twice"),
        ({"inputs": [AGE, TOWN, changed(AGE, name="x")]}, "'x' is no input"),
        ({"inputs": [changed(AGE, datatype="FP64"), TOWN]}, "datatype must be FP32. Received: FP64"),
        ({"inputs": [changed(AGE, shape=[3]), TOWN]}, "Expecting tensor size 3 but got 2"),
        ({"inputs": [changed(AGE, shape=[2, 1]), TOWN]}, "Expecting shape"),
        ({"inputs": [changed(AGE, shape=[-2]), TOWN]}, "shape must be a list of whole numbers"),
        ({"inputs": [changed(AGE, shape=[True]), TOWN]}, "shape must be a list of whole numbers"),
        ({"inputs": [changed(AGE, data="ab"), TOWN]}, "data must be a list"),
        ({"inputs": [changed(AGE, data=["a", "b"]), TOWN]}, "not of expected type"),
        ({"inputs": [changed(AGE, data=[[1], [2, 3]]), TOWN]}, "Expecting tensor size"),
        ({"inputs": [AGE, TOWN], "outputs": [{"name": "x"}]}, "`outputs`: 'x' is none"),
        ({"inputs": [AGE, TOWN], "outputs": 5}, "`outputs` must be a list"),
        ({"inputs": [AGE, TOWN], "parameters": 5}, "`parameters` must be an object"),
        ({"inputs": [changed(AGE, parameters={"binary_data_size": 8}), TOWN]}, "after the JSON"),
        ({"inputs": [AGE, TOWN], "parameters": {"signature_name": "x"}}, "no signature"),
    ],
)
def test_a_malformed_call_is_told_in_one_sentence(client, body, words):
    answer = client.post("/v2/models/m/infer", json=body)
    assert answer.status_code == 400 and list(answer.json()) == ["error"] and words in answer.json()["error"]


def test_more_rows_than_are_allowed(client):
    inputs = [changed(AGE, shape=[51], data=[1] * 51), changed(TOWN, shape=[51], data=["Ulm"] * 51)]
    assert "51 rows" in client.post("/v2/models/m/infer", json={"inputs": inputs}).json()["error"]


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/v2/models/x", 404),
        ("GET", "/v2/models/m/versions/4", 404),
        ("GET", "/v2/models/m/infer", 405),
        ("POST", "/v2/models/m", 405),
        ("GET", "/v2/models/../../etc/passwd", 404),
        ("GET", "/v2beta", 404),
    ],
)
def test_what_is_not_there(client, method, path, status):
    assert client.request(method, path).status_code == status


def test_tensors_as_bytes(client):
    towns = v2_binary.packed(np.array([b"Ulm", b""], object))
    ages = np.float32([25, 75]).tobytes()
    inputs = [{key: value for key, value in one.items() if key != "data"} for one in (AGE, TOWN)]
    inputs[0]["parameters"], inputs[1]["parameters"] = {"binary_data_size": 8}, {"binary_data_size": len(towns)}
    for outputs in (
        {"parameters": {"binary_data_output": True}},
        {
            "outputs": [
                {"name": name, "parameters": {"binary_data": name != "x"}} for name in ("label", "probabilities")
            ]
        },
    ):
        head = json.dumps({"inputs": inputs, **outputs}).encode()
        headers = {v2_binary.HEADER: str(len(head))}
        answer = client.post("/v2/models/m/infer", content=head + ages + towns, headers=headers)
        assert answer.status_code == 200, answer.text
        length = int(answer.headers[v2_binary.HEADER])
        listed = json.loads(answer.content[:length])["outputs"]
        rest = answer.content[length:]
        assert sum(one["parameters"]["binary_data_size"] for one in listed) == len(rest)
        assert rest.startswith(b"\2\0\0\0no\3\0\0\0yes")
        np.testing.assert_allclose(np.frombuffer(rest[13:29], "<f4"), [0.75, 0.25, 0.25, 0.75])
        more = client.post("/v2/models/m/infer", content=head + ages + towns + b"x", headers=headers)
        assert more.status_code == 400 and "belong to no input" in more.json()["error"]
        for length in ("-1", "many", "99999", "٣"):
            headers = [(v2_binary.HEADER.encode(), length.encode())]
            assert client.post("/v2/models/m/infer", content=head, headers=headers).status_code == 400


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "uint16", "float16", "float32", "float64"])
def test_bytes_of_numbers_there_and_back(dtype):
    random = np.random.default_rng(0)
    array = random.integers(0, 2, 7).astype(dtype)
    found = v2_binary.unpacked(memoryview(v2_binary.packed(array)), Tensor("x", dtype, (None,)), 7)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


@pytest.mark.parametrize(
    "content, words", [(b"\5\0\0\0ab", "inside of an element"), (b"\1\0", "inside"), (b"", "1 elements")]
)
def test_texts_that_end_too_early(content, words):
    with pytest.raises(CallError, match=words):
        v2_binary.unpacked(memoryview(content), Tensor("x", "string", (None,)), 1)
