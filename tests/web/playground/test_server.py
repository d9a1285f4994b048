"""The server of the playground: sessions, their limits, and what it refuses."""

import asyncio
import json
import time

import numpy as np
import pytest
from starlette.testclient import TestClient

from web.address import Address
from web.playground import session as sessions_of
from web.playground import sessions
from web.playground.server import ORDERS, application
from web.playground.session import Session, Watcher
from web.playground.sessions import Full, Sessions

HERE = "http://127.0.0.1:8502"


@pytest.fixture(scope="module")
def client():
    with TestClient(application(Address()), base_url=HERE) as found:
        yield found


@pytest.fixture
def page(client):
    answer = client.post("/sessions", json={"address": "seed=1&networkShape=2"})
    yield answer.json()
    client.post(f"/sessions/{answer.json()['session']}/end")


def test_the_page_and_its_files_are_served(client):
    assert "<title>Playground</title>" in client.get("/").text
    for name, kind in (("main.mjs", "text/javascript"), ("style.css", "text/css"), ("icon.svg", "image/svg+xml")):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    for name in ("../server.py", "..%2fserver.py", "%2e%2e%2fserver.py", "nothing.mjs", "__init__.py"):
        assert client.get(f"/static/{name}").status_code == 404
    assert set(client.get("/thumbnails").json()) == {"circle", "xor", "gauss", "spiral", "reg-plane", "reg-gauss"}


def test_a_session_is_described(page):
    assert page["address"] == "networkShape=2&seed=1" and page["inputs"] == ["x", "y"]
    assert page["layers"] == [2] and page["outputs"] == 1 and page["classes"] == ["-1", "1"]
    assert len(page["train"]) == len(page["test"]) == 250 and page["notes"] == []


def test_orders_change_the_session(client, page):
    where = f"/sessions/{page['session']}"
    assert client.post(f"{where}/play").json() == {"playing": True}
    assert client.post(f"{where}/pause").json() == {"playing": False}
    assert client.post(f"{where}/step").json() == {"playing": False}
    assert client.post(f"{where}/weight", json={"layer": 0, "place": [1, 1], "value": -2}).status_code == 200
    found = client.post(f"{where}/settings", json={"address": "seed=1&networkShape=2,2"}).json()
    assert found["layers"] == [2, 2] and found["version"] == page["version"] + 1


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("weight", b"[]"),
        ("weight", b"{"),
        ("weight", b'{"layer": 0, "place": [0.5, 1], "value": 1}'),
        ("weight", b'{"layer": true, "place": [0, 1], "value": 1}'),
        ("weight", b'{"layer": 0, "place": [0, 1], "value": "1"}'),
        ("weight", b'{"layer": 9, "place": [0, 1], "value": 1}'),
        ("weight", b'{"layer": 0, "place": [0, 1], "value": NaN}'),
        ("settings", b"\xff"),
        ("settings", b'"text"'),
        ("settings", b'{"address": "dataset=table"}'),
        ("settings", b'{"address": "dataset=points"}'),
        ("table?name=x.csv", b"nothing"),
    ],
)
def test_bad_requests_are_refused_and_the_session_goes_on(client, page, order, body):
    answer = client.post(f"/sessions/{page['session']}/{order}", content=body)
    assert answer.status_code == 400 and list(answer.json()) == ["error"], answer.text
    assert client.post(f"/sessions/{page['session']}/step").status_code == 200


def test_what_is_not_there(client, page):
    assert client.post("/sessions/none/play").status_code == 404
    assert client.post(f"/sessions/{page['session']}/explode").status_code == 404
    assert client.post(f"/sessions/{page['session']}/order").status_code == 404
    assert client.get(f"/sessions/{page['session']}/export/exe").status_code == 400
    assert client.get(f"/sessions/{page['session']}/play").status_code == 405
    assert "order" not in ORDERS


def test_a_body_is_at_most_a_megabyte(client, page):
    assert client.post(f"/sessions/{page['session']}/table?name=x.csv", content=b"x" * 1_000_002).status_code == 413


