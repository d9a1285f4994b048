"""What a network of the playground learns from: points in a plane with labels, and further inputs of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from web.playground import features, made_points
from web.playground.settings import Settings

COUNT, COUNT_OF_NUMBERS = 500, 1200
HALF = 6.0  # of the square that is drawn
ORDER_STREAM = 1


@dataclass(frozen=True)
class Axis:
    """A coordinate of the picture: what it is called, and `mean + scale * x` is its value in the user's units."""

    name: str
    mean: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Points with labels.

    Attributes:
        points: float64 (N, 2), coordinates as they are drawn and as the network sees them.
        labels: float32 (N,): indices of classes, or values, about -1 to 1, to estimate.
        train, test: Rows of either part.
        classes: Their names; empty for values.
        half: The picture shows -half to half of both coordinates.
        axes: Of the two coordinates.
        further: float32 (N, K), inputs that are not drawn.
        names: Of those, K.
        held: float32 (K,), at which they stay while the plane is drawn.
        value: Of the labels, where they are values.
        notes: Sentences for the user.
    """

    points: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    test: np.ndarray
    classes: tuple[str, ...] = ()
    half: float = HALF
    axes: tuple[Axis, Axis] = (Axis("X₁"), Axis("X₂"))
    further: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    names: tuple[str, ...] = ()
    held: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    value: Axis = Axis("value")
    notes: tuple[str, ...] = ()

    def inputs(self, names: Sequence[str], rows: np.ndarray) -> np.ndarray:
        """What the network sees of some rows, float32 (R, F + K), given the names of the features."""
        found = features.table(names, self.points[rows])
        return np.hstack([found, self.further[rows]]) if self.names else found

    def grid(self, names: Sequence[str], side: int) -> np.ndarray:
        """What the network sees of the middles of side x side cells, from the upper left, row by row: float32."""
        ticks = (np.arange(side) + 0.5) / side * 2 * self.half - self.half
        x, y = np.meshgrid(ticks, -ticks)
        found = features.table(names, np.stack([x.ravel(), y.ravel()], axis=1))
        return np.hstack([found, np.tile(self.held, (len(found), 1))]) if self.names else found

    def training_labels(self, rows: np.ndarray, signed: bool) -> np.ndarray:
        """Labels of rows; those of two classes as -1 and 1, if so asked."""
        found = self.labels[rows]
        return (2 * found - 1 if signed else found).astype(np.float32)


def make(settings: Settings) -> Dataset:
    """The made or drawn data of the settings; a function of their seed, classes, noise and share alone."""
    random = np.random.default_rng(settings.seed_of_data)
    if settings.data == "points":
        return drawn(settings)
    noise = settings.noise / 100
    if settings.problem == "regression":
        points, labels = made_points.OF_NUMBERS[settings.data](COUNT_OF_NUMBERS, noise, random)
        return Dataset(points, labels.astype(np.float32), *parts(len(points), settings))
    points, labels = made_points.OF_CLASSES[settings.data](COUNT, noise, random, settings.classes)
    names = ("-1", "1") if settings.classes == 2 else tuple(map(str, range(settings.classes)))
    return Dataset(points, labels.astype(np.float32), *parts(len(points), settings), names)


def drawn(settings: Settings) -> Dataset:
    """The points that the user has drawn; training and test rows are told apart by their order, so that a further
    point moves none from one part to the other."""
    numbers = np.array([list(map(float, one.split(","))) for one in settings.points.split(";") if one])
    numbers = numbers.reshape(-1, 3)
    count, share = len(numbers), settings.perc_train_data / 100
    is_train = np.floor((np.arange(count) + 1) * share) > np.floor(np.arange(count) * share)
    rows = np.arange(count)
    classes = max(2, int(numbers[:, 2].max()) + 1) if count else 2
    return Dataset(
        numbers[:, :2],
        numbers[:, 2].astype(np.float32),
        rows[is_train] if count > 1 else rows,
        rows[~is_train],
        ("-1", "1") if classes == 2 else tuple(map(str, range(classes))),
    )


def parts(count: int, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Rows for training and for the test: a random order of the seed, cut at the share."""
    order = np.random.default_rng([settings.seed_of_data, ORDER_STREAM]).permutation(count)
    cut = min(max(count * settings.perc_train_data // 100, 1), count - 1)
    return order[:cut], order[cut:]
