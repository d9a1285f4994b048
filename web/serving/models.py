"""The models that a server has."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.signature import Signature
from web.serving.sources import Source
from web.serving.version import AVAILABLE, LOADING_AGAIN, Version


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


class Model:
    """A model: its source, and the versions of it that are loaded.

    Attributes:
        source: Where they come from.
        versions: By number.
        labels: Such as "stable" -> number.
    """

    def __init__(self, source: Source, limits: Limits):
        self.source, self._limits = source, limits
        self.versions: dict[int, Version] = {}
        self.labels: dict[str, int] = {}

    async def start(self) -> None:
        """Load the latest version. Raises CallError where it cannot be."""
        found = self.source.versions()
        number = max(found)
        version = Version(self.source.name, number, found[number], self._limits)
        self.versions[number] = version
        await version.load()

    def version(self, number: int | None = None, label: str | None = None) -> Version:
        """The version of a number or a label; else the latest that is available. Raises CallError."""
        if label is not None:
            if label not in self.labels:
                raise CallError(404, f"no version of {self.source.name} has the label `{label[:100]}`")
            number = self.labels[label]
        if number is not None:
            if number not in self.versions:
                raise CallError(404, f"servable not found: version {number} of {self.source.name}")
            return self.versions[number]
        available = [one for one, version in self.versions.items() if version.state == AVAILABLE]
        if not available:
            raise CallError(503, f"{self.source.name} is being loaded", LOADING_AGAIN)
        return self.versions[max(available)]

    async def end(self) -> None:
        """End all of its processes."""
        await asyncio.gather(*(version.end() for version in self.versions.values()))


class Models:
    """All models of a server, by name."""

    def __init__(self, sources: Iterable[Source], limits: Limits):
        self.limits = limits
        self.by_name = {source.name: Model(source, limits) for source in sources}

    def model(self, name: str) -> Model:
        """A model. Raises CallError where there is none of this name."""
        if name not in self.by_name:
            raise CallError(404, f"servable not found: no model `{name[:100]}`. There are {', '.join(self.by_name)}")
        return self.by_name[name]

    def served(self) -> list[Served]:
        """What can be called now."""
        found = []
        for name, model in self.by_name.items():
            with suppress(CallError):
                version = model.version()
                run = model.source.path if model.source.is_run else None
                found.append(Served(name, version.number, run, version.signatures, version.classes))
        return found

    async def start(self) -> None:
        """Load every model. Raises CallError where one cannot be."""
        await asyncio.gather(*(model.start() for model in self.by_name.values()))

    async def end(self) -> None:
        """End all processes."""
        await asyncio.gather(*(model.end() for model in self.by_name.values()))
