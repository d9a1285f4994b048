"""What a source says of its pictures before any mask is read: pairs by part, and the classes that it knows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from data.masks.class_table import ClassTable


class Pair(NamedTuple):
    """A picture and where its mask is.

    Attributes:
        image: Path (str), or the bytes of a file.
        mask: Path of a mask file; the bytes of one; or a function of (height, width) to ids uint8 of that shape.
        origin: What messages call it.
    """

    image: str | bytes
    mask: str | bytes | Callable[[tuple[int, int]], np.ndarray]
    origin: str


@dataclass
class RawMasks:
    """Pairs of a source.

    Attributes:
        parts: "train", "validation", "test" -> pairs; at least "train".
        table: The classes, None where the masks have to tell.
        notes: Sentences for the user.
        place: What messages call the source.
    """

    parts: dict[str, list[Pair]]
    table: ClassTable | None
    place: str
    notes: list[str] = field(default_factory=list)
