"""Where the SavedModels of a model lie: in a finished run, or in numbered folders."""

import re
from dataclasses import dataclass
from pathlib import Path

from cli.errors import UserError

SAVED_MODEL = "saved_model"
FILE = "saved_model.pb"
NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"


@dataclass(frozen=True)
class Found:
    """A SavedModel on the disk.

    Attributes:
        folder: Where it lies.
        stamp: Names, sizes and times of its files: what changes where it is replaced.
    """

    folder: Path
    stamp: tuple


@dataclass(frozen=True)
class Source:
    """A run, or a folder of numbered SavedModels.

    Attributes:
        name: Of the model.
        path: The folder.
        is_run: Whether it is a run. The version of a run is the second in which its export was written.
    """

    name: str
    path: Path
    is_run: bool

    def versions(self) -> dict[int, Found]:
        """The SavedModels that lie there now, by version."""
        if self.is_run:
            folders = {0: self.path / SAVED_MODEL}
        else:
            folders = {int(path.name): path for path in self.path.iterdir() if re.fullmatch(r"\d{1,18}", path.name)}
        found = {}
        for version, folder in folders.items():
            try:
                stamp = _stamp(folder)
            except FileNotFoundError:  # replaced at this moment, or not whole yet
                continue
            written = max(time for name, _, time in stamp if name == FILE)
            found[written // 10**9 if self.is_run else version] = Found(folder, stamp)
        return found


def _stamp(folder: Path) -> tuple:
    (folder / FILE).stat()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple((str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files)


def source(argument: str) -> Source:
    """The source that an argument of the command line names: a folder, or NAME=FOLDER.

    Raises UserError where there is nothing to serve, with the command that exports a run.
    """
    name, separator, folder = argument.rpartition("=")
    path = Path(folder if separator else argument)
    if not path.is_dir():
        raise UserError(f"{path}: no such folder. Give a finished run, or a folder of numbered SavedModels")
    name = name or path.resolve().name
    if not re.fullmatch(NAME, name):
        raise UserError(
            f"{name!r} is no name of a model: letters, digits and . _ - stand in addresses. Give NAME={path}"
        )
    if (path / "config.json").exists():
        if not (path / SAVED_MODEL / FILE).is_file():
            raise UserError(f"{path}: this run has no SavedModel yet. Write it: `python -m apps.export {path}`")
        return Source(name, path, True)
    found = Source(name, path, False)
    if not found.versions():
        what = "is a SavedModel itself: put it into a folder with a number for a name, and give the folder around it"
        what = what if (path / FILE).exists() else "holds neither a run nor numbered folders with SavedModels in them"
        raise UserError(f"{path}: {what}")
    return found


def sources(arguments: tuple[str, ...]) -> list[Source]:
    """The sources of a command line. Raises UserError, also where two have one name."""
    found = [source(argument) for argument in arguments]
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1:
            raise UserError(f"two models are called {one.name}. Give them names: NAME={one.path}")
    return found
