"""Looks at every image once: the key of its content, what it says of itself, and why it cannot be used."""

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from data import duplicates
from data.errors import DataError
from data.images import image_content, image_files
from data.images.image_content import Header
from data.images.images import CORES


class Look(NamedTuple):
    """What was seen of an image."""

    key: bytes
    """Equal for equal content; empty where it cannot be read."""
    header: Header | None
    why: str | None
    """Why it cannot be used, without a place."""


def look(images: Sequence[str | bytes]) -> list[Look]:
    """Looks at images, given as paths or as the contents of files; each is decoded."""
    with warnings.catch_warnings(), ThreadPoolExecutor(CORES) as pool:
        warnings.simplefilter("ignore")  # of Pillow, on what it has read in spite of it
        return list(pool.map(_look, images))


def _look(image):
    key = b""
    try:
        content = image_files.read(image) if isinstance(image, str) else image
        key = duplicates.digest(content)
        return Look(key, image_content.examined(content), None)
    except DataError as error:
        return Look(key, None, str(error))
