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

PATIENCE = 5  # seconds for a process to end by itself
AGAIN = 2  # seconds after which a caller may try a worker that was lost again


class Lost(CallError):
    """The process ended before it answered."""

    def __init__(self):
        super().__init__(503, "the process that computes has ended, and another one is started", AGAIN)


class Process:
    """A process that has loaded a SavedModel. Make it with `await Process.start(...)`.

    Attributes:
        head: What it said when it had loaded.
        id: Of the process.
    """

    def __init__(self, popen: subprocess.Popen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._popen, self._reader, self._writer = popen, reader, writer
        self._turn = asyncio.Lock()
        self.head: dict = {}
        self.id = popen.pid

    @classmethod
    async def start(cls, path: Path, threads: int) -> "Process":
        """Load a SavedModel in a new process. Raises CallError, with the reason, where it cannot be loaded."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "web.serving.worker", str(theirs.fileno()), str(path), str(threads)]
        environment = child_environment(TF_CPP_MIN_LOG_LEVEL="3", PYTHONUNBUFFERED="1")
        with theirs:
            # In a session of its own: a Ctrl-C in the terminal is the server's, which then ends this process.
            popen = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        process = cls(popen, *await asyncio.open_connection(sock=ours))
        try:
            process.head, _ = await process._answer()
        except BaseException as error:
            await process.end()
            if isinstance(error, Lost):
                raise CallError(500, f"the process that was to load {path} ended with {popen.returncode}") from None
            raise
        return process

    async def call(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs of a signature. Raises CallError: what the model refuses, or `Lost`."""
        async with self._turn:
            try:
                self._writer.write(packed({"signature": signature}, inputs))
                await self._writer.drain()
                _, outputs = await self._answer()
            except (ConnectionError, RuntimeError):
                raise Lost from None
            return outputs

    async def _answer(self) -> tuple[dict, dict[str, np.ndarray]]:
        try:
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            head, arrays = unpacked(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Lost from None
        if "error" in head:
            raise CallError(head["status"], head["error"])
        return head, arrays

    @property
    def memory(self) -> int:
        """Bytes of memory that are its own now; 0 where the system does not say."""
        with suppress(OSError, IndexError, ValueError):
            return int(Path(f"/proc/{self.id}/statm").read_text().split()[1]) * 4096
        return 0

    async def ended(self) -> int:
        """Wait for its end: the code."""
        return await asyncio.to_thread(self._popen.wait)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGKILL)

    async def end(self) -> None:
        """Let it end, and see that it does."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        try:
            await asyncio.to_thread(self._popen.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            await self.ended()
