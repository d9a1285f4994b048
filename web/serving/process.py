"""A worker process, from the side of the server."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from cli.packages import child_environment
from web.serving.errors import CallError
from web.serving.frames import LENGTH, packed, unpacked
from web.serving.metrics import memory_of

PATIENCE = 5  # seconds for a process to end by itself
AGAIN = 2  # seconds after which a caller may try again what was lost


class Lost(CallError):
    """The process ended before it answered."""

    def __init__(self):
        super().__init__(503, "the process that computes has ended, and another one is being started", AGAIN)


class Process:
    """A process that holds a SavedModel once it is loaded. Make it with `await Process.begin(...)`.

    Attributes:
        head: What it said when it had loaded: its signatures as JSON has them, and names of classes.
        id: Of the process.
        lost: Is set when it has ended.
    """

    def __init__(self, popen: subprocess.Popen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._popen, self._reader, self._writer = popen, reader, writer
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future = asyncio.get_running_loop().create_future()
        self.head: dict = {}
        self.id = popen.pid
        self.lost = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def begin(cls, threads: int) -> "Process":
        """A new process, which imports TensorFlow and then waits for what to load."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "web.serving.worker", str(theirs.fileno()), str(threads)]
        nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with theirs:
            # In a session of its own: a Ctrl-C in the terminal is for the server, which then ends this process.
            popen = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                env=child_environment(TF_CPP_MIN_LOG_LEVEL="3"),
                start_new_session=True,
                **nowhere,
            )
        return cls(popen, *await asyncio.open_connection(sock=ours))

    async def load(self, path: Path) -> None:
        """Load a SavedModel. Raises CallError, with the reason, where it cannot be loaded; the process then ends."""
        try:
            self.head, _ = await self._ask({"path": str(path)}, {})
        except Lost:
            code = await self.end()
            raise CallError(500, f"the process that was to load {path} ended with {code}") from None
        except BaseException as error:
            if not isinstance(error, CallError):
                self.kill()
            await self.end()
            raise

    async def call(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs of a signature. Raises CallError: what the model refuses, or `Lost`."""
        _, outputs = await self._ask({"signature": signature}, inputs)
        return outputs

    async def _ask(self, head: dict, arrays: Mapping[str, np.ndarray]) -> tuple[dict, dict[str, np.ndarray]]:
        async with self._turn:
            if self.lost.is_set():
                raise Lost
            self._answer = asyncio.get_running_loop().create_future()
            with suppress(ConnectionError):  # the reader finds out, too
                self._writer.write(packed(head, arrays))
                await self._writer.drain()
            return await self._answer

    async def _read(self) -> None:
        """Hand over each answer, until the process ends."""
        try:
            while True:
                (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
                head, arrays = unpacked(await self._reader.readexactly(length))
                if self._answer.done():  # its caller waits no more
                    continue
                if "error" in head:
                    self._answer.set_exception(CallError(head["status"], head["error"]))
                else:
                    self._answer.set_result((head, arrays))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.lost.set()
            if not self._answer.done():
                self._answer.set_exception(Lost())

    @property
    def memory(self) -> int:
        """Bytes of memory that it has now."""
        return memory_of(self.id)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGKILL)

    async def end(self) -> int:
        """Let it end, and see that it does: the code."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        try:
            return await asyncio.to_thread(self._popen.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return await asyncio.to_thread(self._popen.wait)
        finally:
            await self._reading
            if not self._answer.cancelled() and self._answer.done():
                self._answer.exception()  # was seen, or nobody waits for it
