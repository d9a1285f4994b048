"""What every source of captions yields: images with several captions each, in parts that share no image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from cli.errors import UserError


@dataclass(frozen=True, eq=False)
class Regions:
    """Where the things are that captions name: for data that knows it, to see whether attention looks there.

    Attributes:
        masks: bool (N, objects, height, width).
        names: per image, per object, the texts that name it, such as ("red circle", "red disc").
    """

    masks: np.ndarray
    names: tuple[tuple[tuple[str, ...], ...], ...]

    def take(self, rows):
        """Returns the regions of the images that `rows` (indices) name."""
        return Regions(self.masks[rows], tuple(self.names[row] for row in rows))

    @property
    def boxes(self):
        """Smallest boxes that hold the masks: int (N, objects, 4), top, left, bottom, right (the last two outside)."""
        edges = []
        for axis in (3, 2):  # rows that hold something, then columns
            some = self.masks.any(axis)
            edges += [some.argmax(-1), some.shape[-1] - some[..., ::-1].argmax(-1)]
        return np.stack([edges[0], edges[2], edges[1], edges[3]], -1)

    def nouns(self, row, caption):
        """Returns (position of the noun in `caption.split()`, object) for each thing of an image that a caption names.

        A name's noun is its last word. The caption may be one that a model has written.
        """
        words = caption.lower().replace(".", " ").replace(",", " ").split()
        found = []
        for number, names in enumerate(self.names[row]):
            for name in names:
                parts = name.split()
                for start in range(len(words) - len(parts) + 1):
                    if words[start : start + len(parts)] == parts:
                        found.append((start + len(parts) - 1, number))
        return sorted(set(found))


@dataclass(frozen=True, eq=False)
class Captions:
    """Images and what is said of them, in a fixed order.

    Attributes:
        images: (N,) paths (str) or (N,) bytes of image files, or uint8 (N, height, width, 3).
        captions: per image its captions, at least one, in NFC and without spaces at the ends.
        origins: (N,) strings that say where each image came from, such as "photos/1.jpg".
        regions: where the things are that the captions name, where that is known.
        classes: (N,) names of the images' classes, where the source has them.
        marks: `data.birds.birds.Marks`, what is true of the images, where that is known.
        fixed: what has been computed of the images already, kept by who computes it.
    """

    images: np.ndarray
    captions: tuple[tuple[str, ...], ...]
    origins: np.ndarray
    regions: Regions | None = None
    classes: np.ndarray | None = None
    marks: object | None = None
    fixed: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        if not len(self.images) == len(self.captions) == len(self.origins):
            raise UserError(
                f"`images`, `captions` and `origins` must be equally long. "
                f"Received: {len(self.images)}, {len(self.captions)} and {len(self.origins)}"
            )

    def __len__(self):
        return len(self.images)

    @property
    def num_captions(self):
        return sum(map(len, self.captions))

    def take(self, rows):
        """Returns the images that `rows` (indices or a mask) name, with their captions, in that order."""
        rows = np.asarray(rows)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        captions, regions = tuple(self.captions[row] for row in rows), self.regions.take(rows) if self.regions else None
        classes = None if self.classes is None else self.classes[rows]
        marks = self.marks.take(rows) if self.marks else None
        return Captions(self.images[rows], captions, self.origins[rows], regions, classes, marks)

    def all_captions(self):
        """Returns every caption, image by image: a list of `num_captions` strings."""
        return [caption for captions in self.captions for caption in captions]


@dataclass(frozen=True, eq=False)
class CaptionSplits:
    """A dataset of captions, ready to learn from.

    Attributes:
        name: short, for names of runs: "scenes", "flickr8k".
        train, validation, test: the three parts; no image is in two of them.
        notes: sentences for the user that say what was decided.
        others: further parts to test on, by name: the scenes have "combinations" that training never shows.
        image_size: (height, width) of all images where it is one, else None.
        bits: how many of their bits images of 16 bits use.
    """

    kind: ClassVar[str] = "caption"
    name: str
    train: Captions
    validation: Captions
    test: Captions
    notes: tuple[str, ...] = ()
    others: dict[str, Captions] = field(default_factory=dict)
    image_size: tuple[int, int] | None = None
    bits: int = 16

    @property
    def parts(self):
        """Every part by name, the further ones last."""
        return {"train": self.train, "validation": self.validation, "test": self.test, **self.others}
