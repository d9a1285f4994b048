"""Answers of a run as CSV, JSON lines or plain text."""

import csv
import io
import json
import os
import sys
from collections.abc import Sequence

from cli.errors import UserError


def refuse_overwriting(files: Sequence[str], output: str | None) -> None:
    """Raise UserError where the output would replace a file that is to be read."""
    for name in files if output and os.path.exists(output) else ():
        if os.path.exists(name) and os.path.samefile(name, output):
            raise UserError(f"`--output` must name another file than the input {name}. Received: {output}")


def write(rows: list[dict], output: str | None) -> None:
    """Write the answers to a file, by its ending .csv, .jsonl, or translations alone; None for CSV on the screen."""
    if output is None:
        sys.stdout.write(table(rows))
        return
    if output.endswith(".jsonl"):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = table(rows) if output.endswith(".csv") else "".join(row["translation"] + "\n" for row in rows)
    write_whole(output, text)
    print(f"predictions={len(rows)} output={output}")


def write_whole(path: str, text: str) -> None:
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
