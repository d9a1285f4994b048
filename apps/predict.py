"""Predict with a trained run.

    python -m apps.predict runs/classify/NAME photo.jpg
    python -m apps.predict runs/classify/NAME photos/ --output predictions.csv
    python -m apps.predict runs/classify/NAME new-people.csv --top 2 --output predictions.jsonl
    python -m apps.predict runs/translate/NAME new.en --output new.de
    python -m apps.predict runs/translate/NAME --text "Two dogs run." --top 3
    python -m apps.predict runs/caption/NAME photos/ --output captions.csv

Images are files or folders (searched in depth), tables are CSV, TSV or JSON lines with the columns of the training
table, texts are files of one sentence a line (.gz is read). One row comes out per record: its origin, the label, the
translation or the caption, its probability or score, and the next best ones; an output that does not end in .csv or
.jsonl gets translations alone, a line each. Nothing is written unless every record can be read; a captioner names and
skips the images that cannot.
"""

<<<<<<< HEAD
from cli.run import run
from tasks.request import Prediction
=======
import csv
import io
import json
import os
import sys
from dataclasses import dataclass, fields
from typing import Annotated

import numpy as np
import tyro

from apps.command import run
>>>>>>> main


def main(config: Prediction) -> list[dict]:
    """Predict every record and write the rows; return them as dicts: origin, and what the run answers."""
    from tasks.answers import write
    from tasks.trained import read
    from training.devices import configure

    configure()
<<<<<<< HEAD
    rows = read(config.run).answers(config)
    write(rows, config.output)
    return rows


=======
    from apps.trained import read

    refuse_overwriting(config)
    trained = read(config.run)
    if trained.task == "translate":
        from apps.predict_translations import translated

        predictions = translated(trained, config)
    elif trained.task == "caption":
        from apps.predict_captions import captioned

        predictions = captioned(trained, config)
    else:
        predictions = predicted(trained, config)
    as_lines = config.output is not None and config.output.endswith(".jsonl")
    text = (
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions) if as_lines else table(predictions)
    )
    if config.output is None:
        sys.stdout.write(text)
    else:
        if not config.output.endswith((".csv", ".jsonl")):
            text = "".join(row["translation"] + "\n" for row in predictions)
        write(config.output, text)
        print(f"predictions={len(predictions)} output={config.output}")
    return predictions


def refuse_overwriting(config: Config) -> None:
    """Raise ValueError where the output would replace a file that is to be read."""
    for name in config.files if config.output and os.path.exists(config.output) else ():
        if os.path.exists(name) and os.path.samefile(name, config.output):
            raise ValueError(f"`--output` must name another file than the input {name}. Received: {config.output}")


def write(path: str, text: str) -> None:
    """Write a file whole or not at all: a disk that is full leaves what was there."""
    path = os.path.realpath(path)
    into = f"{path}.partial" if os.path.isfile(path) or not os.path.exists(path) else path  # a device is no file
    try:
        with open(into, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if into != path:
            os.replace(into, path)
    finally:
        if into != path and os.path.exists(into):
            os.remove(into)


OF_TEXTS = ("text", "beams", "length_penalty", "sample", "temperature", "top_k", "top_p", "seed")
"""Settings of runs that write texts."""


def predicted(trained, config: Config) -> list[dict]:
    """The answers of a run on images or tables. Raises ValueError on a flag that is for runs that write texts."""
    for one in fields(config):
        if one.name in OF_TEXTS and getattr(config, one.name) != one.default:
            flag = f"--{one.name.replace('_', '-')}"
            raise ValueError(
                f"`{flag}` is for translators and captioners; {config.run} is a run of apps.{trained.task}. Leave it "
                "out."
            )
    if config.output and not config.output.endswith((".csv", ".jsonl")):
        raise ValueError(f"`--output` must end in .csv or .jsonl. Received: {config.output}")
    rows = []
    for inputs, origins in records(config.files, trained.prepare):
        rows += trained.answers(inputs, origins, config.top or 3)
    return rows


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
    columns = dict.fromkeys(name for row in rows for name in row)  # some have fewer answers than others
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def flat(row: dict) -> dict:
    """An answer without its list `top`, whose entries from the second on become columns."""
    columns = {name: value for name, value in row.items() if name != "top"}
    for rank, entry in enumerate(row.get("top", [])[1:], start=2):
        columns |= {f"{name}_{rank}": value for name, value in entry.items()}
    return columns


>>>>>>> main
if __name__ == "__main__":
    run(main, "python -m apps.predict")
