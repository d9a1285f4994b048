"""Image files on disk: which there are below a path, what their headers say, and whether they are whole."""

import os
import re
from typing import BinaryIO, NamedTuple

from data.errors import DataError
from data.images.images import READABLE

MOST_PIXELS = 89_478_485
"""An image of more is refused: Pillow's limit, a quarter of a gigabyte in 24 bits. Few bytes can hold any number."""
FOREIGN = (".webp", ".tif", ".tiff", ".heic", ".avif", ".jp2")
"""Images that are not read."""
MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""Begins a segment of a JPEG file; the other values stand in compressed data."""


class Below(NamedTuple):
    """The files below a path, sorted; those whose names begin with a dot, or whose folders' do, are no part of it."""

    images: list[str]
    """Regular files, named as images that can be read."""
    irregular: list[str]
    """Named so as well, but pipes, devices, or links to these or to nothing."""
    others: list[str]


def below(path: str) -> Below:
    """The files below a folder.

    Raises:
        DataError: A folder cannot be looked into, or a name is not UTF-8.
    """
    files = []
    for folder, inside, names in os.walk(path, onerror=_refuse_unreadable):
        inside[:] = [name for name in inside if not name.startswith(".")]
        files += [os.path.join(folder, name) for name in names if not name.startswith(".")]
    files.sort()
    for file in files:
        refuse_undecodable(file)
    named = [file for file in files if file.lower().endswith(READABLE)]
    images = [file for file in named if os.path.isfile(file)]
    return Below(images, sorted(set(named) - set(images)), sorted(set(files) - set(named)))


def _refuse_unreadable(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror}). Allow it, or remove it.") from error


def refuse_undecodable(path: str) -> None:
    """Raise DataError where a name is not UTF-8: neither a report nor a prediction could say it."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise DataError(f"{shown}: the name is not UTF-8. Rename the file or its folder.") from error


def read(path: str) -> bytes:
    """The content of a file. Raises DataError where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Allow it, or remove it.") from error


def header(file: BinaryIO) -> tuple[tuple[int, int], str, str] | None:
    """What an image says of itself: (width, height), Pillow's mode, and "JPEG", "PNG", "GIF" or "BMP".

    Only the beginning of the file is read. None for what is none of these.

    Raises:
        DataError: The beginning is damaged; the message says why, without a place.
    """
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin

    kinds = {
        b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
        b"\x89PNG": PngImagePlugin.PngImageFile,
        b"GIF8": GifImagePlugin.GifImageFile,
        b"BM": BmpImagePlugin.BmpImageFile,
    }
    start = file.read(4)
    file.seek(0)
    kind = next((kind for mark, kind in kinds.items() if start.startswith(mark)), None)
    if kind is None:
        return None
    try:
        image = kind(file)  # not Image.open, which only warns of many pixels
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(str(error)) from error
    return image.size, image.mode, image.format


def too_many_pixels(size: tuple[int, int]) -> str | None:
    """Why an image of this (width, height) is not decoded, or None."""
    if size[0] * size[1] <= MOST_PIXELS:
        return None
    return f"{size[0]}x{size[1]} pixels, and at most {MOST_PIXELS:,} are decoded"


def refuse_too_many_pixels(path: str) -> None:
    """Raise DataError on an image file of more than `MOST_PIXELS` pixels; a damaged one is the decoder's to name."""
    try:
        with open(path, "rb") as file:
            found = header(file)
    except OSError as error:
        _refuse_unreadable(error)
    except DataError:
        return
    if found and (why := too_many_pixels(found[0])):
        raise DataError(f"{path}: {why}. Make it smaller, or remove it.")


def is_whole(content: bytes, kind: str) -> bool:
    """Whether the end of an image is there, whatever follows it: phones append a film to a JPEG file."""
    if kind == "PNG":
        return b"IEND\xaeB\x60\x82" in content
    return kind != "JPEG" or content.endswith(b"\xff\xd9") or _jpeg_ends(content)


def _jpeg_ends(content):
    """Walks from segment to segment: one of them may hold a smaller image with an end of its own."""
    position = 2
    while found := MARKER.search(content, position):
        if found[1] == b"\xd9":
            return True
        position = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return False
