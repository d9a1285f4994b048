"""Rows of many calls, computed together."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.signature import Signature

Arrays = Mapping[str, np.ndarray]


@dataclass(eq=False)
class Piece:
    """A call, or a part of one with many rows, that waits for its turn.

    Attributes:
        signature: What is called.
        key: Pieces of equal keys can be computed together; None for one that has to be alone.
        inputs: name -> (rows, ...).
        rows: How many.
        answer: Gets the outputs.
    """

    signature: str
    key: tuple | None
    inputs: Arrays
    rows: int
    answer: asyncio.Future
    since: float = field(default_factory=time.monotonic)


class Batches:
    """The queue of a model.

    Where the model is idle a call is computed at once. While it computes, others gather; of these it takes the first
    and all that go with it, up to `limits.batch` rows, filled up to the next of `limits.sizes` with copies of the last
    row. The first of them waits `limits.pause` at most. Rows that the model refuses are found by halving.

    Args:
        run: Computes a signature: name, inputs -> outputs. Raises CallError.
        limits: Of the server.
        seen: Is called with the rows of each batch, its longest wait and its time to compute, in seconds.
    """

    def __init__(
        self, run: Callable[[str, Arrays], Awaitable[Arrays]], limits: Limits, seen: Callable = lambda *_: None
    ):
        self._run, self._limits, self._seen = run, limits, seen
        self._pieces: deque[Piece] = deque()
        self._some = asyncio.Event()
        self._taken: list[Piece] = []
        self._calls = 0
        self._task = asyncio.create_task(self._work())

    @property
    def calls(self) -> int:
        """How many wait or are computed."""
        return self._calls

    async def call(self, signature: Signature, inputs: Arrays) -> Arrays:
        """Outputs of a signature for inputs that fit it. Raises CallError, also where too many wait or it lasts."""
        if self._calls >= self._limits.waiting:
            raise CallError(429, f"{self._calls} calls wait for this model, and no more may", 1)
        pieces = self._cut(signature, inputs)
        self._calls += 1
        try:
            self._pieces.extend(pieces)
            self._some.set()
            async with asyncio.timeout(self._limits.seconds):
                answers = [await piece.answer for piece in pieces]
        except TimeoutError:
            raise CallError(504, f"no answer within {self._limits.seconds:g} s") from None
        finally:
            self._calls -= 1
            for piece in pieces:
                piece.answer.cancel()
        if len(answers) == 1:
            return answers[0]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}

    def _cut(self, signature: Signature, inputs: Arrays) -> list[Piece]:
        """One piece, or several of at most `limits.batch` rows."""
        loop = asyncio.get_running_loop()
        rows = {len(value) for value in inputs.values()} if signature.of_rows else set()
        if len(rows) != 1 or rows == {0}:
            return [Piece(signature.name, None, inputs, 1, loop.create_future())]
        key = (signature.name, *((name, value.shape[1:], value.dtype.str) for name, value in sorted(inputs.items())))
        parts = [slice(start, start + self._limits.batch) for start in range(0, rows.pop(), self._limits.batch)]
        cut = [{name: value[part] for name, value in inputs.items()} for part in parts]
        return [Piece(signature.name, key, part, len(next(iter(part.values()))), loop.create_future()) for part in cut]

    async def _work(self) -> None:
        while True:
            if not self._pieces:
                self._some.clear()
                await self._some.wait()
            elif self._taken:  # it has just computed, so others may be about to come
                await self._gather()
            self._taken = self._take()
            if self._taken:
                await self._compute(self._taken)

    async def _gather(self) -> None:
        """Wait for more, for as long as the first may wait."""
        first = self._pieces[0]
        while first.key and sum(piece.rows for piece in self._pieces) < self._limits.batch:
            left = first.since + self._limits.pause - time.monotonic()
            if left <= 0:
                return
            self._some.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._some.wait(), left)

    def _take(self) -> list[Piece]:
        """The first piece, and those that go with it; the others keep their order."""
        taken, left, rows = [], deque(), 0
        for piece in self._pieces:
            if piece.answer.done():  # its caller waits no more
                continue
            fits = not taken or (piece.key is not None and piece.key == taken[0].key)
            if fits and (not taken or rows + piece.rows <= self._limits.batch):
                taken.append(piece)
                rows += piece.rows
            else:
                left.append(piece)
        self._pieces = left
        return taken

    async def _compute(self, pieces: list[Piece]) -> None:
        began = time.monotonic()
        try:
            outputs = await self._together(pieces)
        except CallError as error:
            if len(pieces) == 1 or error.status != 400:
                for piece in pieces:
                    if not piece.answer.done():
                        piece.answer.set_exception(error)
                return
            middle = len(pieces) // 2
            await self._compute(pieces[:middle])
            await self._compute(pieces[middle:])
            return
        self._seen(sum(piece.rows for piece in pieces), began - pieces[0].since, time.monotonic() - began)
        for piece, answer in zip(pieces, outputs, strict=True):
            if not piece.answer.done():
                piece.answer.set_result(answer)

    async def _together(self, pieces: list[Piece]) -> list[Arrays]:
        """The outputs of each."""
        if pieces[0].key is None:
            return [await self._run(pieces[0].signature, pieces[0].inputs)]
        rows = sum(piece.rows for piece in pieces)
        size = next(size for size in self._limits.sizes if size >= rows)
        inputs = {}
        for name in pieces[0].inputs:
            parts = [piece.inputs[name] for piece in pieces]
            inputs[name] = np.concatenate([*parts, np.repeat(parts[-1][-1:], size - rows, axis=0)])
        outputs = await self._run(pieces[0].signature, inputs)
        found, start = [], 0
        for piece in pieces:
            found.append({name: value[start : start + piece.rows] for name, value in outputs.items()})
            start += piece.rows
        return found

    async def drained(self) -> None:
        """Wait until no call waits."""
        while self._calls:
            await asyncio.sleep(0.01)

    async def end(self, error: CallError) -> None:
        """Compute nothing more; what waits gets the error."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        for piece in (*self._taken, *self._pieces):
            if not piece.answer.done():
                piece.answer.set_exception(error)
        self._pieces.clear()
