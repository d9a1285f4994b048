"""The processes of a server, and one more that waits."""

import asyncio
from pathlib import Path

from web.serving.process import Process


class Processes:
    """Starts processes. A spare one has imported TensorFlow, which takes most of the time, before it is needed.

    Args:
        threads: That each computes with.
    """

    def __init__(self, threads: int):
        self._threads = threads
        self._spare: asyncio.Task | None = None

    async def start(self, path: Path) -> Process:
        """A process that has loaded a SavedModel. Raises CallError where that cannot be."""
        spare, self._spare = self._spare, None
        process = await spare if spare else None
        if process and process.lost.is_set():
            await process.end()
            process = None
        process = process or await Process.begin(self._threads)
        await process.load(path)
        return process

    def keep_spare(self) -> None:
        """Have a spare process from now on, where there is none."""
        self._spare = self._spare or asyncio.create_task(Process.begin(self._threads))

    async def end(self) -> None:
        """End the spare process."""
        if self._spare:
            process = await self._spare
            process.kill()  # it has nothing to finish
            await process.end()
