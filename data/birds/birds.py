"""Drawn birds with known truth: pictures, their classes, five sentences each, and what of each bird can be seen.

Forty classes, see `kinds`. A mark is hidden with a chance of a quarter; sentences mention what can be seen. So the
textbook definition of a class is true and visible in two thirds of the pictures only, and a true description seldom
tells the class: an explanation must do both.
"""

from dataclasses import dataclass

import numpy as np

from data.birds import drawing
from data.birds.kinds import ATTRIBUTES, HIDDEN, MARKS, kinds
from data.birds.sentences import mentioned, written
from data.captions.caption_pairs import Captions, CaptionSplits

BIRDS = {"train": 60, "validation": 10, "test": 15}  # of each class
SENTENCES = 5  # of a bird


@dataclass(frozen=True, eq=False)
class Marks:
    """What is true of birds.

    Attributes:
        values: int (N, attributes).
        visible: bool (N, attributes), whether it can be seen.
    """

    values: np.ndarray
    visible: np.ndarray

    def take(self, rows):
        """Returns those of the birds that `rows` name."""
        return Marks(self.values[rows], self.visible[rows])

    def true(self, row: int, mention: tuple[int, int]) -> bool:
        """Whether a mention (attribute, value) is true of a bird and can be seen."""
        attribute, value = mention
        return bool(self.visible[row, attribute] and self.values[row, attribute] == value)


def make(seed) -> CaptionSplits:
    """Makes the splits: of each of 40 classes 60 training birds, 10 for validation, 15 for testing.

    Args:
        seed: of the draws. What a class is does not depend on it.
    """
    parts = {part: _part(part, [seed, stream]) for stream, part in enumerate(BIRDS)}
    sizes = " / ".join(str(len(part)) for part in parts.values())
    notes = (
        f"Birds of {len(kinds())} kinds, drawn with seed {seed}: {sizes} pictures for training / validation / test, "
        f"{SENTENCES} sentences each; of each mark a quarter is hidden by a leaf.",
    )
    return CaptionSplits("birds", **parts, notes=notes, image_size=(drawing.SIDE, drawing.SIDE))


def _part(part, seed):
    random = np.random.default_rng(seed)
    known = kinds()
    classes = random.permutation(np.repeat(np.arange(len(known)), BIRDS[part]))
    marks = seen(known.drawn(classes, random), random)
    images = drawing.draw(marks.values, marks.visible, random)
    texts = tuple(
        tuple(written(values, mentioned(visible, random), random) for _ in range(SENTENCES))
        for values, visible in zip(marks.values, marks.visible, strict=True)
    )
    names = np.array(known.names, dtype=object)[classes]
    origins = np.array([f"birds/{part}[{row}]" for row in range(len(classes))], dtype=object)
    return Captions(images, texts, origins, classes=names, marks=marks)


def seen(values: np.ndarray, random: np.random.Generator) -> Marks:
    """`Marks` of birds with these values, each mark hidden by chance."""
    visible = np.ones((len(values), len(ATTRIBUTES)), bool)
    visible[:, MARKS] = random.random((len(values), len(MARKS))) >= HIDDEN
    return Marks(values, visible)
