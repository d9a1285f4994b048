"""The content of an image file: what it holds, whether it is whole, and the same as TensorFlow decodes it.

Pillow says what a file holds, TensorFlow decodes it, in training and in exports alike. What TensorFlow cannot decode,
or not rightly, Pillow decodes, and hands it on as PNG: TIFF; BMP other than of 24 bits; CMYK and other rare JPEG;
animated WEBP.
"""

import io
import re
import struct
from typing import NamedTuple

import numpy as np

from data.errors import DataError
from data.images import exif

KINDS = "JPEG, PNG, GIF, WEBP, BMP, TIFF"
MOST_PIXELS = 89_478_485
"""An image of more is refused: Pillow's limit, a quarter of a gigabyte in 24 bits. Few bytes can hold any number."""
GREY_MODES = {"1", "L", "LA", "La", "I", "F"}  # and those of 16 bits
MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""Begins a segment of a JPEG file; the other values stand in compressed data."""
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""Orientation -> the `PIL.Image.Transpose` that shows the image as it is meant."""


class Header(NamedTuple):
    """What an image file says of itself."""

    kind: str
    """One of `KINDS`."""
    size: tuple[int, int]
    """(height, width) in pixels, as it is shown: turned as EXIF says."""
    is_grey: bool
    is_deep: bool
    """Whether its values have 16 bits."""
    is_taken: bool
    """Whether TensorFlow, and so an export, decodes it rightly as it is."""


def kind_of(content: bytes) -> str | None:
    """The kind of image that some bytes begin, or None."""
    marks = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"GIF8": "GIF", b"BM": "BMP", b"II*\0": "TIFF"}
    marks |= {b"MM\0*": "TIFF", b"RIFF": "WEBP"}
    found = next((kind for mark, kind in marks.items() if content.startswith(mark)), None)
    return None if found == "WEBP" and content[8:12] != b"WEBP" else found


def examined(content: bytes) -> Header:
    """What an image file says of itself, once it is known to be whole: it was decoded.

    Raises:
        DataError: It is empty, no image, damaged, cut off, or too large; the message says why, without a place.
    """
    if not content:
        raise DataError("the file is empty (0 bytes)")
    kind = kind_of(content)
    if kind and not is_whole(content, kind):
        raise DataError(f"the {kind} image is cut off (its end is missing)")
    found = header(content)
    _refuse_damaged(content, found)
    return found


def header(content: bytes) -> Header:
    """What an image file says of itself; nothing is decoded.

    Raises:
        DataError: It is no image, has too many pixels, or its beginning is damaged; the message is without a place.
    """
    kind = kind_of(content)
    if kind is None:
        raise DataError("not an image that can be read")
    if kind == "WEBP":  # before Pillow takes memory for it
        _refuse_too_many_pixels(*_webp_size(content))
    image = opened(content, kind)
    width, height = image.size
    _refuse_too_many_pixels(width, height)
    if exif.orientation(content, kind) >= 5:
        width, height = height, width
    deep = image.mode.startswith("I") or (kind == "PNG" and content[24] == 16)
    grey = image.mode in GREY_MODES or image.mode.startswith("I;16")
    return Header(kind, (height, width), grey, deep, is_taken(content, kind))


def readable(content: bytes) -> bytes:
    """The same image as a file that TensorFlow decodes rightly, which most are already.

    Raises:
        DataError: Pillow cannot decode it; the message says why, without a place.
    """
    kind = kind_of(content)
    if kind in (None, "PNG", "GIF"):
        return content
    if is_taken(content, kind):
        return content
    image = opened(content, kind)
    _refuse_too_many_pixels(*image.size)
    try:
        image.load()
        turn = TURNS.get(exif.orientation(content, kind))  # a TIFF is turned by Pillow
        image = _of_png(image if turn is None else image.transpose(turn), kind)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(f"the {kind} image cannot be decoded ({error})") from error
    file = io.BytesIO()
    image.info = {}
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def opened(content: bytes, kind: str):
    """The file in Pillow, not decoded yet. Raises DataError where its beginning is damaged."""
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    read = {
        "JPEG": JpegImagePlugin.JpegImageFile, "PNG": PngImagePlugin.PngImageFile, "GIF": GifImagePlugin.GifImageFile,
        "BMP": BmpImagePlugin.BmpImageFile, "TIFF": TiffImagePlugin.TiffImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
    }  # fmt: skip
    try:
        return read[kind](io.BytesIO(content))  # not Image.open, which only warns of many pixels
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, struct.error) as error:
        raise DataError(f"not an image ({error})") from error


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


def is_taken(content: bytes, kind: str) -> bool:
    """Whether TensorFlow decodes it rightly; `file_structure` says the same inside a graph."""
    if kind == "BMP":
        size, bits, packed = (int.from_bytes(content[a:b], "little") for a, b in ((14, 18), (28, 30), (30, 34)))
        return size >= 40 and bits == 24 and packed == 0
    if kind == "WEBP":
        return not (content[12:16] == b"VP8X" and int.from_bytes(content[20:21], "big") & 2)  # animated
    return exif.is_plain_jpeg(content) if kind == "JPEG" else kind != "TIFF"


def _of_png(image, kind):
    """The same in a mode that a PNG has; of more than 8 bits where it is grey."""
    from PIL import Image

    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.size and not 0 <= values.min() <= values.max() < 2**16:
            raise ValueError(f"its values lie between {values.min()} and {values.max()}; allowed: 0 to 65535")
        return Image.fromarray(values.astype(np.uint16))
    if image.mode == "F":
        raise ValueError("its values are fractions; save it with 8 or 16 bits")
    if kind == "BMP" and image.mode == "RGBA" and not image.getchannel("A").getbbox():  # no transparency was meant
        return image.convert("RGB")
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _webp_size(content):
    """(width, height) as a WEBP says it; zeros where it is damaged."""
    kind = content[12:16]
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + bits % 2**14, 1 + bits // 2**14 % 2**14
    return tuple(int.from_bytes(content[at : at + 2], "little") % 2**14 for at in (26, 28))


def _refuse_too_many_pixels(width, height):
    if width * height > MOST_PIXELS:
        raise DataError(f"{width}x{height} pixels, and at most {MOST_PIXELS:,} are decoded. Make it smaller")


def _refuse_damaged(content, found):
    """Raises DataError where decoding fails; of a JPEG, too, where decoders fill up what is missing, and go on."""
    if found.kind == "JPEG":
        _refuse_damaged_jpeg(content, found)
        return
    import tensorflow as tf

    content = readable(content)
    try:
        with tf.device("CPU:0"):
            tf.io.decode_image(content, expand_animations=False)
    except tf.errors.OpError as error:
        raise DataError(f"the {found.kind} image cannot be decoded ({told(error)})") from error


def _refuse_damaged_jpeg(content, found):
    import simplejpeg

    colours = "GRAY" if found.is_taken else "CMYK"
    try:  # an eighth of the size takes half the time
        simplejpeg.decode_jpeg(content, colours, fastdct=True, fastupsample=True, min_height=1, min_width=1)
    except ValueError as error:
        raise DataError(f"the JPEG image is damaged ({error})") from error


def told(error) -> str:
    """What an error of TensorFlow's decoders says, without where in TensorFlow it was."""
    return str(error.message).split("[Op:")[0].strip().rsplit("}} ", 1)[-1][:200]
