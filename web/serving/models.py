"""The models that a server has."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cli.errors import UserError
from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.metrics import Metrics
from web.serving.model import LATEST, Model
from web.serving.processes import Processes
from web.serving.signature import Signature
from web.serving.sources import Source
from web.serving.told import tell
from web.serving.version import AVAILABLE

POLL = 2  # seconds between two looks at the disk


@dataclass(frozen=True)
class Served:
    """What is served under a name, for those who show it.

    Attributes:
        name: Of the model.
        version: That is called where a caller names none.
        run: The folder of the run; None where SavedModels are served without one.
        signatures: What it takes and gives, by name.
        classes: Names of the classes of a classifier, else None.
    """

    name: str
    version: int
    run: Path | None
    signatures: dict[str, Signature]
    classes: list[str] | None


class Models:
    """All models of a server.

    Args:
        sources: Where they lie.
        limits: Of the server.
        which: Versions of each to serve: "latest", "all" or numbers.
        labels: Name of a label -> number of the version that it means, of each model.
        watch: Whether to look for new versions.

    Attributes:
        by_name: The models.
        metrics: What is measured.
        grpc_port: Where they can be asked by gRPC; None for nowhere.
        are_loaded: Whether all have been loaded at the start.
        failure: Why the server cannot begin; None where nothing is wrong.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        limits: Limits,
        which: str | tuple[int, ...] = LATEST,
        labels: dict[str, int] | None = None,
        watch: bool = False,
    ):
        self.limits, self.metrics = limits, Metrics(self)
        self._processes = Processes(limits.threads)
        self.by_name = {
            source.name: Model(
                source, limits, which, labels or {}, self._processes, self.metrics.of_batches(source.name)
            )
            for source in sources
        }
        self.grpc_port: int | None = None
        self.are_loaded = False
        self.failure: Exception | None = None
        self._watch = watch
        self._task: asyncio.Task | None = None

    def model(self, name: str) -> Model:
        """A model. Raises CallError where there is none of this name."""
        if name not in self.by_name:
            raise CallError(404, f"servable not found: no model `{name[:100]}`. There are {', '.join(self.by_name)}")
        return self.by_name[name]

    @property
    def are_ready(self) -> bool:
        """Whether a version of every model can be called."""
        return all(
            any(version.state == AVAILABLE for version in model.versions.values()) for model in self.by_name.values()
        )

    def served(self) -> list[Served]:
        """What can be called now."""
        found = []
        for name, model in self.by_name.items():
            with suppress(CallError):
                version = model.version()
                run = model.source.path if model.source.is_run else None
                found.append(Served(name, version.number, run, version.signatures, version.classes))
        return found

    def begin(self, loaded=lambda: None) -> None:
        """Load every model in the background, call `loaded`, and look for new versions from then on."""
        self._task = asyncio.create_task(self._work(loaded))

    async def _work(self, loaded) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for model in self.by_name.values():
                    group.create_task(model.start())
        except* CallError as errors:
            self.failure = UserError(str(errors.exceptions[0]))
        except* Exception as errors:  # a defect, which ends the server as well
            self.failure = errors.exceptions[0]
        else:
            self.are_loaded = True
            loaded()
        while self._watch and not self.failure:
            await asyncio.sleep(POLL)
            for model in self.by_name.values():
                try:
                    await model.refresh()
                except Exception as error:  # whatever is on the disk, what is served goes on
                    tell("failed", model=model.source.name, error=repr(error))

    async def end(self) -> None:
        """End all processes."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(model.end() for model in self.by_name.values()), self._processes.end())
