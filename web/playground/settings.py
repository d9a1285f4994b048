"""All that a page of the playground is set to, and its address: the same keys as TensorFlow Playground has."""

import dataclasses
import math
import random
import re
import types
import typing
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear", "leaky_relu", "softplus", "elu")
OPTIMIZERS = ("sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "adamw")
SCHEDULES = ("constant", "inverse_time", "exponential", "cosine", "inverse_sqrt")
LOSSES = {"classification": ("squared", "cross_entropy"), "regression": ("squared", "absolute", "huber")}
INITIALIZERS = ("uniform", "lecun", "glorot", "he", "zeros")
FEATURES = ("x", "y", "xSquared", "ySquared", "xTimesY", "sinX", "sinY", "cosX", "cosY")
MOST_LAYERS, MOST_NEURONS, MOST_CLASSES = 6, 16, 8
MOST_POINTS = 500  # drawn by hand: they stand in the address
DRAWN = re.compile(r"-?\d+(\.\d+)?,-?\d+(\.\d+)?,[0-7]")


def one_of(*allowed: str) -> Callable:
    """A checker of words."""
    return dataclasses.field(
        default=allowed[0], metadata={"ok": lambda value: value in allowed, "allowed": ", ".join(allowed)}
    )


def number(default: float, low: float, high: float) -> typing.Any:
    """A checker of numbers from `low` to `high`."""
    return field(
        default=default, metadata={"ok": lambda value: low <= value <= high, "allowed": f"{low:g} to {high:g}"}
    )


def row(default: tuple, ok: Callable, allowed: str) -> typing.Any:
    """A checker of a number or word for each hidden layer."""
    return field(
        default=default,
        metadata={
            "ok": lambda values: len(values) <= MOST_LAYERS and all(map(ok, values)),
            "allowed": f"at most {MOST_LAYERS}, {allowed}",
        },
    )


@dataclass(frozen=True)
class Settings:
    """What a page is set to. In an address a field has its name in camel case; what is at its default is left out.

    The first block is that of TensorFlow Playground. Of the others, `activations`, `dropout` and `batch_norm` have an
    entry a hidden layer ("" for `activation`), `weights` is a seed of the initial weights apart from that of the data,
    `speed` the epochs a picture, `points` what was drawn by hand ("x,y,class;..."), and `hidden` the controls that a
    teacher has taken off the page.
    """

    activation: str = one_of("tanh", *ACTIVATIONS)
    regularization: str = one_of("none", "L1", "L2")
    batch_size: int = number(10, 1, 256)
    dataset: str = one_of("circle", "xor", "gauss", "spiral", "points", "table")
    reg_dataset: str = one_of("reg-plane", "reg-gauss", "table")
    learning_rate: float = number(0.03, 1e-7, 100)
    regularization_rate: float = number(0.0, 0, 100)
    noise: float = number(0.0, 0, 50)
    network_shape: tuple[int, ...] = row((4, 2), lambda value: 1 <= value <= MOST_NEURONS, f"1 to {MOST_NEURONS}")
    seed: str = ""
    show_test_data: bool = False
    discretize: bool = False
    perc_train_data: int = number(50, 10, 90)
    x: bool = True
    y: bool = True
    x_times_y: bool = False
    x_squared: bool = False
    y_squared: bool = False
    cos_x: bool = False
    sin_x: bool = False
    cos_y: bool = False
    sin_y: bool = False
    collect_stats: bool = False
    tutorial: str = ""
    problem: str = one_of("classification", "regression")
    init_zero: bool = False
    hide_text: bool = False

    loss: str = one_of("squared", "cross_entropy", "absolute", "huber")
    classes: int = number(2, 2, MOST_CLASSES)
    optimizer: str = one_of(*OPTIMIZERS)
    schedule: str = one_of(*SCHEDULES)
    decay: float = number(0.99, 0, 1)
    schedule_epochs: int = number(200, 1, 100_000)
    initializer: str = one_of(*INITIALIZERS)
    weights: str = ""
    activations: tuple[str, ...] = row((), lambda value: value in ("", *ACTIVATIONS), ", ".join(ACTIVATIONS))
    dropout: tuple[float, ...] = row((), lambda value: 0 <= value < 1, "in [0, 1)")
    batch_norm: tuple[int, ...] = row((), lambda value: value in (0, 1), "0 or 1")
    speed: int = number(1, 1, 100)
    points: str = ""
    column_x: str = ""
    column_y: str = ""
    target: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features of x and y that are inputs, in the order of `FEATURES`."""
        return tuple(name for name in FEATURES if getattr(self, snake(name)))

    @property
    def data(self) -> str:
        """The name of the data set of the problem."""
        return self.dataset if self.problem == "classification" else self.reg_dataset

    @property
    def seed_of_data(self) -> int:
        """A whole number made of the seed's text."""
        return zlib.crc32(self.seed.encode())

    @property
    def seed_of_weights(self) -> int:
        """A whole number made of the text of the weights' own seed, or else of the seed."""
        return zlib.crc32((self.weights or self.seed).encode()) % 2**30

    @property
    def layers(self) -> list[tuple[int, str, float, bool]]:
        """Units, activation, dropout and whether there is batch norm, of each hidden layer."""
        count = len(self.network_shape)
        activations = [name or self.activation for name in filled(self.activations, count, "")]
        dropout, norms = filled(self.dropout, count, 0.0), map(bool, filled(self.batch_norm, count, 0))
        return list(zip(self.network_shape, activations, dropout, norms, strict=True))

    @property
    def l1(self) -> float:
        """Strength of the L1 penalty, as `layers.L1L2` defines it."""
        return self.regularization_rate if self.regularization == "L1" else 0.0

    @property
    def l2(self) -> float:
        """Strength of the L2 penalty, as `layers.L1L2` defines it."""
        return self.regularization_rate if self.regularization == "L2" else 0.0

    def values(self) -> dict[str, object]:
        """Key in the address -> value, of all fields but the hidden controls."""
        return {camel(name): value for name, value in dataclasses.asdict(self).items() if name != "hidden"}

    def address(self) -> str:
        """What stands after `#`: all that is not at its default."""
        found = []
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if one.name != "hidden" and value != one.default:
                found.append(f"{camel(one.name)}={quote(spelled(value), safe=',;.-')}")
        return "&".join([*found, *(f"{name}_hide=true" for name in self.hidden)])


def read(address: str) -> tuple[Settings, list[str]]:
    """The settings of what stands after `#`, and a sentence for each value that could not be used.

    Unknown keys are passed over, as the original does; what cannot be used is at its default. Without a seed one is
    drawn.
    """
    given = dict(parse_qsl(address.lstrip("#"), keep_blank_values=True, max_num_fields=200))
    hidden = tuple(name[:-5] for name, value in given.items() if name.endswith("_hide") and value == "true")
    found, notes = {"hidden": hidden}, []
    hints = typing.get_type_hints(Settings)
    for one in dataclasses.fields(Settings):
        text = given.get(camel(one.name))
        if text is None or one.name == "hidden" or (not text.strip() and one.name != "network_shape"):
            continue
        value = parsed(text, hints[one.name])
        if value is None or not one.metadata.get("ok", lambda _: True)(value):
            allowed = one.metadata.get("allowed", "a number")
            notes.append(f"{camel(one.name)}={text[:60]!r} cannot be used (allowed: {allowed}); it is at its default.")
        else:
            found[one.name] = value
    found.setdefault("seed", f"{random.random():.5f}")
    return agreed(Settings(**found), notes), notes


def agreed(settings: Settings, notes: list[str]) -> Settings:
    """The settings made to agree with each other, with a sentence for what was changed."""
    changes: dict[str, object] = {}
    if settings.init_zero:
        changes["initializer"] = "zeros"
    if settings.loss not in LOSSES[settings.problem]:
        notes.append(f"loss={settings.loss} is not for {settings.problem}; it is squared.")
        changes["loss"] = "squared"
    if not settings.features and settings.data != "table":
        notes.append("A network needs an input; x is switched on.")
        changes["x"] = True
    drawn = [one for one in settings.points.split(";") if one]
    kept = [one for one in drawn if DRAWN.fullmatch(one)][:MOST_POINTS]
    if len(kept) < len(drawn):
        notes.append(f"{len(drawn) - len(kept)} of the points drawn by hand are left out (allowed: {MOST_POINTS}).")
        changes["points"] = ";".join(kept)
    if settings.problem == "classification" and settings.loss == "squared" and class_count(settings, kept) > 2:
        if settings.data != "table":
            notes.append("More than two classes take a softmax: the loss is cross_entropy.")
        changes["loss"] = "cross_entropy"
    return dataclasses.replace(settings, **changes)


def class_count(settings: Settings, points: list[str]) -> int:
    """The number of classes of made or drawn data; those of a table are known when it is read."""
    if settings.data == "points":
        return max([2, *(int(one[-1]) + 1 for one in points)])
    return 2 if settings.data == "table" else settings.classes


def filled(values: tuple, count: int, usual) -> list:
    """The first `count` values, and `usual` where there are fewer."""
    return [*values[:count], *[usual] * (count - len(values))]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)


def spelled(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(spelled, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def parsed(text: str, hint):
    """A value of the type, or None."""
    if isinstance(hint, types.GenericAlias):
        kind = typing.get_args(hint)[0]
        values = [one.strip() if kind is str else parsed(one, kind) for one in text.split(",")] if text.strip() else []
        return None if None in values else tuple(values)
    if hint is bool:
        return text != "false"
    if hint is str:
        return text
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value) or hint is int and value % 1:
        return None
    return hint(value)


def changed(settings: Settings, values: Mapping[str, object]) -> Settings:
    """The settings with other values, by keys of the address."""
    return dataclasses.replace(settings, **{snake(name): value for name, value in values.items()})
