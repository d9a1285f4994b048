"""A worker process from the side of the server; a thread that speaks its frames in its place."""

import asyncio
import socket
import threading
import time

import numpy as np
import pytest

from web.serving.errors import CallError
from web.serving.frames import LENGTH, packed, unpacked
from web.serving.process import Lost, Process


class Popen:
    """In the place of a process: ends when it is killed, or when its connection is closed."""

    pid, returncode = 1, None

    def __init__(self, answers):
        self.ours, self.theirs = socket.socketpair()
        self.thread = threading.Thread(target=self._work, args=(answers,))
        self.thread.start()

    def _work(self, answers):
        with self.theirs, self.theirs.makefile("rwb") as stream:
            while start := stream.read(LENGTH.size):
                head, arrays = unpacked(stream.read(LENGTH.unpack(start)[0]))
                if (answer := answers(head, arrays)) is None:
                    return
                try:
                    stream.write(packed(*answer))
                    stream.flush()
                except BrokenPipeError:
                    return

    def send_signal(self, number):
        self.returncode = -number

    def wait(self, seconds=None):
        self.thread.join(seconds)
        return self.returncode or 0


async def process(answers) -> Process:
    popen = Popen(answers)
    return Process(popen, *await asyncio.open_connection(sock=popen.ours))


def echo(head, arrays):
    if "path" in head:
        return {"definitions": {}}, {}
    if head["signature"] == "refused":
        return {"error": "no", "status": 400}, {}
    if head["signature"] == "lost":
        return None
    time.sleep(float(arrays["x"].max()) if head["signature"] == "slow" else 0)
    return {}, arrays


def test_calls_are_answered_one_after_the_other_and_refusals_hurt_nobody():
    async def ask():
        one = await process(echo)
        await one.load("m")
        calls = [one.call("refused" if n % 3 == 0 else "echo", {"x": np.float32([n])}) for n in range(9)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert one.head == {"definitions": {}} and await one.end() == 0
        return found

    for number, found in enumerate(asyncio.run(ask())):
        if number % 3 == 0:
            assert isinstance(found, CallError) and (found.status, str(found)) == (400, "no")
        else:
            assert found["x"].tolist() == [number]


def test_what_waits_for_a_process_that_ends_is_told_so():
    async def ask():
        one = await process(echo)
        found = await asyncio.gather(*(one.call("lost", {}) for _ in range(3)), return_exceptions=True)
        await one.end()
        return found

    assert all(isinstance(one, Lost) and (one.status, one.retry_after) == (503, 2) for one in asyncio.run(ask()))


def test_an_answer_that_comes_too_late_is_given_to_nobody_else():
    async def ask():
        one = await process(echo)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await one.call("slow", {"x": np.float32([0.2])})
        await asyncio.sleep(0.2)  # now it comes
        with pytest.raises(Lost):
            await one.call("echo", {"x": np.float32([7])})
        await one.end()

    asyncio.run(ask())


def test_a_process_that_ends_while_it_loads_is_an_error_with_its_code():
    async def ask():
        one = await process(lambda *_: None)
        with pytest.raises(CallError, match="that was to load m ended with 0") as refused:
            await one.load("m")
        return refused.value.status

    assert asyncio.run(ask()) == 500
