"""Reads off the data argument what it is, and yields its splits."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from data import unpacked
from data.tables.table_file import FORMATS, extension, located
from data.targets import ClassTarget, NoTarget, NumberTarget, Target

if TYPE_CHECKING:
    from data.settings import Data
    from data.splits import Splits

TABLES = f"{' '.join(FORMATS)}; also {' '.join(unpacked.PACKED)}"
BUNDLED: dict[str, tuple[type[Target], ...]] = {  # real data, and which targets it has
    "digits": (ClassTarget, NoTarget),
    "diabetes": (NumberTarget,),
    "languages": (ClassTarget,),
}
TOYS: dict[str, tuple[type[Target], ...]] = {  # made-up data with a known answer
    **dict.fromkeys(("and", "or", "xor", "circles", "moons", "spirals", "gaussians"), (ClassTarget, NoTarget)),
    "double_sigmoid": (NumberTarget,),
    "one_hot_8": (NoTarget,),
}


def resolve(
    config: Data,
    target: type[Target] = ClassTarget,
    *,
    seed: int,
    image_size: int | None = None,
    channels: int | None = None,
    standardize: bool = True,
    kinds: dict | None = None,
    text: Callable | None = None,
) -> Splits:
    """Yields the splits of what `config.data` names.

    Args:
        config: what the user said.
        target: what the labels are: `ClassTarget`, `NumberTarget`, or `NoTarget` where nothing is predicted.
        seed: of the random splits.
        image_size: side that the model needs, in pixels; the user's `config.image_size` goes first.
        channels: 1 or 3 if the model needs it; None for those of the images.
        standardize: False leaves pixels at 0-255, for models that standardise inside.
        kinds: column -> `ColumnKind` of a finished run, whose columns are not decided anew.
        text: what prepares tables with a column of text, see `tables.from_raw`.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    from dataclasses import replace

    from data.bundled import prepare_images

    prepare_for = prepare_images(config.image_size or image_size, channels, standardize)
    kind = kind_of(config.data, target)
    _refuse_unused(config, kind)
    if kind == "bundled":
        from data import bundled, languages

        if config.data == "digits":
            splits = bundled.digits(seed, prepare_for)
        elif config.data == "diabetes":
            splits = bundled.diabetes(seed)
        else:
            splits = languages.make(seed, text)
    elif kind == "toy":
        from data import double_sigmoid, toys

        splits = double_sigmoid.make(seed) if config.data == "double_sigmoid" else toys.make(config.data, seed)
    elif kind == "table":
        from data.tables import tables

        splits = tables.splits(config, seed, target, kinds, text)
    elif kind == "folder":
        from data.images import image_folders

        splits = image_folders.splits(config, seed, prepare_for, target)
    else:
        from data.tfds import tfds_source

        splits = tfds_source.splits(config, seed, prepare_for, target, kinds, text)
    if splits.kind == "image":
        from data.images import augmentation

        chosen, note = augmentation.choose(config.augment, splits.name, splits.classes, splits.prepare.size)
        return replace(splits, augmentation=chosen, notes=(*splits.notes, note))
    if config.augment not in {"auto", "none"}:
        from data.errors import DataError

        raise DataError(f"--augment {config.augment} varies images, and {config.data!r} is a table. Leave it out.")
    return splits


def kind_of(data: str, target: type[Target] = ClassTarget) -> str:
    """Returns "bundled", "toy", "table", "folder" or "tfds" for a data argument.

    Raises:
        DataError: it is none of these, or has no such `target`; the message names the choices.
    """
    from data.errors import DataError, MissingData, suggestion

    if data.startswith("tfds:"):
        return "tfds"
    if os.path.isdir(data):
        if target is NumberTarget:
            raise DataError(f"{data}: is a folder, and regression takes a table ({TABLES}).")
        return "folder"
    if data == "-" or unpacked.URL.match(data) or os.path.exists(data) and not os.path.isfile(data):
        unpacked.refuse_no_file(data)
    file, _ = located(data)
    ending = extension(file)
    if os.path.isfile(file):
        if ending in FORMATS:
            return "table"
        raise DataError(
            f"{data}: what this file holds cannot be read off its ending {ending!r}. "
            f"Allowed: {TABLES}; for images give their folder."
        )
    made = {**BUNDLED, **TOYS}
    fitting = [name for name, targets in made.items() if target in targets]
    if data in made:
        if data not in fitting:
            others = " and ".join(one.app for one in made[data])
            raise DataError(f"--data {data} is for {others}. Allowed here: {', '.join(fitting)}, or your own data.")
        return "bundled" if data in BUNDLED else "toy"
    if ending or os.sep in data:
        raise MissingData(f"{data}: no such file or folder. Check the path given as --data.")
    folder = "" if target is NumberTarget else "a folder of images; "
    if target is ClassTarget:
        folder = "a folder of images with one folder per class; "
    raise DataError(
        f"--data {data!r} is neither a bundled name nor a file or folder.{suggestion(data, fitting)} "
        f"Allowed: {', '.join(fitting)}; a table ({TABLES}); {folder}tfds:NAME."
    )


def _refuse_unused(config: Data, kind: str) -> None:
    """Refuses an option that the kind of data cannot use."""
    from data.errors import refuse_given

    usable = {
        "bundled": {"image_size"} if config.data == "digits" else set(),
        "toy": set(),
        "table": {"target", "validation", "test", "header", "group", "time", "columns", "show_columns"},
        "folder": {"validation", "test", "image_size"},
        "tfds": {"target", "image_size", "download", "columns", "show_columns"},
    }[kind]
    what = {"bundled": "bundled data", "toy": "a made-up table", "table": "a table"}
    what |= {"folder": "a folder of images", "tfds": "a TensorFlow dataset"}
    options = ("target", "validation", "test", "header", "group", "time", "columns", "show_columns")
    options = (*options, "image_size", "download")
    unused = [option for option in options if option not in usable]
    refuse_given(config, unused, f"{config.data!r}, which is {what[kind]}")
