"""The door: its help, what it refuses, and a whole server that is killed and stopped under load."""

import asyncio
import json
import os
import signal
import time
import urllib.request

import pytest

from apps import serve
from benchmarks.serving_client import Connection, ask_on
from benchmarks.serving_process import serving
from tests.tasks.runs import help_of, refusal
from tests.web.serving.fakes import folder
from tests.web.serving.saved_models import write

BODY = json.dumps({"instances": [[1, 2]]}).encode()
PREDICT = "/v1/models/m:predict"


@pytest.mark.whole
def test_help_comes_without_the_frameworks():
    assert "--watch" in help_of("serve")


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "at least one RUN"),
        (["{}/nothing"], "no such folder"),
        (["{}", "{}"], "two models are called"),
        (["{}", "--host", "0.0.0.0"], "Add --token"),
        (["{}", "--versions", "newest"], "latest, all, or numbers"),
        (["{}", "--labels", "stable"], "like stable=1"),
        (["{}", "--labels", "stable=x"], "like stable=1"),
        (["{}", "--batch", "0"], "`--batch` must be at least 1"),
        (["{}", "--threads", "-1"], "`--threads` must be at least 1"),
        (["{}", "--port", "99999"], "--port must be"),
    ],
)
def test_what_it_refuses(arguments, words, tmp_path, monkeypatch, capsys):
    folder(tmp_path / "m", 1)
    filled = [one.format(tmp_path / "m") for one in arguments]
    assert words in refusal(serve.main, filled, monkeypatch, capsys)


def test_versions_and_labels_are_read():
    config = serve.Config(("m",), versions=("3", "7"), labels=("stable=3", "canary=7"))
    assert config.which == (3, 7) and config.numbers == {"stable": 3, "canary": 7}
    assert serve.Config(("m",)).which == "latest"


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    path = tmp_path_factory.mktemp("served") / "m"
    write(path / "1")
    return path


@pytest.mark.slow
def test_a_killed_process_is_back_and_a_stopped_server_has_answered_all(versions, tmp_path):
    with serving(tmp_path, versions) as server:
        first = next(line["process"] for line in server.lines() if line["event"] == "loaded")

        async def ask():
            ended = asyncio.Event()
            asking = asyncio.create_task(ask_on(server.port, PREDICT, [BODY], 16, lambda _: ended.is_set()))
            await asyncio.sleep(1)
            os.kill(first, signal.SIGKILL)
            while sum(line["event"] == "loaded" for line in server.lines()) < 2:
                await asyncio.sleep(0.1)
            await asyncio.sleep(1)
            code = await asyncio.to_thread(server.stop)
            ended.set()
            return code, await asking

        code, found = asyncio.run(ask())
        counted = {line["id"] for line in server.lines() if line["event"] == "request"}
        assert code == 0 and not counted - found.ids
        assert set(found.codes) <= {200, 503, "lost"} and found.codes[200] and found.codes[503]
        assert found.retries == found.codes[503]


@pytest.mark.slow
def test_a_slow_body_keeps_nobody_waiting_and_a_pidless_worker_ends_with_its_server(versions, tmp_path):
    with serving(tmp_path, versions) as server:
        worker = next(line["process"] for line in server.lines() if line["event"] == "loaded")

        async def ask():
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"POST {PREDICT} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\n".encode() + b"{")
            connection = Connection(server.port)
            began = time.monotonic()
            status, _, content = await connection.ask(PREDICT, BODY, {})
            connection.close()
            writer.close()
            return status, json.loads(content), time.monotonic() - began

        status, found, seconds = asyncio.run(ask())
        assert (status, found) == (200, {"predictions": [3.0]}) and seconds < 5
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        for _ in range(100):
            if not os.path.exists(f"/proc/{worker}"):
                return
            time.sleep(0.1)
        raise AssertionError("the worker outlives its server")


@pytest.mark.slow
def test_versions_follow_each_other_and_memory_comes_back(versions, tmp_path):
    path = folder(tmp_path / "m")
    (path).mkdir(exist_ok=True)
    write(path / "1")
    with serving(tmp_path, path, "--watch") as server:
        for number in (2, 3):
            write(tmp_path / "new", number)
            (tmp_path / "new").rename(path / str(number))
            answered = 0
            while answered != number * 3:
                request = urllib.request.Request(f"http://127.0.0.1:{server.port}{PREDICT}", BODY)
                with urllib.request.urlopen(request) as answer:  # noqa: S310 - never a failure
                    answered = json.load(answer)["predictions"][0]
                time.sleep(0.1)
        time.sleep(3)
        processes = {line["process"] for line in server.lines() if line["event"] == "loaded"}
        assert len(processes) == 3 and sum(os.path.exists(f"/proc/{one}") for one in processes) == 1
