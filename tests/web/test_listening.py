"""How a server begins and ends."""

import asyncio
import os
import signal
import socket

import pytest
from starlette.applications import Starlette

from cli.errors import UserError
from web.address import Address
from web.listening import bound, listen


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_an_error(sent):
    told = []

    def ready(url):
        told.append(url)
        os.kill(os.getpid(), sent)

    listen(Starlette(), Address(port=0), ready)
    assert told[0].startswith("http://127.0.0.1:")


def test_it_ends_by_itself_where_it_is_enough():
    told = []
    listen(Starlette(), Address(port=0), told.append, lambda: bool(told))
    assert told


def test_a_port_that_is_taken_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UserError, match="choose one with --port"):
            listen(Starlette(), Address(port=other.getsockname()[1]), lambda _: None)


def test_answers_are_not_held_back():
    """Else the body of each answer waits for 40 ms: asyncio asks the socket whether it is TCP."""
    found = []

    async def answer(reader, writer):
        found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async def ask():
        taken = bound(Address(port=0))
        async with await asyncio.start_server(answer, sock=taken):
            reader, writer = await asyncio.open_connection(*taken.getsockname())
            await reader.read()
            writer.close()

    asyncio.run(ask())
    assert found and all(found)
