"""Which files in a folder are this suite's: only these are ever deleted.

    foreign(folder, own) -> list[str]     names of what `own` does not list
    own_files(folder, own) -> list[str]   names of files that it lists
    remove(folder, own, keep=()) -> None  delete what `own` lists

`own` maps patterns of names to None for a file, or to the same kind of mapping for a folder.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

Own = Mapping[str, "Own | None"]


def foreign(folder: Path, own: Own) -> list[str]:
    """Names below `folder`, relative to it and sorted, that `own` does not list; of a foreign folder only its own."""
    found = []
    for entry in sorted(folder.iterdir()):
        matched, inside = _match(entry, own)
        if not matched:
            found.append(entry.name)
        elif inside is not None:
            found += [f"{entry.name}/{name}" for name in foreign(entry, inside)]
    return found


def own_files(folder: Path, own: Own) -> list[str]:
    """Names below `folder`, relative to it and sorted, of the files that `own` lists."""
    found = []
    for entry in sorted(folder.iterdir()):
        matched, inside = _match(entry, own)
        if matched and inside is not None:
            found += [f"{entry.name}/{name}" for name in own_files(entry, inside)]
        elif matched:
            found.append(entry.name)
    return found


def remove(folder: Path, own: Own, keep: tuple[str, ...] = ()) -> None:
    """Delete what `own` lists, except the names in `keep`. Links are deleted, not followed."""
    for entry in list(folder.iterdir()):
        matched, inside = _match(entry, own)
        if not matched or entry.name in keep:
            continue
        if inside is None:
            entry.unlink()
        else:
            remove(entry, inside)
            if not any(entry.iterdir()):
                entry.rmdir()


def _match(entry: Path, own: Own) -> tuple[bool, Own | None]:
    """Whether `own` lists the entry as the kind that it is, and what it lists inside."""
    is_folder = entry.is_dir() and not entry.is_symlink()
    name = entry.name if is_folder else entry.name.removesuffix(".partial")
    for pattern, inside in own.items():
        if is_folder == (inside is not None) and fnmatchcase(name, pattern):
            return True, inside
    return False, None
