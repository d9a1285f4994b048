"""Predict with a trained run.

    python -m apps.predict runs/classify/NAME photo.jpg
    python -m apps.predict runs/classify/NAME photos/ --output predictions.csv
    python -m apps.predict runs/classify/NAME new-people.csv --top 2 --output predictions.jsonl

Images are files or folders (searched in depth), tables are CSV, TSV or JSON lines with the columns of the training
table. One row comes out per record: its origin, the label, its probability, and the next most probable labels. Nothing
is written unless every record can be read.
"""

import csv
import io
import json
import os
import sys
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tyro

from apps.command import run


@dataclass(frozen=True)
class Config:
    """Predict with a trained run."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    files: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]
    """Images, folders of images, or tables."""
    output: str | None = None
    """File to write: .csv or .jsonl. Default: CSV on the screen."""
    top: int = 3
    """Classifier: how many labels to give for each record, most probable first."""

    def __post_init__(self):
        if not self.files:
            raise ValueError("Name at least one FILE to predict. Received: none")
        if self.top < 1:
            raise ValueError(f"`--top` must be at least 1. Received: {self.top}")
        if self.output and not self.output.endswith((".csv", ".jsonl")):
            raise ValueError(f"`--output` must end in .csv or .jsonl. Received: {self.output}")


def main(config: Config) -> list[dict]:
    """Predict every record and write the rows; return them as dicts: origin, and what the run answers."""
    from training.devices import configure

    configure()
    from apps.trained import read

    trained = read(config.run)
    predictions = []
    for inputs, origins in records(config.files, trained.prepare):
        predictions += trained.answers(inputs, origins, config.top)
    as_lines = config.output is not None and config.output.endswith(".jsonl")
    text = (
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions) if as_lines else table(predictions)
    )
    if config.output is None:
        sys.stdout.write(text)
    else:
        with open(config.output, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        print(f"predictions={len(predictions)} output={config.output}")
    return predictions


def records(files, prepare):
    """Yields raw inputs and origins: one pair for all images, or one per table."""
    from data import raw_table, tables
    from data.images import ImagePrepare

    if isinstance(prepare, ImagePrepare):
        paths = np.array([path for name in files for path in images(name)], dtype=object)
        yield {"image": paths}, paths
        return
    for name in files:
        read = raw_table.read(name)
        yield tables.inputs(read, prepare.kinds), read.origins()


def images(name: str) -> list[str]:
    """The image files that a path names, itself or within, sorted. Raises DataError when there are none."""
    from data.errors import DataError, MissingData
    from data.images import READABLE

    if os.path.isfile(name):
        return [name]
    if not os.path.isdir(name):
        raise MissingData(f"{name}: no such file or folder. This run predicts images: give image files or folders.")
    found = [os.path.join(folder, file) for folder, _, inside in os.walk(name) for file in inside]
    found = sorted(path for path in found if path.lower().endswith(READABLE))
    if not found:
        raise DataError(f"{name}: the folder holds no images. Allowed: {' '.join(READABLE)}")
    return found


def table(predictions: list[dict]) -> str:
    """CSV with a column per key; a list `top` becomes label_2, probability_2, label_3, ..."""
    rows = [flat(row) for row in predictions]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def flat(row: dict) -> dict:
    """An answer without its list `top`, whose entries from the second on become columns."""
    columns = {name: value for name, value in row.items() if name != "top"}
    for rank, entry in enumerate(row.get("top", [])[1:], start=2):
        columns |= {f"{name}_{rank}": value for name, value in entry.items()}
    return columns


if __name__ == "__main__":
    run(main, "python -m apps.predict")
