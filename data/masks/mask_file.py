"""One mask file: which id each pixel has, whatever the form in which the ids are written.

A palette image holds the ids as its indices, a grey one as its values, a colour image through a table of colours. JPEG
and WEBP change values to save room, so they are refused.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from data.errors import DataError
from data.images import image_content, image_files

READ = ("PNG", "TIFF", "BMP", "GIF")
LARGEST_ID = 255


class MaskFile(NamedTuple):
    """What a mask file holds.

    Attributes:
        ids: uint8 (height, width).
        palette: Index -> (red, green, blue), of a palette image; else None.
    """

    ids: np.ndarray
    palette: tuple[tuple[int, int, int], ...] | None


def read(path: str, table: Mapping[tuple[int, int, int], int] | None = None) -> MaskFile:
    """The ids of a mask file.

    Args:
        path: Of the file.
        table: Colour -> id, for colour images.

    Raises:
        DataError: It is damaged, of a kind that changes ids, or a pixel has no id; with file and pixel.
    """
    try:
        return of_content(image_files.read(path), table)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def of_content(content: bytes, table: Mapping[tuple[int, int, int], int] | None = None) -> MaskFile:
    """The same of the bytes of a file; messages are without a place."""
    kind = image_content.kind_of(content)
    if kind in ("JPEG", "WEBP"):
        raise DataError(
            f"a {kind} image changes the values of pixels, so ids are lost. Masks must be PNG; export them anew"
        )
    if kind is None:
        raise DataError(f"not a mask image. Allowed: {', '.join(READ)}" + (" (0 bytes)" if not content else ""))
    if not image_content.is_whole(content, kind):
        raise DataError(f"the {kind} image is cut off (its end is missing)")
    image = image_content.opened(content, kind)
    try:
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(f"the {kind} image cannot be decoded ({error})") from error
    if image.mode == "P":
        colours = np.frombuffer(image.palette.tobytes(), np.uint8)
        width = 4 if image.palette.mode == "RGBA" else 3
        palette = tuple(map(tuple, colours[: len(colours) // width * width].reshape(-1, width)[:, :3].tolist()))
        return MaskFile(np.asarray(image, np.uint8), palette)
    return MaskFile(_values(image, table), None)


def _values(image, table):
    values = np.asarray(image)
    if image.mode == "1":
        return values.astype(np.uint8)
    if image.mode in ("LA", "RGBA"):
        if (values[..., -1] < 255).any():
            raise DataError(
                f"the pixel at {_first(values[..., -1] < 255)} is transparent, which says no class. Save without alpha"
            )
        values = values[..., :-1]
    if values.dtype.kind not in "ui" or image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        raise DataError(f"its pixels are {image.mode}, no ids. Allowed: a palette, grey values, or colours of a table")
    if values.ndim == 3 and values.shape[-1] == 3:
        if table is None and (values == values[..., :1]).all():  # ids, written three times
            return values[..., 0]
        return _of_colours(values, table)
    values = values.reshape(values.shape[:2])
    if values.min() < 0 or values.max() > LARGEST_ID:
        wrong = (values < 0) | (values > LARGEST_ID)
        raise DataError(
            f"the pixel at {_first(wrong)} has the id {values[wrong][0]}, and ids are 0 to {LARGEST_ID}. Are these "
            "instances? Masks hold classes"
        )
    return values.astype(np.uint8)


def _of_colours(values, table):
    if table is None:
        raise DataError(
            "the image is in colour, and which class a colour stands for is not known: its palette was lost, or it "
            "never had one. Save it with a palette, or name the colours in a file: --palette colours.txt"
        )
    codes = values.astype(np.int64) @ [65536, 256, 1]
    known = np.array(sorted((r * 65536 + g * 256 + b, number) for (r, g, b), number in table.items()))
    places = np.clip(np.searchsorted(known[:, 0], codes), 0, len(known) - 1)
    wrong = known[places, 0] != codes
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        near = known[np.abs(known[:, :1] // [65536, 256, 1] % 256 - values[row, column]).sum(1).argmin(), 0]
        raise DataError(
            f"the pixel at {_first(wrong)} has the colour {_told(codes[row, column])}, which no class has "
            f"({int(wrong.sum()):,} such pixels). The nearest is {_told(near)}. Colours between two classes come from "
            "smoothing: save masks without it"
        )
    return known[places, 1].astype(np.uint8)


def _told(code: int) -> str:
    return f"{code // 65536} {code // 256 % 256} {code % 256}"


def _first(wrong) -> str:
    row, column = np.argwhere(wrong)[0]
    return f"row {row}, column {column}"


def place_of(ids: np.ndarray, wanted: int) -> str:
    """Where an id stands first in a mask, in words."""
    return _first(ids == wanted)
