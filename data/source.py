"""Reads off the data argument what it is, and yields its splits."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from data.splits import Splits

Task = Literal["classify", "regress", "autoencode"]
BUNDLED: dict[str, tuple[Task, ...]] = {  # real data, and what it is good for
    "digits": ("classify", "autoencode"),
    "diabetes": ("regress",),
}
_POINTS = ("classify", "autoencode")
TOYS: dict[str, tuple[Task, ...]] = {  # made-up data with a known answer
    **dict.fromkeys(("and", "or", "xor", "circles", "moons", "spirals", "gaussians"), _POINTS),
    "double_sigmoid": ("regress",),
    "one_hot_8": ("autoencode",),
}
TABLES = (".csv", ".tsv", ".txt", ".data", ".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Data:
    """Where the data is, and how to read it."""

    data: str = field(default="digits", metadata={"files": True})
    """a bundled name, a table (.csv .tsv .jsonl, also .gz), a folder of images, or tfds:NAME"""
    target: str | None = None
    """table: the column to predict (for autoencoding: that labels the rows): its name, its number from 1, or "last" """
    validation: str | None = field(default=None, metadata={"files": True})
    """your own validation table or folder; otherwise it is carved from the training data"""
    test: str | None = field(default=None, metadata={"files": True})
    """your own test table or folder; otherwise a fifth of the data is held out"""
    group: str | None = None
    """table: rows with the same value in this column stay in one split (a patient, a customer); not used as input"""
    time: str | None = None
    """table: split by this column: earliest rows train, latest rows test; not used as input"""
    image_size: int | None = None
    """images: side of the square in pixels; otherwise the size of the images if all are equal, else 64"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""
    augment: Literal["auto", "none", "shift", "flip", "shift-flip", "affine", "strong"] = "auto"
    """images: variation of training images; auto leaves out what would change a label, affine shifts, turns and zooms,
    strong mirrors and changes the light, too"""


def resolve(
    config: Data,
    *,
    seed: int,
    task: Task = "classify",
    image_size: int | None = None,
    channels: int | None = None,
    standardize: bool = True,
) -> Splits:
    """Yields the splits of what `config.data` names.

    Args:
        config: what the user said.
        seed: of the random splits.
        task: what the labels are for: classes, numbers to estimate, or nothing.
        image_size: side that the model needs, in pixels; the user's `config.image_size` goes first.
        channels: 1 or 3 if the model needs it; None for those of the images.
        standardize: False leaves pixels at 0-255, for models that standardise inside.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    from dataclasses import replace

    from data.bundled import prepare_images

    prepare_for = prepare_images(config.image_size or image_size, channels, standardize)
    kind = kind_of(config.data, task)
    _refuse_unused(config, kind)
    if kind == "bundled":
        from data import bundled

        splits = bundled.diabetes(seed) if config.data == "diabetes" else bundled.digits(seed, prepare_for)
    elif kind == "toy":
        from data import double_sigmoid, toys

        splits = double_sigmoid.make(seed) if config.data == "double_sigmoid" else toys.make(config.data, seed)
    elif kind == "table":
        from data import tables

        splits = tables.splits(config, seed, task)
    elif kind == "folder":
        from data import image_folders

        splits = image_folders.splits(config, seed, prepare_for, task)
    else:
        from data import tfds_source

        splits = tfds_source.splits(config, seed, prepare_for, task)
    if splits.kind == "image":
        from data import augmentation

        chosen, note = augmentation.choose(config.augment, splits.name, splits.classes, splits.prepare.size)
        return replace(splits, augmentation=chosen, notes=(*splits.notes, note))
    if config.augment not in {"auto", "none"}:
        from data.errors import DataError

        raise DataError(f"--augment {config.augment} varies images, and {config.data!r} is a table. Leave it out.")
    return splits


def kind_of(data: str, task: Task = "classify") -> str:
    """Returns "bundled", "toy", "table", "folder" or "tfds" for a data argument.

    Raises:
        DataError: it is none of these, or not made for `task`; the message names the choices.
    """
    from data.errors import DataError, MissingData, suggestion

    if data.startswith("tfds:"):
        return "tfds"
    if os.path.isdir(data):
        if task == "regress":
            raise DataError(f"{data}: is a folder, and regression takes a table ({' '.join(TABLES)}, also .gz).")
        return "folder"
    extension = os.path.splitext(data.lower().removesuffix(".gz"))[1]
    if os.path.isfile(data):
        if extension in TABLES:
            return "table"
        raise DataError(
            f"{data}: what this file holds cannot be read off its ending {extension!r}. "
            f"Allowed: {' '.join(TABLES)} (also .gz) for tables; for images give their folder."
        )
    made = {**BUNDLED, **TOYS}
    fitting = [name for name, tasks in made.items() if task in tasks]
    if data in made:
        if data not in fitting:
            others = " and ".join(f"apps.{other}" for other in made[data])
            raise DataError(f"--data {data} is for {others}. Allowed here: {', '.join(fitting)}, or your own data.")
        return "bundled" if data in BUNDLED else "toy"
    if extension or os.sep in data:
        raise MissingData(f"{data}: no such file or folder. Check the path given as --data.")
    folder = "" if task == "regress" else "a folder of images; "
    if task == "classify":
        folder = "a folder of images with one folder per class; "
    raise DataError(
        f"--data {data!r} is neither a bundled name nor a file or folder.{suggestion(data, fitting)} "
        f"Allowed: {', '.join(fitting)}; a table ({' '.join(TABLES)}, also .gz); {folder}tfds:NAME."
    )


def _refuse_unused(config: Data, kind: str) -> None:
    """Refuses an option that the kind of data cannot use, so that none is silently ignored."""
    from data.errors import DataError

    usable = {
        "bundled": {"image_size"} if config.data == "digits" else set(),
        "toy": set(),
        "table": {"target", "validation", "test", "group", "time"},
        "folder": {"validation", "test", "image_size"},
        "tfds": {"target", "image_size", "download"},
    }[kind]
    what = {"bundled": "bundled data", "toy": "a made-up table", "table": "a table"}
    what |= {"folder": "a folder of images", "tfds": "a TensorFlow dataset"}
    for option in ("target", "validation", "test", "group", "time", "image_size", "download"):
        if getattr(config, option) not in {None, False} and option not in usable:
            flag = "--" + option.replace("_", "-")
            raise DataError(
                f"{flag} cannot be used with {config.data!r}, which is {what[kind]}. "
                f"Received: {flag} {getattr(config, option)}. Leave it out."
            )
