"""A model under its name: the versions of it that are on the disk, and those that are served."""

import asyncio
from collections.abc import Callable

import psutil

from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.processes import Processes
from web.serving.sources import Found, Source
from web.serving.told import tell
from web.serving.version import AGAIN, AVAILABLE, Version
from web.serving.warming import differences

LATEST, ALL = "latest", "all"


class Model:
    """A model.

    Args:
        source: Where its versions come from.
        limits: Of the server.
        which: Versions to serve: `LATEST`, `ALL`, or numbers.
        labels: Such as "stable" -> number.
        processes: Where its versions get theirs from.
        measures: A function of a version's number that gives what its batches are told to.

    Attributes:
        versions: Those that are served, or about to be, by number.
        refused: Those that could not be loaded, by number, which leave the others as they are.
    """

    def __init__(
        self,
        source: Source,
        limits: Limits,
        which: str | tuple[int, ...],
        labels: dict[str, int],
        processes: Processes,
        measures: Callable,
    ):
        self.source, self.labels, self._limits, self._which = source, labels, limits, which
        self._processes, self._measures = processes, measures
        self.versions: dict[int, Version] = {}
        self.refused: dict[int, Version] = {}

    async def start(self) -> None:
        """Load what is to be served. Raises CallError where none of it can be."""
        await asyncio.gather(*(self._load(number, found) for number, found in self._wanted().items()))
        if not self.versions:
            for version in self.refused.values():
                raise CallError(500, f"{version.folder}: {version.error}")
            raise CallError(500, f"{self.source.path}: has none of the versions {', '.join(map(str, self._which))}")

    async def refresh(self) -> None:
        """Load what is new on the disk, and end what is to be served no more.

        A new version takes over when it is loaded and warm; until then, and where it cannot be loaded, the old one
        serves. Each calls the examples of the run first, and how many answers differ is told.
        """
        wanted = self._wanted()
        for number in sorted(self.refused.keys() - wanted.keys()):
            del self.refused[number]
        for number, found in wanted.items():
            known = [kind[number].found.stamp for kind in (self.versions, self.refused) if number in kind]
            if found.stamp not in known:
                await self._load(number, found)
        if wanted.keys() & self.versions.keys():
            for number in sorted(self.versions.keys() - wanted.keys()):
                old = self.versions.pop(number)
                await old.end()
                old.measures.forget()
                tell("unloaded", model=self.source.name, version=number)

    def _wanted(self) -> dict[int, Found]:
        found = self.source.versions()
        if self._which == ALL:
            return found
        numbers = [max(found)] if found and self._which == LATEST else self._which
        return {number: found[number] for number in numbers if number in found}

    async def _load(self, number: int, found: Found) -> None:
        version = Version(self.source, number, found, self._limits, self._processes, self._measures(number))
        old = self.versions.get(number) or (self.versions[max(self.versions)] if self.versions else None)
        if old is None:
            self.versions[number] = version
        try:
            self._require_room(old)
            await version.load()
        except CallError as error:
            version.error = str(error)
            self.refused[number] = version
            if self.versions.get(number) is version:
                del self.versions[number]
            tell("failed", model=self.source.name, version=number, error=str(error))
            return
        self.refused.pop(number, None)
        if old is not None:
            await self._compare(old, version)
        replaced = self.versions.get(number)
        self.versions[number] = version
        if replaced not in (None, version):
            await replaced.end()

    def _require_room(self, old: Version | None) -> None:
        """Raise CallError where the memory does not hold another process like the one of the version before."""
        needed, free = old.memory if old else 0, psutil.virtual_memory().available
        if needed > free:
            raise CallError(500, f"it needs about {needed >> 20:,} MB of memory, and {free >> 20:,} MB are free")

    async def _compare(self, old: Version, new: Version) -> None:
        before, after = await old.answers(), await new.answers()
        if before is None or after is None:
            return
        differ, largest = differences(before, after)
        rows = len(next(iter(after.values())))
        names = {"model": self.source.name, "old": old.number, "new": new.number}
        tell("compared", **names, examples=rows, differ=differ, largest_difference=float(f"{largest:.3g}"))

    def version(self, number: int | None = None, label: str | None = None) -> Version:
        """The version of a number or a label; else the latest that is served. Raises CallError."""
        name = self.source.name
        if label is not None:
            if label not in self.labels:
                raise CallError(404, f"servable not found: no version of {name} has the label `{label[:100]}`")
            number = self.labels[label]
        if number is not None:
            if found := self.versions.get(number) or self.refused.get(number):
                return found
            raise CallError(404, f"servable not found: version {str(number)[:20]} of {name}")
        available = [one for one, version in self.versions.items() if version.state == AVAILABLE]
        if not available and not self.versions:
            raise CallError(404, f"servable not found: no version of {name} could be loaded")
        if not available:
            raise CallError(503, f"{name} is being loaded", AGAIN)
        return self.versions[max(available)]

    async def end(self) -> None:
        """End all of its processes."""
        await asyncio.gather(*(version.end() for version in self.versions.values()))
