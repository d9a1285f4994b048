"""Many callers of a server at once, for benchmarks: a client of HTTP/1.1 that costs little beside what it measures."""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Answers:
    """What callers got.

    Attributes:
        codes: How often each status came; "lost" for a connection that ended without an answer.
        seconds: Of every request with the status 200.
        retries: How many refusals said when to come again.
        ids: Of the requests that were answered.
        wall: Seconds of the whole.
    """

    codes: Counter = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    retries: int = 0
    ids: set = field(default_factory=set)
    wall: float = 0.0

    @property
    def cells(self) -> list[str]:
        """Median and 99th percentile in ms, and requests a second."""
        if len(self.seconds) < 2:
            return ["-", "-", "0"]
        percentiles = statistics.quantiles(self.seconds, n=100)
        milliseconds = [f"{1000 * percentiles[rank]:.1f}" for rank in (49, 98)]
        return [*milliseconds, f"{len(self.seconds) / self.wall:,.0f}"]


class Connection:
    """A connection that is kept, and opened again where the server has closed it."""

    def __init__(self, port: int):
        self.port = port
        self.reader = self.writer = None

    async def ask(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """POST: status, headers, body. Raises ConnectionError or EOFError where no answer comes."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        try:
            self.writer.write(head.encode() + body)
            status = int((await self.reader.readuntil(b"\r\n")).split()[1])
            found = {}
            while line := (await self.reader.readuntil(b"\r\n")).strip():
                name, _, value = line.decode("latin-1").partition(":")
                found[name.lower()] = value.strip()
            content = await self.reader.readexactly(int(found["content-length"]))
        except BaseException:
            await self.close()
            raise
        if found.get("connection") == "close":
            await self.close()
        return status, found, content

    async def close(self) -> None:
        """The next call opens it again."""
        writer, self.reader, self.writer = self.writer, None, None
        if writer:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def ask_on(
    port: int, path: str, bodies: list[bytes], clients: int, enough: Callable[[float], bool], patience: float = 40
) -> Answers:
    """Callers that ask again as soon as they have an answer, or when a refusal says so.

    Args:
        bodies: What they send, by turns.
        clients: How many.
        enough: Function of the seconds that have passed, which says when to stop.
        patience: Seconds for an answer; more is a hang, and raises TimeoutError.
    """
    answers, began, number = Answers(), time.monotonic(), 0

    async def caller():
        nonlocal number
        connection = Connection(port)
        while not enough(time.monotonic() - began):
            number += 1
            mine, body, sent = str(number), bodies[number % len(bodies)], time.monotonic()
            try:
                async with asyncio.timeout(patience):
                    status, headers, _ = await connection.ask(path, body, {"X-Request-Id": mine})
            except (ConnectionError, EOFError):
                answers.codes["lost"] += 1
                await asyncio.sleep(0.05)
                continue
            answers.codes[status] += 1
            answers.ids.add(mine)
            if status == 200:
                answers.seconds.append(time.monotonic() - sent)
            else:
                answers.retries += "retry-after" in headers
                await asyncio.sleep(float(headers.get("retry-after", 0.05)))
        await connection.close()

    await asyncio.gather(*(caller() for _ in range(clients)))
    answers.wall = time.monotonic() - began
    return answers


def rows_of(examples: dict, count: int = 1) -> list[bytes]:
    """Bodies of predict, each of `count` rows of examples (name -> values as JSON has them)."""
    rows = [dict(zip(examples, values, strict=True)) for values in zip(*examples.values(), strict=True)]
    return [
        json.dumps({"instances": [rows[(start + offset) % len(rows)] for offset in range(count)]}).encode()
        for start in range(len(rows))
    ]
