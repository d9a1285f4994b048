"""Keeps what an encoder makes of images on disk, so that it is computed once: a plain .npy file, read as a memory map.

The name of the file holds a fingerprint of the images' content and of the encoder's description, so another image,
another order or another encoder is another file. Parts are written as they are made and joined at the end, each under
a passing name until it is whole: what was interrupted goes on after the last part, and nothing torn is ever read. At
its end a file has the SHA-256 of what is before it, where readers of .npy see nothing: one that was damaged is computed
anew. One process at a time computes in a folder: another waits, and finds what it waited for.
"""

import hashlib
import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from tokenize import TokenError

import numpy as np

from cli.errors import UserError
from data import duplicates
from data.errors import DataError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

PART = 512  # images in a part: what an interruption can cost
SUM = b"sha256"  # before the sum at the end of a file
SUM_BYTES = len(SUM) + 32
BLOCK = 1024**2


def fingerprint(images, encoder):
    """Returns a short hash of the content of images, in their order, and of an encoder's description.

    Args:
        images: (N,) paths (str) or (N,) bytes of files, or uint8 (N, height, width, channels).
        encoder: description fit for JSON: all that changes what is computed, such as name, weights, image size.
    """
    digest = hashlib.sha256(json.dumps(encoder, sort_keys=True).encode())
    with ThreadPoolExecutor() as pool:
        for key in pool.map(duplicates.digest, images):
            digest.update(key)
    return digest.hexdigest()[:16]


def path_of(folder, images, encoder):
    """Returns the path of the file that holds, or will hold, the features of these images."""
    name = encoder.get("name", "features") if isinstance(encoder, dict) else str(encoder)
    name = re.sub(r"[^a-zA-Z0-9_-]+", "-", name)[:40]
    return os.path.join(folder, f"{name}-{fingerprint(images, encoder)}.npy")


def features(folder, images, encoder, compute, *, progress=None):
    """Returns the features of images, computed where they are not on disk yet.

    Args:
        folder: where features are kept; made if it is not there.
        images: (N,) paths (str) or (N,) bytes of files, or uint8 (N, height, width, channels).
        encoder: description fit for JSON, as for `fingerprint`.
        compute: `images[start:stop] -> array (stop - start, ...)`, called with at most `PART` images; all its arrays
            have one dtype and one shape after the first axis.
        progress: None, or called with the number of images done and their total.

    Returns:
        A read-only memory map (N, ...).

    Raises:
        DataError: the folder cannot be written, or the disk is full.
        UserError: there are no images, or `compute` gives another number of rows or another shape.
    """
    if not len(images):
        raise UserError("`images` must hold at least one image. Received: none")
    path = path_of(folder, images, encoder)
    found = _opened(path, len(images))
    if found is not None:
        return found
    parts = f"{path}.parts"
    with _keeping(folder):
        os.makedirs(folder, exist_ok=True)
    with _alone(folder):
        found = _opened(path, len(images))  # by the process that was waited for
        if found is not None:
            return found
        with _keeping(folder):
            os.makedirs(parts, exist_ok=True)
        _compute_parts(parts, images, compute, progress)
        _join(path, parts, len(images))
        shutil.rmtree(parts, ignore_errors=True)
    return _opened(path, len(images))


@contextmanager
def _keeping(path):
    """Tells an error of the disk as one of keeping features; an error of computing them is another matter."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{path}: features cannot be kept there ({error.strerror}). Choose a folder that can be written and has "
            f"room."
        ) from error


@contextmanager
def _alone(folder):
    """Waits until no other process computes in the folder."""
    if fcntl is None:
        yield
        return
    with _keeping(folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opened(path, rows):
    """Returns the memory map of a whole file of so many rows, or None where there is none, or it is damaged."""
    try:
        summed = _has_its_sum(path)
        found = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, SyntaxError, TokenError):  # not there; or cut off, or with a damaged head
        return None
    size = found.offset + found.nbytes + SUM_BYTES * summed  # a file of an earlier version has no sum
    return found if len(found) == rows and os.path.getsize(path) == size else None


def _has_its_sum(path):
    """Whether a file ends with the sum of what is before it."""
    size = os.path.getsize(path) - SUM_BYTES
    with open(path, "rb") as file:
        file.seek(max(size, 0))
        end = file.read()
        if not end.startswith(SUM):
            return False
        file.seek(0)
        digest = hashlib.sha256()
        while size:
            block = file.read(min(size, BLOCK))
            digest.update(block)
            size -= len(block)
        return end == SUM + digest.digest()


def _compute_parts(parts, images, compute, progress):
    first = None
    for start in range(0, len(images), PART):
        stop = min(start + PART, len(images))
        path = os.path.join(parts, f"{start:09}.npy")
        made = _opened(path, stop - start)
        if made is None:
            made = np.asarray(compute(images[start:stop]))
            if made.dtype == object or made.ndim < 2 or len(made) != stop - start:
                raise UserError(
                    f"`compute` must return one row of numbers per image, ({stop - start}, ...). "
                    f"Received: {made.dtype} {made.shape}"
                )
            _write(path, lambda file, array=made: np.lib.format.write_array(file, array, allow_pickle=False))
        first = made if first is None else first
        if made.shape[1:] != first.shape[1:] or made.dtype != first.dtype:
            raise UserError(
                f"`compute` must return one dtype and shape. Received: {first.dtype} {first.shape[1:]}, then "
                f"{made.dtype} {made.shape[1:]}"
            )
        if progress:
            progress(stop, len(images))


def _join(path, parts, rows):
    pieces = [os.path.join(parts, f"{start:09}.npy") for start in range(0, rows, PART)]
    first = np.lib.format.open_memmap(pieces[0], mode="r")
    header = {"descr": np.lib.format.dtype_to_descr(first.dtype), "fortran_order": False,
              "shape": (rows, *first.shape[1:])}  # fmt: skip

    def content(file):
        np.lib.format.write_array_header_1_0(file, header)
        for piece in pieces:
            file.write(np.ascontiguousarray(np.lib.format.open_memmap(piece, mode="r")).data)

    _write(path, content)


def _write(path, content):
    """Writes a file under a passing name and renames it once it is on the disk."""
    passing = f"{path}.{os.getpid()}.partial"
    with _keeping(path):
        try:
            with open(passing, "w+b") as file:
                content(file)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").digest()
                file.write(SUM + digest)
                file.flush()
                os.fsync(file.fileno())
            os.replace(passing, path)
        finally:
            if os.path.exists(passing):
                os.remove(passing)
