"""Who may ask a server of the suite: every refusal, and what is let in."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cli.errors import UserError
from web.address import Address
from web.guard import PAGE_POLICY, Guard

HERE = "http://127.0.0.1:8501"


async def echo(request):
    return JSONResponse({"bytes": len(await request.body())})


def client(**fields) -> TestClient:
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    return TestClient(Guard(app, Address(**fields), largest=10), base_url=HERE)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8501"},
        {"host": "127.0.0.1.evil.example:8501"},
        {"host": "[::1].evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_a_foreign_host_or_origin_is_refused(headers):
    for call in ("GET", "POST"):
        answer = client().request(call, "/", headers=headers)
        assert answer.status_code == 403 and list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"host": "localhost:8501"}, {"host": "LocalHost"}, {"host": "[::1]:8501"}, {"origin": HERE}],
)
def test_this_machine_is_let_in(headers):
    answer = client().get("/", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers


def test_an_allowed_origin_may_read_the_answer():
    page = "https://example.org"
    asking = client(origins=(page,))
    assert asking.get("/", headers={"origin": page}).headers["access-control-allow-origin"] == page
    assert asking.get("/").headers.get("access-control-allow-origin") is None
    preflight = asking.options("/", headers={"origin": page, "access-control-request-method": "POST"})
    assert preflight.status_code == 204 and "POST" in preflight.headers["access-control-allow-methods"]
    assert asking.get("/", headers={"origin": "https://example.org.evil"}).status_code == 403


def test_a_token_comes_in_a_header_in_the_address_or_as_the_cookie_that_the_address_set():
    asking = client(token="sesame")
    assert asking.get("/").status_code == 401
    assert asking.get("/", headers={"authorization": "Bearer other"}).status_code == 401
    assert asking.get("/", headers={"authorization": "Bearer sesame"}).status_code == 200
    assert asking.get("/?token=sesame").status_code == 200
    assert asking.get("/").status_code == 200  # by the cookie
    assert client(token="sesame").get("/?token=ses%C3%A4me").status_code == 401


@pytest.mark.parametrize("length, status", [(10, 200), (11, 413)])
def test_a_long_body_is_refused_with_and_without_its_length(length, status):
    asking = client()
    whole = asking.post("/", content=b"x" * length)
    pieces = asking.post("/", content=(b"x" for _ in range(length)))
    assert "content-length" not in pieces.request.headers
    assert (whole.status_code, pieces.status_code) == (status, status)


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
def test_a_length_that_is_none_is_refused(length):
    assert client().post("/", content=b"x", headers={"content-length": length}).status_code == 413


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"host": "0.0.0.0"}, "--token"),
        ({"host": "192.168.1.5"}, "--open"),
        ({"port": 65536}, "--port"),
        ({"port": -1}, "--port"),
        ({"token": "a b"}, "--token"),
        ({"origins": ("example.org",)}, "--allow-origin"),
        ({"origins": ("https://example.org/page",)}, "--allow-origin"),
    ],
)
def test_an_address_that_cannot_be_is_refused(fields, words):
    with pytest.raises(UserError, match=words):
        Address(**fields)


def test_an_opened_server_takes_any_name_and_only_its_own_pages():
    asking = client(host="0.0.0.0", open=True)
    assert asking.get("/", headers={"host": "laptop.home:8501"}).status_code == 200
    pages = {"host": "laptop.home:8501", "origin": "http://evil.example"}
    assert asking.get("/", headers=pages).status_code == 403


def test_the_address_to_type():
    assert Address(host="0.0.0.0", token="abc").url(80) == "http://127.0.0.1:80/?token=abc"
    assert Address(host="::1").url(8501) == "http://[::1]:8501/"
