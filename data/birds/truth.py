"""Whether a sentence about a drawn bird is true: of the picture, of the class, and enough to tell the class."""

from dataclasses import dataclass

import numpy as np

from data.birds.birds import Marks
from data.birds.kinds import kinds
from data.birds.posterior import likelihoods, posterior
from data.birds.sentences import read

RULED_OUT = 0.1  # a class is ruled out where it is at most so probable beside the one explained


@dataclass(frozen=True)
class Judgement:
    """What a sentence comes to.

    Attributes:
        places: Of each mention the words (start, end), commas being words, and whether it is true and can be seen.
        picture_truth: Share of what it says that is true and can be seen; a phrase of no meaning is not. NaN where it
            says nothing.
        class_truth: Share of what it says that the class has.
        posterior: p(class | mentions), exact.
        contrast: 1 where the mentions rule out the rival, else 0.
        unknown: Phrases of no meaning.
    """

    places: tuple[tuple[int, int, bool], ...]
    picture_truth: float
    class_truth: float
    posterior: float
    contrast: float
    unknown: int


class Judge:
    """Judges sentences about birds of `Marks`."""

    def __init__(self, marks: Marks):
        self.marks, self.kinds = marks, kinds()
        self.tables = likelihoods(self.kinds)
        self.number = {name: number for number, name in enumerate(self.kinds.names)}

    def __call__(self, row: int, sentence: str, name: str, rival: str) -> Judgement:
        """The `Judgement` of a sentence that says why bird `row` is a `name` and not a `rival`."""
        reading, own = read(sentence), self.number[name]
        true = [self.marks.true(row, mention) for mention in reading.mentions]
        has = [self.kinds.values[own, attribute] == value for attribute, value in reading.mentions]
        shares = posterior(reading.mentions, self.tables)
        said = max(reading.said, 1) if reading.said else np.nan
        return Judgement(
            tuple((*place, is_true) for place, is_true in zip(reading.places, true, strict=True)),
            sum(true) / said,
            sum(has) / said,
            float(shares[own]),
            float(shares[own] > 0 and shares[self.number[rival]] <= RULED_OUT * shares[own]),
            reading.unknown,
        )
