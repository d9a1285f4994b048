"""Reads off the data argument what it is, and yields its splits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from data.splits import Splits

BUNDLED = ("digits",)
TOYS = ("and", "or", "xor", "circles", "moons", "spirals", "gaussians")
TABLES = (".csv", ".tsv", ".txt", ".data", ".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Data:
    """Where the data is, and how to read it."""

    data: str = "digits"
    """a bundled name, a table (.csv .tsv .jsonl, also .gz), a folder of images (one folder per class), or tfds:NAME"""
    target: str | None = None
    """table: the column to predict: its name, its number (from 1), or "last" """
    validation: str | None = None
    """your own validation table or folder; otherwise it is carved from the training data"""
    test: str | None = None
    """your own test table or folder; otherwise a fifth of the data is held out"""
    group: str | None = None
    """table: rows with the same value in this column stay in one split (a patient, a customer); not used as input"""
    time: str | None = None
    """table: split by this column: earliest rows train, latest rows test; not used as input"""
    image_size: int | None = None
    """images: side of the square in pixels; otherwise the size of the images if all are equal, else 64"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""
    augment: Literal["auto", "none", "shift", "flip", "shift-flip", "strong"] = "auto"
    """images: variation of training images; auto leaves out what would change a label"""


def resolve(
    config: Data,
    *,
    seed: int,
    image_size: int | None = None,
    channels: int | None = None,
    standardize: bool = True,
) -> Splits:
    """Yields the splits of what `config.data` names.

    Args:
        config: what the user said.
        seed: of the random splits.
        image_size: side that the model needs, in pixels; the user's `config.image_size` goes first.
        channels: 1 or 3 if the model needs it; None for those of the images.
        standardize: False leaves pixels at 0-255, for models that standardise inside.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    from dataclasses import replace

    from data.bundled import prepare_images

    prepare_for = prepare_images(config.image_size or image_size, channels, standardize)
    kind = kind_of(config.data)
    _refuse_unused(config, kind)
    if kind == "bundled":
        from data import bundled

        splits = bundled.digits(seed, prepare_for)
    elif kind == "toy":
        from data import toys

        splits = toys.make(config.data, seed)
    elif kind == "table":
        from data import tables

        splits = tables.splits(config, seed)
    elif kind == "folder":
        from data import image_folders

        splits = image_folders.splits(config, seed, prepare_for)
    else:
        from data import tfds_source

        splits = tfds_source.splits(config, seed, prepare_for)
    if splits.kind == "image":
        from data import augmentation

        chosen, note = augmentation.choose(config.augment, splits.name, splits.classes, splits.prepare.size)
        return replace(splits, augmentation=chosen, notes=(*splits.notes, note))
    if config.augment not in {"auto", "none"}:
        from data.errors import DataError

        raise DataError(f"--augment {config.augment} varies images, and {config.data!r} is a table. Leave it out.")
    return splits


def kind_of(data: str) -> str:
    """Returns "bundled", "toy", "table", "folder" or "tfds" for a data argument.

    Raises:
        DataError: it is none of these; the message names the choices.
    """
    from data.errors import DataError, MissingData, suggestion

    if data.startswith("tfds:"):
        return "tfds"
    if os.path.isdir(data):
        return "folder"
    extension = os.path.splitext(data.lower().removesuffix(".gz"))[1]
    if os.path.isfile(data):
        if extension in TABLES:
            return "table"
        raise DataError(
            f"{data}: what this file holds cannot be read off its ending {extension!r}. "
            f"Allowed: {' '.join(TABLES)} (also .gz) for tables; for images give their folder."
        )
    if data in BUNDLED:
        return "bundled"
    if data in TOYS:
        return "toy"
    if extension or os.sep in data:
        raise MissingData(f"{data}: no such file or folder. Check the path given as --data.")
    raise DataError(
        f"--data {data!r} is neither a bundled name nor a file or folder.{suggestion(data, BUNDLED + TOYS)} "
        f"Allowed: {', '.join(BUNDLED + TOYS)}; a table ({' '.join(TABLES)}, also .gz); "
        f"a folder of images with one folder per class; tfds:NAME."
    )


def _refuse_unused(config: Data, kind: str) -> None:
    """Refuses an option that the kind of data cannot use, so that none is silently ignored."""
    from data.errors import DataError

    usable = {
        "bundled": {"image_size"},
        "toy": set(),
        "table": {"target", "validation", "test", "group", "time"},
        "folder": {"validation", "test", "image_size"},
        "tfds": {"target", "image_size", "download"},
    }[kind]
    what = {"bundled": "bundled images", "toy": "a made-up table", "table": "a table"}
    what |= {"folder": "a folder of images", "tfds": "a TensorFlow dataset"}
    for option in ("target", "validation", "test", "group", "time", "image_size", "download"):
        if getattr(config, option) not in {None, False} and option not in usable:
            flag = "--" + option.replace("_", "-")
            raise DataError(
                f"{flag} cannot be used with {config.data!r}, which is {what[kind]}. "
                f"Received: {flag} {getattr(config, option)}. Leave it out."
            )
