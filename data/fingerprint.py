"""Tells whether files hold what an earlier run was trained on: by their content, wherever they lie.

Reading costs about a second a gigabyte. What was read is remembered for large data, by number, size and times of each
file, in `runs/fingerprints.json`: unchanged data is not read twice.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

MEMORY = Path("runs/fingerprints.json")
LARGE = 64 * 1024**2  # bytes: less is read in a tenth of a second
SETTLED = 2.0  # seconds: a file changed a moment ago may change again within the same tick of its clock
FEW = 4  # paths of one setting, such as two files of sentences
MOST = 200  # entries that are remembered
JUNK = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in folders, beside names that begin with a dot


def fingerprint(*paths: str | None) -> str | None:
    """A short hash of the content of files and folders, in their order; None where none of `paths` is there.

    Of a file count its endings (.csv.gz) and bytes, of a folder the names and bytes of the files in it, links followed;
    of a path with nothing there its name. Many files are hashed side by side, and remembered, as those of a folder.
    """
    if len(paths) > FEW and all(path and os.path.isfile(path) for path in paths):
        return of_files([(os.path.basename(path), path) for path in paths])[:16]
    held = [(path, content(path)) for path in paths if path]
    if not any(one for _, one in held):
        return None
    text = "\n".join(one or f"name:{path}" for path, one in held)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def content(path: str) -> str | None:
    """The hash of one file or folder, or of a file of which a part is named (`data.sqlite:table`); None where there is
    none. What cannot be read counts by its name: its reader tells of it.
    """
    if os.path.isdir(path):
        return of_files([(os.path.relpath(file, path), file) for file in _below(path)])
    file, part = (path, "") if os.path.exists(path) else path.rpartition(":")[::2]
    if not os.path.isfile(file):
        return None
    plain = file.lower().removesuffix(".gz")
    return of_files([(os.path.splitext(plain)[1] + ".gz" * file.lower().endswith(".gz") + part, file)])


def of_files(files: Iterable[tuple[str, str]]) -> str:
    """The hash of (name, path) of files: of the names and of what the files hold, in this order."""
    known = [(name, file, os.stat(file)) for name, file in files if os.path.isfile(file)]
    size = sum(status.st_size for _, _, status in known)
    if size < LARGE:
        return _hash(known)
    memory, state = _remembered(), _state(known)
    if state not in memory:
        memory[state] = _hash(known)
        newest = max(max(status.st_mtime, status.st_ctime) for _, _, status in known)
        if time.time() - newest > SETTLED:
            _remember(memory)
    return memory[state]


def _below(path: str) -> list[str]:
    """The files below a folder, sorted; a folder that a link leads back to is not entered again."""
    found, entered = [], set()
    for folder, inside, names in os.walk(path, followlinks=True):
        inside[:] = sorted(name for name in inside if not _is_junk(name))
        if (real := os.path.realpath(folder)) in entered:
            inside.clear()
            continue
        entered.add(real)
        found += [os.path.join(folder, name) for name in names if not _is_junk(name)]
    return sorted(found)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK


def _state(known) -> str:
    """What a system says of files that are not written to; a changed ctime tells of every write, and cannot be set."""
    digest = hashlib.sha256()
    for name, _, at in known:
        state = (name, at.st_dev, at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns)
        digest.update(repr(state).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _hash(known) -> str:
    digest = hashlib.sha256()
    with ThreadPoolExecutor() as pool:
        for (name, _, _), one in zip(known, pool.map(_digest, (file for _, file, _ in known)), strict=True):
            digest.update(os.fsencode(name) + b"\0" + one)
    return digest.hexdigest()[:32]


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"?"


def _remembered() -> dict[str, str]:
    try:
        memory = json.loads(MEMORY.read_text(encoding="utf-8"))
        return {state: one for state, one in memory.items() if isinstance(one, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def _remember(memory: dict[str, str]) -> None:
    """Keep the latest; where nothing can be written, data is read again."""
    partial = MEMORY.with_name(f"{MEMORY.name}.{os.getpid()}.partial")
    try:
        MEMORY.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps(dict(list(memory.items())[-MOST:]), indent=1), encoding="utf-8")
        os.replace(partial, MEMORY)
    except OSError:
        with suppress(OSError):
            partial.unlink()
