"""The addresses of the page: what they give, and what they keep."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.web.page.made_runs import PREPARING, write
from web.address import Address
from web.guard import PAGE_POLICY, Guard
from web.page.routes import STATIC, routes
from web.serving.models import Served
from web.serving.signature import PREDICT, Signature, Tensor

PLAIN = {"serving_default": Signature("serving_default", PREDICT, {"x": Tensor("x", "float32", (None, 2))}, {})}


@pytest.fixture
def asking(tmp_path):
    """Function of whether flags are taken: a client of a server with two runs and a SavedModel."""

    def client(flagging=False) -> TestClient:
        runs = {name: write(tmp_path, name).path for name in ("classify", "translate")}
        models = [Served(name, 1, run, {}, None) for name, run in runs.items()]
        models.append(Served("plain", 3, None, PLAIN, None))
        app = Starlette(routes=routes(lambda: models, flagging))
        return TestClient(Guard(app, Address(), 1000), base_url="http://127.0.0.1:8501")

    return client


def test_the_page_and_each_of_its_files_come_with_the_policy(asking):
    client = asking()
    kinds = {"": "text/html", "html": "text/html", "css": "text/css", "mjs": "javascript"}
    for path in ("/", *(f"/page/{one.name}" for one in STATIC.iterdir())):
        answer = client.get(path)
        assert answer.status_code == 200 and kinds[path.partition(".")[2]] in answer.headers["content-type"]
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/../routes.py",
        "/page/..%2froutes.py",
        "/page/%2e%2e/routes.py",
        "/page//etc/passwd",
        "/page/models/other",
        "/page/models/classify/examples/9/image",
        "/page/models/classify/examples/-1/image",
        "/page/models/classify/examples/0/..%2fconfig.json",
        "/page/models/plain/examples/0/x",
        "/page/models/classify/flags",
    ],
)
def test_nothing_else_is_there(asking, path):
    assert asking().get(path).status_code == 404


def test_models_are_listed_and_described(asking):
    client = asking()
    assert client.get("/page/models").json() == {"models": ["classify", "translate", "plain"]}
    found = client.get("/page/models/classify").json()
    assert found["name"] == "classify" and found["answer"]["classes"] == PREPARING["classify"]["classes"]
    assert found["flags"] is False
    plain = client.get("/page/models/plain").json()
    assert [one["kind"] for one in plain["fields"]] == ["values"] and plain["examples"] == []
    picture = client.get("/page/models/classify/examples/0/image")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")


def test_a_damaged_run_is_told(asking, tmp_path):
    client = asking()
    (tmp_path / "classify" / "preparing.json").write_text("{")
    answer = client.get("/page/models/classify")
    assert answer.status_code == 400 and "preparing.json" in answer.json()["error"]


def test_flags_are_taken_only_where_they_were_asked_for(asking, tmp_path):
    flag = {"values": {"text": "Two dogs."}, "answer": "Zwei Hunde.", "note": ""}
    address = "/page/models/translate/flags"
    assert asking().post(address, json=flag).status_code == 404
    assert not (tmp_path / "translate/flagged.csv").exists()


def test_flags_go_to_the_run(asking, tmp_path):
    client, address = asking(flagging=True), "/page/models/translate/flags"
    assert client.get("/page/models/translate").json()["flags"]
    assert not client.get("/page/models/plain").json()["flags"]
    flag = {"values": {"text": "Two dogs."}, "answer": "Zwei Hunde.", "note": ""}
    assert client.post(address, json=flag).json() == {"file": "flagged.csv"}
    assert "Zwei Hunde." in (tmp_path / "translate/flagged.csv").read_text()
    assert client.post("/page/models/plain/flags", json=flag).status_code == 404
    for content in (b"{", b"[]", b"\xff", b'{"values": 5}'):
        assert client.post(address, content=content).status_code == 400
    assert client.post(address, content=b"x" * 1001).status_code == 413
    assert client.post(address, json=flag, headers={"origin": "http://evil.example"}).status_code == 403
