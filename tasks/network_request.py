"""What a user asks `apps.networks` for: a recipe with its flags, a run or a file, or nothing, which is the gallery."""

import typing
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, make_dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated

import tyro

from cli.arguments import subcommand
from cli.errors import UserError
from tasks.task import by_name
from tasks.text_model import TextModel

SWITCHES = ("--times", "--no-times")  # flags without a value
SIZE = 224
"""Side of the picture where neither the user nor a published network says one."""
CLASSES = 1000


@dataclass(frozen=True)
class Gallery:
    """All published networks beside each other."""


@dataclass(frozen=True)
class Shown:
    """What is written besides the table on the screen."""

    html: str | None = None
    """File to write one self-contained page to."""
    svg: str | None = None
    """File to write the drawing to, as SVG."""
    times: bool = True
    """Measure milliseconds on this machine."""

    def __post_init__(self):
        for name, ending in (("html", ".html"), ("svg", ".svg")):
            path = getattr(self, name)
            if path is not None and (not path.endswith(ending) or not Path(path).parent.is_dir()):
                raise UserError(
                    f"`--{name}` must be a file that ends in {ending}, in a folder that exists. Received: {path}"
                )


@dataclass(frozen=True)
class SavedNetwork:
    """The network of a finished run, or of a .keras file, as a table and a drawing."""

    path: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of a run, or a .keras file."""
    shown: Shown = field(default_factory=Shown)


def for_arguments(arguments: Sequence[str]) -> type:
    """The settings that these arguments are read into: `SavedNetwork` for a path, else one with all recipes."""
    before = ["", *arguments]
    words = [word for last, word in zip(before, arguments, strict=False)
             if not word.startswith("-") and (not last.startswith("--") or last in SWITCHES)]  # fmt: skip
    first = words[0] if words else ""
    if first in recipes() or not (Path(first).suffix == ".keras" or "/" in first or (first and Path(first).is_dir())):
        return named_network()
    return SavedNetwork


def recipes() -> dict[str, type]:
    """The recipes of classification that take pictures or tables, by their names on the command line."""
    hint = typing.get_type_hints(by_name("classify").config)["model"]
    named = typing.get_type_hints(by_name("classify").config, include_extras=True)["model"]
    kinds = (kind for kind in typing.get_args(hint) if hasattr(kind, "build") and not issubclass(kind, TextModel))
    return {subcommand(named, kind): kind for kind in kinds}


def named_network() -> type:
    """A dataclass with the recipes as one field."""
    named = [Annotated[kind, tyro.conf.subcommand(name)] for name, kind in recipes().items()]
    union = reduce(or_, named, Annotated[Gallery, tyro.conf.subcommand("gallery")])
    own = make_dataclass(
        "NamedNetwork",
        [
            ("model", union, Gallery()),
            ("image_size", int | None, None),
            ("classes", int | None, None),
            ("shown", Shown, field(default_factory=Shown)),
        ],
        frozen=True,
    )
    own.__doc__ = """A network of the suite as a table and a drawing.

    Attributes:
        model: The network; `python -m apps.networks NAME --help` shows its own flags.
        image_size: Side of the picture in pixels. Default: the published one, else 224.
        classes: Of the last layer. Default: as published, else 1000.
        shown: What is written besides.
    """
    return own


def network(config) -> tuple[object, object]:
    """The `keras.Model` that is asked for, in float32, and what is published of it (`Published` or None).

    Raises:
        UserError: There is no such run or file, or the recipe cannot be built for pictures of this size.
    """
    from evaluation.published_figures import of

    if isinstance(config, SavedNetwork):
        return _saved(config.path), None
    for name in ("image_size", "classes"):
        if (value := getattr(config, name)) is not None and value < 1:
            raise UserError(f"`--{name.replace('_', '-')}` must be at least 1. Received: {value}")
    recipe = config.model
    name = next(name for name, kind in recipes().items() if kind is type(recipe))
    published = of(name, asdict(recipe))
    size = config.image_size or (published.size if published else getattr(recipe, "size", SIZE))
    classes = config.classes or (published.classes if published else CLASSES)
    model = built(recipe, size, classes)
    same = published and (size, classes) == (published.size, published.classes)
    return model, published if same else None


def built(recipe, size: int, classes: int):
    """The recipe's network for square colour pictures; of a pretrained one the weights are random."""
    if getattr(recipe, "weights", "none") == "imagenet":
        recipe = replace(recipe, weights="none")
    return recipe.build((size, size, 3), classes)


def _saved(path: str):
    from tasks import trained

    if Path(path).suffix == ".keras" and not Path(path).is_dir():
        return trained.network(Path(path))
    return trained.network(trained.read(path).directory / "model.keras")
