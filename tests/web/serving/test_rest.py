"""TensorFlow Serving's REST protocol: addresses, answers, codes."""

import gzip
import json

import numpy as np
import pytest

from benchmarks.serving_bodies import mutated
from tests.web.serving.fakes import CLASSES, PEOPLE, Machine, folder, people, serving
from web.address import Address
from web.serving.limits import Limits

AGES = {"instances": [{"age": 25, "town": "Ulm"}, {"age": 75, "town": "Köln"}]}
ROWS = [
    {"label": "no", "probabilities": [0.75, 0.25], "probability": 0.75},
    {"label": "yes", "probabilities": [0.25, 0.75], "probability": 0.75},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = folder(tmp_path_factory.mktemp("models"), 3, 7)
    machine = Machine(people, PEOPLE, CLASSES)
    limits = Limits(body=20_000, unpacked=40_000, rows=50)
    with serving(machine, path, limits, which="all", labels={"stable": 3, "lost": 9}) as (client, _):
        yield client


def test_predict_by_rows_and_by_columns(client):
    assert client.post("/v1/models/m:predict", json=AGES).json() == {"predictions": ROWS}
    columns = {"inputs": {"age": [25, 75], "town": ["Ulm", "Köln"]}, "signature_name": "serving_default"}
    answer = client.post("/v1/models/m:predict", json=columns)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "outputs": {"label": ["no", "yes"], "probabilities": [[0.75, 0.25], [0.25, 0.75]], "probability": [0.75, 0.75]}
    }


def test_bytes_come_back_as_base64_where_the_name_says_so_or_they_are_no_text(client):
    body = {"signature_name": "raw", "instances": [{"b64": "/wA="}, "Köln"]}
    assert client.post("/v1/models/m:predict", json=body).json() == {
        "predictions": [
            {"copy": {"b64": "/wA="}, "copy_bytes": {"b64": "/wA="}},
            {"copy": "Köln", "copy_bytes": {"b64": "S8O2bG4="}},
        ]
    }


def test_outputs_without_rows_are_given_as_columns_only(client):
    body = {"signature_name": "whole", "inputs": {"x": 1, "rows": [2, 3]}}
    assert client.post("/v1/models/m:predict", json=body).json() == {"outputs": 6.0}


def test_classify(client):
    body = {"context": {"town": "Ulm"}, "examples": [{"age": 25}, {"age": [75.0]}]}
    assert client.post("/v1/models/m:classify", json=body).json() == {
        "results": [[["no", 0.75], ["yes", 0.25]], [["no", 0.25], ["yes", 0.75]]]
    }


@pytest.mark.parametrize(
    "call, body, words",
    [
        ("classify", {"examples": [{"age": 25}]}, "`examples`, 0: lacks the feature `town`"),
        ("classify", {"examples": [{"age": 25, "town": 5}]}, "must be text"),
        ("classify", {"examples": [{"age": [1, 2], "town": "Ulm"}]}, "Expecting shape"),
        ("classify", {"examples": [{"age": "old", "town": "Ulm"}]}, "not of expected type"),
        ("classify", {"signature_name": "raw", "examples": [{"content": "a"}]}, "ask for predict"),
        ("regress", {"examples": [{"age": 25, "town": "Ulm"}]}, "ask for predict"),
        (
            "predict",
            {"signature_name": "nothing", "instances": [1]},
            "no signature `nothing`. It has `serving_default`",
        ),
        ("predict", {"signature_name": "classes", "instances": [0, 1, 2]}, "there are two classes"),
        ("predict", {"signature_name": "classes", "instances": [0] * 51}, "the call has 51 rows, and 50 are allowed"),
        ("classify", {"examples": [{}] * 51}, "51 rows"),
        ("predict", {"instances": [{"age": 1}]}, "lacks `town`"),
        ("predict", {"signature_name": "\ud800", "instances": [1]}, "no signature"),
    ],
)
def test_a_malformed_body_is_told_in_one_sentence(client, call, body, words):
    answer = client.post(f"/v1/models/m:{call}", content=json.dumps(body))
    assert answer.status_code == 400 and list(answer.json()) == ["error"]
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    ["/V1/Models/m:Predict", "/v1/models/m/versions/7:predict", "/v1/models/m/Labels/stable:PREDICT"],
)
def test_addresses_ignore_case_and_name_versions_and_labels(client, path):
    assert client.post(path, json=AGES).json() == {"predictions": ROWS}


