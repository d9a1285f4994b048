"""Why a network gave its answer for one record: numbers and arrays, without any page.

A part that a record does not have is None or empty: pictures have places, rows of a table have columns, texts have
pieces.
"""

from dataclasses import dataclass

import numpy as np

from evaluation.shapley import Contributions


@dataclass(frozen=True)
class Answer:
    """What is explained of a record.

    Attributes:
        name: The class that is asked for, or the target.
        value: Its probability, or the number.
        index: Of the class; 0 of a number.
        predicted: The class of the highest probability; "" where the answer is a number.
        predicted_value: Its probability.
        rival: The class that `name` is held against: the runner-up, or, where another class than the predicted one is
            asked for, the predicted one. None where the answer is a number.
        rival_value, rival_index: Of the rival.
    """

    name: str
    value: float
    index: int = 0
    predicted: str = ""
    predicted_value: float = 0.0
    rival: str | None = None
    rival_value: float = 0.0
    rival_index: int = 0

    @property
    def is_number(self) -> bool:
        return not self.predicted


@dataclass(frozen=True, eq=False)
class Places:
    """Where in a picture the answer is. Maps are float (height, width); what is positive speaks for the class.

    Attributes:
        pixels: As the network sees it, uint8 (height, width, 1 or 3).
        patch: Side in pixels of what hides a place.
        occlusion: By how much the log odds of the class against every other class fall, at least, where a pixel is
            hidden.
        occlusion_contrast: The same, against the rival alone.
        place: First row and column of the patch that tells most, see `tasks.explained_pictures.telling_patch`.
        hidden: Probability of the class under that patch.
        layer: Of the feature map of Grad-CAM; None where no layer is a convolution.
        grid: Rows and columns of that feature map.
        grad_cam, grad_cam_contrast: Grad-CAM of the class's logit, and of that less the rival's.
    """

    pixels: np.ndarray
    patch: int
    occlusion: np.ndarray
    occlusion_contrast: np.ndarray
    place: tuple[int, int]
    hidden: float
    layer: str | None = None
    grid: tuple[int, int] = (0, 0)
    grad_cam: np.ndarray | None = None
    grad_cam_contrast: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Columns:
    """What the columns of a row contribute to the answer.

    Attributes:
        shares: `Contributions`, with the answer and perhaps that of a rival as its outputs.
        values: Of each column the value as people read it.
        background: What the rows are that the row is held against: "training rows".
    """

    shares: Contributions
    values: dict[str, str]
    background: str

    @property
    def amounts(self) -> dict[str, float]:
        """Of each column what it adds to the answer, the largest first."""
        found = dict(zip(self.shares.columns, self.shares.amounts[:, 0].tolist(), strict=True))
        return dict(sorted(found.items(), key=lambda pair: -abs(pair[1])))

    @property
    def base(self) -> float:
        """The mean answer of the rows that the row is held against."""
        return float(self.shares.base[0])

    @property
    def contrast(self) -> dict[str, float]:
        """Of each column what it adds to the answer less the rival's, the largest first; empty where there is none."""
        if self.shares.amounts.shape[1] < 2:
            return {}
        both = self.shares.amounts[:, 0] - self.shares.amounts[:, 1]
        found = dict(zip(self.shares.columns, both.tolist(), strict=True))
        return dict(sorted(found.items(), key=lambda pair: -abs(pair[1])))


@dataclass(frozen=True)
class Words:
    """How much of the answer each piece of a text carries.

    Attributes:
        column: Of the text.
        pieces: The text in pieces, each with what the answer loses without it: log probability, or units of the target.
        looks: The words or subwords that the network reads, with the attention that each gets; None where it has none.
    """

    column: str
    pieces: list[tuple[str, float]]
    looks: list[tuple[str, float]] | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why one record has its answer.

    Attributes:
        origin: Where the record comes from.
        answer: `Answer`.
        sentence: The explanation in words.
        places: Of a picture.
        columns: Of a row with columns besides text.
        words: Of each column of text.
    """

    origin: str
    answer: Answer
    sentence: str
    places: Places | None = None
    columns: Columns | None = None
    words: tuple[Words, ...] = ()

    def record(self) -> dict:
        """What JSON can hold of it: the answer, the sentence, the place in pixels, the contributions, the pieces."""
        one = self.answer
        found = {"origin": self.origin, "about": one.name, "value": one.value}
        if not one.is_number:
            found |= {"predicted": one.predicted, "predicted_probability": one.predicted_value}
            found |= {"rival": one.rival, "rival_probability": one.rival_value}
        found |= {"sentence": self.sentence}
        if self.places:
            row, column = self.places.place
            found |= {"place": {"row": row, "column": column, "patch": self.places.patch, "hidden": self.places.hidden}}
        if self.columns:
            found |= {"base": self.columns.base, "contributions": self.columns.amounts}
            found |= {"against_rival": self.columns.contrast} if self.columns.contrast else {}
        if self.words:
            found |= {"words": {one.column: [list(piece) for piece in one.pieces] for one in self.words}}
        return found
