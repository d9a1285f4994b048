"""A table that the user brings: any that the suite's readers take, two of its columns drawn, the others held."""

import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cli.errors import UserError
from web.playground.dataset import Axis, Dataset, parts
from web.playground.settings import MOST_CLASSES, Settings

MOST_ROWS = 20_000
MOST_BYTES = 1_000_000
MOST_INPUTS = 24  # besides the two that are drawn
SHOWN = 3.0  # standard deviations to either side


@dataclass(frozen=True, eq=False)
class OwnTable:
    """A table as its reader gives it, and its name."""

    name: str
    raw: object

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.raw.columns)


def read_bytes(name: str, content: bytes) -> OwnTable:
    """The table in the bytes of a file of that name. Raises UserError: it is too large, or cannot be read."""
    if len(content) > MOST_BYTES:
        raise UserError(f"{name}: has {len(content):,} bytes. Allowed: {MOST_BYTES:,}.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (re.sub(r"[^\w.-]", "_", re.split(r"[/\\]", name)[-1]).lstrip(".")[-80:] or "table.csv")
        path.write_bytes(content)
        try:
            return read_file(str(path))
        except UserError as error:
            raise UserError(str(error).replace(f"{folder}{os.sep}", "")) from None


def read_file(path: str) -> OwnTable:
    """The table of a file. Raises UserError: it has too many rows, or cannot be read."""
    from data.tables import table_file
    from data.tables.cells import Cells

    raw = table_file.read(path)
    name = os.path.basename(path)
    if len(raw) > MOST_ROWS:
        raise UserError(f"{name}: has {len(raw):,} rows. Allowed: {MOST_ROWS:,}; give a part of them.")
    if len(raw) < 10:
        raise UserError(f"{name}: has {len(raw)} rows. A training and a test part take 10 at least.")
    return OwnTable(name, replace(raw, path=name, columns=Cells(raw.columns)))


def make(own: OwnTable, settings: Settings) -> Dataset:
    """The table as points: standardised by the training rows, two columns of numbers drawn, the rest held at their
    median, or their most frequent category.

    Raises:
        UserError: A column is not there, or is no number, or the target has too many classes.
    """
    from data.settings import Data
    from data.tables import tables
    from data.tables.table_features import TablePrepare
    from data.targets import ClassTarget, NumberTarget

    kind = ClassTarget if settings.problem == "classification" else NumberTarget
    target = own.raw.column_name(settings.target or "last", "target")
    data = Data(own.name, target=target)
    splits = tables.from_raw(own.name, own.raw, {}, data, 0, kind)
    if not isinstance(splits.prepare, TablePrepare):
        raise UserError(f"{own.name}: holds texts, which have no place in a plane. Leave these columns out.")
    if len(splits.classes) > MOST_CLASSES:
        raise UserError(
            f"{own.name}: column {target!r} has {len(splits.classes)} classes. Allowed: {MOST_CLASSES}; choose another "
            "target, or regression."
        )
    kinds = splits.prepare.kinds
    raw = {
        name: np.concatenate([part.inputs[name] for part in (splits.train, splits.validation, splits.test)])
        for name in kinds
    }
    labels = np.concatenate([splits.train.labels, splits.validation.labels, splits.test.labels])
    train, test = parts(len(labels), settings)
    drawn = drawn_columns(own, settings, kinds)
    prepare = TablePrepare.fit({name: values[train] for name, values in raw.items()}, kinds)
    points, axes = [], []
    for name in drawn:
        values = raw[name].astype(np.float64)
        known = values[train][np.isfinite(values[train])]
        mean, scale = float(known.mean()), float(known.std()) or 1.0
        points.append(np.where(np.isfinite(values), (values - mean) / scale, 0.0))
        axes.append(Axis(name, mean, scale))
    rest = [column for column in prepare.columns if column.name not in drawn]
    blocks = [np.asarray(column.encode(raw[column.name]), np.float32) for column in rest]
    further = np.hstack(blocks) if blocks else np.zeros((len(labels), 0), np.float32)
    names = tuple(name for column in rest for name in column.feature_names())
    if len(names) > MOST_INPUTS:
        raise UserError(
            f"{own.name}: {len(names)} inputs besides the two that are drawn. Allowed: {MOST_INPUTS}; leave columns "
            "out, or categories of many words."
        )
    value = Axis(target)
    if kind is NumberTarget:
        low, high = labels[train].min(), labels[train].max()
        value = Axis(target, float(high + low) / 2, float(high - low) / 2 or 1.0)
        labels = (labels - value.mean) / value.scale
    held = [held_at(column, raw[column.name][train], block[train]) for column, block in zip(rest, blocks, strict=True)]
    return Dataset(
        np.stack(points, axis=1),
        labels.astype(np.float32),
        train,
        test,
        splits.classes,
        SHOWN,
        tuple(axes),
        further,
        names,
        np.concatenate(held) if held else np.zeros(0, np.float32),
        value,
        (*own.raw.notes, *(column.note for column in splits.columns if column.note)),
    )


def drawn_columns(own: OwnTable, settings: Settings, kinds) -> tuple[str, str]:
    """The names of the two columns of numbers that are drawn: those asked for, else the first two."""
    numbers = [name for name, kind in kinds.items() if kind.kind == "number"]
    if len(numbers) < 2:
        raise UserError(f"{own.name}: a picture takes two columns of numbers. Received: {', '.join(numbers) or 'none'}")
    found = []
    for wanted, flag in ((settings.column_x, "columnX"), (settings.column_y, "columnY")):
        name = own.raw.column_name(wanted, flag) if wanted else next(one for one in numbers if one not in found)
        if name not in numbers:
            raise UserError(f"{own.name}: column {name!r} is no input of numbers. Allowed: {', '.join(numbers)}")
        found.append(name)
    if found[0] == found[1]:
        raise UserError(f"{own.name}: column {found[0]!r} cannot be both coordinates. Allowed: {', '.join(numbers)}")
    return tuple(found)


def held_at(column, raw: np.ndarray, encoded: np.ndarray) -> np.ndarray:
    """The features at which a column is held, float32 (width,): of the middle row, or of the most frequent category."""
    if raw.dtype.kind in "fi":
        return np.median(encoded, axis=0).astype(np.float32)
    words, counts = np.unique(raw, return_counts=True)
    return encoded[int(np.argmax(raw == words[counts.argmax()]))]
