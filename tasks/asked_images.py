"""The image files that a prediction is asked for: those that can be read, and those that are skipped by name."""

import os
import sys
from collections.abc import Sequence

import numpy as np

from cli.errors import Incomplete


def whole(names: Sequence[str], skipped: list[str]) -> np.ndarray:
    """The image files that paths name, themselves or within, that can be read: paths (N,), sorted within a folder.

    Every other file is named or counted on stderr, so that one of a thousand stops nothing.

    Args:
        names: Files and folders.
        skipped: Images that cannot be read, added to.

    Raises:
        DataError: There are none, none of them can be read, or a name is not UTF-8.
    """
    from data.errors import DataError
    from data.images.image_content import KINDS
    from data.images.looks import look

    paths = [path for name in names for path in _below(name, skipped)]
    good = []
    for path, one in zip(paths, look(paths), strict=True):
        if one.why:
            _skip(path, one.why, skipped)
        else:
            good.append(path)
    if not good:
        raise DataError(f"{skipped[-1]}. No image is left that can be read. Allowed: whole {KINDS} files.")
    return np.array(good, dtype=object)


def complete(rows: list[dict], skipped: list[str]) -> list[dict]:
    """`rows`, if they are all that was asked for. Raises Incomplete, which has them, where records were skipped."""
    if skipped:
        raise Incomplete(f"skipped {len(skipped)} of {len(rows) + len(skipped)} records, named above", rows)
    return rows


def _below(name: str, skipped: list[str]) -> list[str]:
    """The image files that a path names, itself or within."""
    from data.errors import DataError, MissingData
    from data.images import image_files

    image_files.refuse_undecodable(name)
    if os.path.isfile(name):
        return [name]
    if not os.path.isdir(name):
        what = "neither a regular file nor a folder" if os.path.lexists(name) else "no such file or folder"
        raise MissingData(f"{name}: {what}. This run predicts images: give image files or folders.")
    found = image_files.below(name)
    for path in found.irregular:
        _skip(path, "no regular file, a link to nothing, or a folder that was read already", skipped)
    for path in found.foreign:
        _skip(path, "this kind of image cannot be read", skipped)
    for note in found.counts(name):
        print(note, file=sys.stderr)
    if not found.images:
        raise DataError(f"{name}: the folder holds no images. Allowed: {' '.join(image_files.READABLE)}")
    return found.images


def _skip(path: str, why: str, skipped: list[str]) -> None:
    skipped.append(f"{path}: {why}")
    print(f"{path}: skipped, {why}", file=sys.stderr)
