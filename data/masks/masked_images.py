"""What every source of masks yields: pictures with a class for each pixel, in parts that share no picture."""

import io
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from cli.errors import UserError

VOID = 255
"""Class index of a pixel that belongs to no class: it counts nowhere."""
MOST_CLASSES = 254


@dataclass(frozen=True, eq=False)
class MaskedImages:
    """Pictures and their masks, in a fixed order.

    Attributes:
        images: (N,) paths (str) or (N,) bytes of image files, or uint8 (N, height, width, 3).
        masks: (N,) bytes of PNG files of one channel: the ids that the source has, at the size of the picture.
        origins: (N,) strings that say where each picture came from.
        index: uint8 (256,): id -> class index, or `VOID`.
        fixed: What has been computed of the pictures already, kept by who computes it.
    """

    images: np.ndarray
    masks: np.ndarray
    origins: np.ndarray
    index: np.ndarray
    fixed: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        if not len(self.images) == len(self.masks) == len(self.origins):
            raise UserError(
                f"`images`, `masks` and `origins` must be equally long. "
                f"Received: {len(self.images)}, {len(self.masks)} and {len(self.origins)}"
            )

    def __len__(self):
        return len(self.images)

    def take(self, rows) -> "MaskedImages":
        """The pictures that `rows` (indices or a mask) name, in that order."""
        return MaskedImages(self.images[rows], self.masks[rows], self.origins[rows], self.index)

    def truth(self, row: int) -> np.ndarray:
        """Class indices of a picture, uint8 (height, width), `VOID` where a pixel belongs to no class."""
        return self.index[ids(self.masks[row])]


@dataclass(frozen=True, eq=False)
class MaskSplits:
    """A dataset of pictures with masks, ready to learn from.

    Attributes:
        name: Short, for names of runs: "shapes", "camvid".
        train, validation, test: The three parts; no picture is in two of them.
        classes: Class index -> name.
        palette: Class index -> (red, green, blue), 0-255.
        notes: Sentences for the user that say what was decided.
    """

    kind: ClassVar[str] = "mask"
    name: str
    train: MaskedImages
    validation: MaskedImages
    test: MaskedImages
    classes: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]
    notes: tuple[str, ...] = ()


def packed(values: np.ndarray) -> bytes:
    """Ids uint8 (height, width) as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG", compress_level=1)
    return file.getvalue()


def ids(content: bytes) -> np.ndarray:
    """What `packed` gave, as uint8 (height, width)."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(content)))


def size_of(content: bytes) -> tuple[int, int]:
    """(height, width) of what `packed` gave, from the header of the file."""
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    return height, width


def standard_palette(count: int) -> tuple[tuple[int, int, int], ...]:
    """The colours of Pascal VOC: the bits of the index dealt out to red, green and blue, the lowest first."""
    colours = []
    for index in range(count):
        colour, rest = [0, 0, 0], index
        for bit in range(7, -1, -1):
            for channel in range(3):
                colour[channel] |= (rest >> channel & 1) << bit
            rest >>= 3
        colours.append(tuple(colour))
    return tuple(colours)