def test_the_guard_stands_before_it(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert client.post("/sessions", json={}, headers={"origin": "http://evil.example"}).status_code == 403
    with TestClient(application(Address(token="word")), base_url=HERE) as other:
        assert other.get("/").status_code == 401 and other.get("/?token=word").status_code == 200


def test_a_table_is_brought_and_kept_apart(client, page):
    content = "a,b,kind\n" + "\n".join(f"{i * 5 % 17},{i * i % 7},{'pq'[i % 2]}" for i in range(1, 41))
    address = "seed=1&dataset=table"
    where = f"/sessions/{page['session']}/table"
    found = client.post(where, params={"name": "own.csv", "address": address}, content=content.encode())
    assert found.status_code == 200, found.text
    assert found.json()["classes"] == ["p", "q"] and found.json()["table"]["name"] == "own.csv"
    bad = client.post(where, params={"name": "bad.csv", "address": address}, content=b"a,b\n1,2\n")
    assert bad.status_code == 400
    again = client.post(f"/sessions/{page['session']}/settings", json={"address": address})
    assert again.json()["table"]["name"] == "own.csv"
    other = client.post("/sessions", json={"address": address}).json()
    assert other["table"] is None and other["settings"]["dataset"] == "circle" and "table first" in other["notes"][0]
    client.post(f"/sessions/{other['session']}/end")


@pytest.mark.whole
def test_sessions_do_not_disturb_each_other():
    one, other = (Session("seed=1&networkShape=2", None) for _ in range(2))
    one.order(one.step).result(60)
    other.order(lambda: other.set("seed=1&networkShape=3")).result(60)
    assert one.training.epoch == 1 and other.training.epoch == 0
    alone = Session("seed=1&networkShape=2", None)
    alone.order(alone.step).result(60)
    assert alone.training.curve == one.training.curve
    for each in (one, other, alone):
        each.end()


def test_there_are_four_and_an_abandoned_one_gives_way(monkeypatch):
    class Quiet:
        def __init__(self, address, table):
            self.touched, self.watched, self.ended = time.monotonic(), True, False

        idle = property(lambda self: not self.watched and time.monotonic() - self.touched > sessions_of.PATIENCE)

        def end(self):
            self.ended = True

    monkeypatch.setattr(sessions, "Session", Quiet)
    found = Sessions()
    first = [found.begin("")[1] for _ in range(4)]
    with pytest.raises(Full, match="4 pages"):
        found.begin("")
    first[2].watched = False
    with pytest.raises(Full):  # it may be loading
        found.begin("")
    first[2].touched -= 11
    found.begin("")
    assert [one.ended for one in first] == [False, False, True, False]
    first[0].watched, first[0].touched = False, first[0].touched - 601
    found.sweep()
    assert first[0].ended and len(found._by_name) == 3
    found.end_all()
    assert not found._by_name


def test_pictures_come_and_none_of_the_curve_is_lost():
    """A page that is slow gets the latest picture, with all of the curve since the one before."""

    async def look():
        session = Session("seed=1&networkShape=2", None)
        await asyncio.wrap_future(session.ready)
        watcher = session.watch()
        curve, pictures = [], 0
        await session.ask(session.play)
        while len(curve) < 12:
            text = await asyncio.wait_for(watcher.next(), 60)
            picture = json.loads(text.removeprefix("data: "))
            assert picture["start"] == len(curve)
            curve += picture["curve"]
            pictures += 1
            await asyncio.sleep(0.1)
        began = time.monotonic()
        await session.ask(session.pause)
        waited = time.monotonic() - began
        epoch = session.training.epoch
        session.leave(watcher)
        session.end()
        return curve, pictures, waited, epoch, session

    curve, pictures, _, epoch, session = asyncio.run(look())
    assert pictures < len(curve) and all(one[0] > 0 for one in curve)
    losses = [round(one.train, 5) for one in session.training.curve[: len(curve)]]
    assert np.allclose([one[0] for one in curve], losses, atol=1e-4) and epoch >= 11


def test_nothing_is_trained_while_nobody_looks():
    session = Session("seed=1&networkShape=2", None)
    session.order(session.play).result(60)
    time.sleep(0.2)
    assert session.training.epoch == 0 and session.playing
    assert not session.idle
    session.touched -= 601
    assert session.idle
    session.end()


def test_a_watcher_of_another_training_begins_anew():
    class Curve:
        curve = [1, 2, 3]

    async def look():
        watcher, one, other = Watcher(asyncio.get_running_loop()), Curve(), Curve()
        assert watcher.position(one) == 0
        watcher.put("first")
        assert await watcher.next() == "first"
        one.curve = [1, 2, 3, 4]
        assert watcher.position(one) == 3
        watcher.put("second")
        one.curve = [1, 2, 3, 4, 5]
        assert watcher.position(one) == 3  # the second picture was not taken
        watcher.put("third")
        assert await watcher.next() == "third"
        assert watcher.position(other) == 0

    asyncio.run(look())


def test_events_are_streamed(client, page):
    """The test client has streams whole or not at all; so the session ends, and with it the stream."""
    import threading

    where = f"/sessions/{page['session']}"
    threading.Timer(1.0, lambda: client.post(f"{where}/end")).start()
    answer = client.get(f"{where}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: 1000") and '"epoch":0' in answer.text