@pytest.mark.parametrize(
    "path, status",
    [
        ("/v1/models/M:predict", 404),
        ("/v1/models/other:predict", 404),
        ("/v1/models/m/versions/8:predict", 404),
        ("/v1/models/m/versions/99999999999999999999:predict", 404),
        ("/v1/models/m/versions/seven:predict", 404),
        ("/v1/models/m/versions/-7:predict", 404),
        ("/v1/models/m/versions/٧:predict", 404),
        ("/v1/models/m/labels/canary:predict", 404),
        ("/v1/models/m/labels/lost:predict", 404),
        ("/v1/models/m/versions/7/labels/stable:predict", 404),
        ("/v1/models/m/labels/stable/versions/7:predict", 404),
        ("/v1/models/m:guess", 404),
        ("/v1/models/m/", 404),
        ("/v1/models/../../etc/passwd:predict", 404),
        ("/v1/models/%2e%2e%2f%2e%2e%2fetc:predict", 404),
        ("/v1/models/m/versions/%2e%2e/%2e%2e/7:predict", 404),
        ("/v1/models/m%00:predict", 404),
        ("/v1/models/m%ff:predict", 404),
        ("/v1/models/m%0a:predict", 404),
        ("/v1/models/m/versions/7%0a:predict", 404),
        ("/v1/models/m", 405),
        ("/v1/models/m/metadata", 405),
        ("/", 404),
    ],
)
def test_what_is_not_there_is_not_found(client, path, status):
    answer = client.post(path, json=AGES)
    assert answer.status_code == status and list(answer.json()) == ["error"]


