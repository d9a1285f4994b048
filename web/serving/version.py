"""One version of a model, in a process of its own that is started again when it is lost."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from web.serving import warming
from web.serving.batches import Arrays, Batches
from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.process import Process
from web.serving.processes import Processes
from web.serving.signature import DEFAULT, Signature, from_definition
from web.serving.sources import Found, Source
from web.serving.told import tell

START, LOADING, AVAILABLE, UNLOADING, END = "START", "LOADING", "AVAILABLE", "UNLOADING", "END"
AGAIN = 2  # seconds after which a caller may try again
DRAIN = 10  # seconds for the calls of a version to end in
LONGEST_PAUSE = 30  # seconds between attempts to start a process again


class Version:
    """A version of a model.

    Attributes:
        source: Of the model.
        number: Of the version.
        found: Its SavedModel.
        state: As TensorFlow Serving has them: `START`, `LOADING`, `AVAILABLE`, `UNLOADING`, `END`.
        error: Why it is not served; "" where nothing is wrong.
        signatures: Name -> `Signature`, once it is loaded.
        definitions: The same as JSON has them.
        classes: Names of the classes of a classifier's export, else None.
        measures: Gets what each batch took.
    """

    def __init__(self, source: Source, number: int, found: Found, limits: Limits, processes: Processes, measures):
        self.source, self.number, self.found, self.measures = source, number, found, measures
        self._limits, self._processes = limits, processes
        self.state, self.error = START, ""
        self.signatures: dict[str, Signature] = {}
        self.definitions: dict[str, dict] = {}
        self.classes: list[str] | None = None
        self._process: Process | None = None
        self._batches: Batches | None = None
        self._keeping: asyncio.Task | None = None

    @property
    def folder(self) -> Path:
        """The SavedModel."""
        return self.found.folder

    @property
    def memory(self) -> int:
        """Bytes that its process has."""
        return self._process.memory if self._process else 0

    @property
    def waiting(self) -> int:
        """Calls that wait, or are computed."""
        return self._batches.calls if self._batches else 0

    async def load(self) -> None:
        """Start its process and warm it up. Raises CallError where that fails; `error` then says why, too."""
        try:
            await self._start()
        except CallError as error:
            self.state, self.error = END, str(error)
            raise
        self._batches = Batches(self._run, self._limits, self.measures)
        self._keeping = asyncio.create_task(self._keep())

    async def _start(self) -> None:
        self.state = LOADING
        began = time.monotonic()
        process = await self._processes.start(self.folder)
        self.definitions, self.classes = process.head["definitions"], process.head["classes"]
        self.signatures = {name: from_definition(name, one) for name, one in self.definitions.items()}
        try:
            await self._warm(process)
        except CallError:
            await process.end()
            raise
        self._process, self.state, self.error = process, AVAILABLE, ""
        seconds = round(time.monotonic() - began, 3)
        self._processes.keep_spare()
        tell("loaded", model=self.source.name, version=self.number, process=process.id, seconds=seconds)

    async def _warm(self, process: Process) -> None:
        """Call every signature once, those that are computed in batches with each number of rows."""
        for name, signature in self.signatures.items():
            records = self.examples(signature) or warming.made(signature)
            if records is None:
                continue
            try:
                for size in self._limits.sizes if signature.of_rows else (1,):
                    await process.call(name, warming.rows(records, size))
            except CallError as error:
                if error.status != 400:  # the process is lost; a record of nothing may well be refused
                    raise

    def examples(self, signature: Signature) -> Arrays | None:
        """Records of the run that the signature takes; None where there are none."""
        return warming.of_run(self.source.path, self.folder, signature) if self.source.is_run else None

    async def _run(self, signature: str, inputs: Arrays) -> Arrays:
        """A batch. One that lasts too long is given up, with its process: no other is kept from its turn for longer."""
        process = self._process
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await process.call(signature, inputs)
        except TimeoutError:
            process.kill()
            raise CallError(504, f"no answer within {self._limits.seconds:g} s") from None

    async def _keep(self) -> None:
        """Start the process again whenever it is lost."""
        pause = 1
        while True:
            await self._process.lost.wait()
            self.state = LOADING
            code = await self._process.end()
            self.error = f"its process ended with {code}, and is started again"
            tell("lost", model=self.source.name, version=self.number, code=code)
            while self.state != AVAILABLE:
                try:
                    await self._start()
                    pause = 1
                except (CallError, OSError) as error:
                    self.error = str(error)
                    tell("failed", model=self.source.name, version=self.number, error=str(error))
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    def signature(self, name: str) -> Signature:
        """A signature. Raises CallError where there is none of this name, or it is not loaded."""
        self._require_loaded()
        if name not in self.signatures:
            known = ", ".join(f"`{one}`" for one in self.signatures)
            raise CallError(400, f"the model has no signature `{name[:100]}`. It has {known}")
        return self.signatures[name]

    def _require_loaded(self) -> None:
        if self.state == END:
            raise CallError(404, f"servable not found: version {self.number} of {self.source.name} is not served")
        if self.state in (START, LOADING):
            raise CallError(503, f"version {self.number} of {self.source.name} is being loaded", AGAIN)

    async def call(self, signature: Signature, inputs: Arrays) -> Arrays:
        """Outputs for inputs that fit the signature. Raises CallError."""
        self._require_loaded()
        return await self._batches.call(signature, inputs)

    async def answers(self) -> Arrays | None:
        """What it answers to the examples of its run; None where there are none, or it is not loaded."""
        with suppress(CallError):
            signature = self.signature(DEFAULT)
            if (records := self.examples(signature)) is not None:
                return await self._run(DEFAULT, records)
        return None

    async def end(self) -> None:
        """Answer what waits, and end its process."""
        if self._batches:
            self.state = UNLOADING
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN):
                    await self._batches.drained()
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
            await self._batches.end(CallError(503, f"version {self.number} of {self.source.name} has ended", AGAIN))
            await self._process.end()
        self.state = END
