"""The manifest of a finished run: the SHA-256 of each of its files, by which damage is told and never computed with.

    write(folder, own, known)   sums of all files of the run
    verify(folder, names)       raises DamageError where one of them is not as the run left it
    renew(folder, names)        new sums of files that were written since, such as an export

A run that has not finished has no manifest, and neither has one of an earlier version.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from cli.errors import UserError
from training.own_files import Own, own_files

FILE = "manifest.json"
UNSUMMED = (
    FILE,
    "lock",
    "evaluation-*",
    "explanation.*",
    "*.partial",
    "*.refused",
    "*.refused/*",
    "unchecked-*",
    "*checkpoint.npz",
)
"""Files of a run that nothing is read from again, or that change after its end."""


class DamageError(UserError):
    """A file of a finished run that is missing, or is not as the run left it."""


def write(folder: Path, own: Own, known: Mapping[str, bytes]) -> None:
    """Write the sums of the files in `folder` that `own` lists; `known` are those about to be written: name -> content.

    Args:
        folder: Of the run.
        own: See `training.own_files`.
        known: Contents that take the place of files on the disk.
    """
    names = [name for name in own_files(folder, own) if not any(fnmatchcase(name, one) for one in UNSUMMED)]
    sums = {name: _sum(folder / name) for name in names if name not in known}
    _write(folder, sums | {name: hashlib.sha256(content).hexdigest() for name, content in known.items()})


def renew(folder: Path, names: Iterable[str]) -> None:
    """Take the sums of files or folders anew, where the run has a manifest. Raises DamageError where that is broken."""
    sums = read(folder)
    if sums is None:
        return
    for name in names:
        sums = {one: value for one, value in sums.items() if not _is_in(one, name)}
        sums |= {one: _sum(folder / one) for one in _files(folder, name)}
    _write(folder, sums)


def read(folder: Path) -> dict[str, str] | None:
    """Name of each file -> its SHA-256; None where there is no manifest. Raises DamageError where it is broken."""
    path = folder / FILE
    try:
        content = json.loads(path.read_bytes())
        sums = content["files"]
        whole = content["sha256"] == _of_all(sums)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise DamageError(_told(path, "is damaged"))
    return sums


def verify(folder: Path, names: Iterable[str]) -> None:
    """Raise DamageError unless each of `names`, a file or a folder, is as the run left it.

    Nothing is said of a file that neither the manifest nor the folder has, nor of a run without a manifest.
    """
    for path, what in differences(folder, names):
        raise DamageError(_told(path, what))


def differences(folder: Path, names: Iterable[str] | None = None) -> Iterator[tuple[Path, str]]:
    """Yields what is not as the run left it, and what is the matter with it: of `names`, or of all files.

    Raises DamageError where the manifest is broken.
    """
    sums = read(folder)
    if sums is None:
        return
    asked = sums if names is None else {}
    for name in names or ():
        asked |= {one: "" for one in (*sums, *_files(folder, name)) if _is_in(one, name)}
    for name in sorted(asked):
        path = folder / name
        if name not in sums:
            yield path, f"is not listed in {FILE}"
        elif not path.is_file():
            yield path, "is no file any more" if os.path.lexists(path) else "is missing"
        elif _sum(path) != sums[name]:
            yield path, f"has changed since the run finished (its SHA-256 is not that of {FILE})"


def _told(path: Path, what: str) -> str:
    return f"{path}: {what}, so nothing of this run is used. Restore it from a copy, or train again with `--fresh`."


def _is_in(name: str, asked: str) -> bool:
    return name == asked or name.startswith(f"{asked}/")


def _files(folder: Path, name: str) -> list[str]:
    """The files that a name means: itself, or those below it."""
    path = folder / name
    found = path.rglob("*") if path.is_dir() else [path]
    return [one.relative_to(folder).as_posix() for one in found if one.is_file()]


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DamageError(_told(path, f"cannot be read ({error.strerror})")) from None


def _of_all(sums: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


def _write(folder: Path, sums: Mapping[str, str]) -> None:
    sums = dict(sorted(sums.items()))
    partial = folder / f"{FILE}.partial"
    partial.write_text(json.dumps({"sha256": _of_all(sums), "files": sums}, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, folder / FILE)