def test_status(client):
    def state(number):
        return {"version": number, "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}

    assert client.get("/v1/models/m").json() == {"model_version_status": [state("7"), state("3")]}
    assert client.get("/v1/models/m/versions/3").json() == {"model_version_status": [state("3")]}
    assert client.get("/v1/models/m/labels/stable").json() == {"model_version_status": [state("3")]}
    assert client.get("/v1/models/m/versions/4").status_code == 404
    assert client.get("/v1/models/m:predict").status_code == 405


def test_metadata(client):
    found = client.get("/v1/models/m/versions/3/metadata").json()
    assert found == {
        "model_spec": {"name": "m", "signature_name": "", "version": "3"},
        "metadata": {"signature_def": {"signature_def": PEOPLE}},
    }


def test_a_body_may_be_packed_by_gzip_and_so_may_an_answer(client):
    packed = gzip.compress(json.dumps(AGES).encode())
    headers = {"content-encoding": "gzip"}
    assert client.post("/v1/models/m:predict", content=packed, headers=headers).json() == {"predictions": ROWS}
    assert client.post("/v1/models/m:predict", content=packed[:-5], headers=headers).status_code == 400
    assert client.post("/v1/models/m:predict", content=b"{}", headers=headers).status_code == 400
    half = json.dumps(AGES).encode()
    parts = gzip.compress(half[:30]) + gzip.compress(half[30:])
    assert client.post("/v1/models/m:predict", content=parts, headers=headers).status_code == 200
    other = client.post("/v1/models/m:predict", content=packed, headers={"content-encoding": "br"})
    assert other.status_code == 415
    many = {"inputs": {"age": [25] * 50, "town": ["Ulm"] * 50}}
    answer = client.post("/v1/models/m:predict", json=many, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and len(answer.json()["outputs"]["label"]) == 50


def test_bodies_are_limited_as_sent_and_as_unpacked(client):
    long = b'{"instances": [' + b" " * 20_000 + b"]}"
    assert client.post("/v1/models/m:predict", content=long).status_code == 413
    bomb = gzip.compress(b"0" * 10_000_000)
    assert len(bomb) < 20_000
    answer = client.post("/v1/models/m:predict", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == 413 and "unpacked" in answer.json()["error"]
    twice = gzip.compress(b"0" * 30_000) * 2
    assert client.post("/v1/models/m:predict", content=twice, headers={"content-encoding": "gzip"}).status_code == 413


def test_health_and_metrics(client):
    assert client.get("/healthz").json() == {"ready": True}
    client.post("/v1/models/m:predict", json=AGES)
    page = client.get("/metrics").text
    assert 'lamina_requests_total{call="predict",code="200",model="m"}' in page
    assert 'lamina_available{model="m",version="7"} 1.0' in page
    assert 'lamina_memory_bytes{model="m",version="3"} 1000.0' in page
    assert "lamina_batch_rows_bucket" in page and "process_resident_memory_bytes" in page
    assert client.get("/monitoring/prometheus/metrics").status_code == 200


def test_every_request_is_told_in_a_line_with_its_id(client, capsys):
    answer = client.post("/v1/models/m/versions/3:predict", json=AGES, headers={"x-request-id": "my-7"})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert answer.headers["x-request-id"] == line["id"] == "my-7"
    assert (line["path"], line["status"], line["model"], line["version"]) == (
        "/v1/models/m/versions/3:predict",
        200,
        "m",
        3,
    )
    other = client.post("/v1/models/nothing%0a{}:predict?token=secret", json=AGES, headers={"x-request-id": "a b\tc"})
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1 and "secret" not in told
    assert other.headers["x-request-id"] == json.loads(told)["id"] != "a b\tc"


def test_a_foreign_host_is_refused_before_all(client):
    assert client.post("/v1/models/m:predict", json=AGES, headers={"host": "evil.example"}).status_code == 403


def test_a_token_is_asked_for_everywhere(tmp_path):
    with serving(Machine(), folder(tmp_path, 1), address=Address(token="sesame")) as (client, _):
        for path in ("/healthz", "/metrics", "/v1/models/m", "/v2/models/m"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers={"authorization": "Bearer sesame"}).status_code == 200


def test_random_bodies_are_answered_or_refused_and_never_more(client):
    random = np.random.default_rng(0)
    two = [{"name": "age", "shape": [1], "datatype": "FP32", "data": [2]}]
    two += [{"name": "town", "shape": [1], "datatype": "BYTES", "data": ["Ulm"]}]
    whole = {"signature_name": "whole", "inputs": {"x": 1, "rows": [2, 3]}}
    bodies = {
        "/v1/models/m:predict": [AGES, whole, {"inputs": {"age": [25, 75], "town": ["Ulm", {"b64": "S8O2bG4="}]}}],
        "/v1/models/m:classify": [{"context": {"town": "Ulm"}, "examples": [{"age": 25}, {"age": [75.0]}]}],
        "/v2/models/m/infer": [{"id": "1", "inputs": two, "outputs": [{"name": "label"}]}],
    }
    seen = set()
    for number in range(600):
        path = list(bodies)[number % 3]
        body = json.dumps(bodies[path][int(random.integers(len(bodies[path])))]).encode()
        headers = {"content-encoding": "gzip"} if number % 10 == 0 else {}
        headers |= {"inference-header-content-length": str(random.integers(0, 400))} if number % 7 == 0 else {}
        answer = client.post(path, content=mutated(random, body), headers=headers)
        assert answer.status_code in (200, 400), (path, answer.text)
        seen.add(answer.status_code)
    assert seen == {200, 400}
