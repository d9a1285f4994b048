"""Seconds and memory of reading what users bring, beside a plain reader of the same file.

    python -m benchmarks.inputs                       a table of 2,000,000 x 20 and one of 400 x 3,000
    python -m benchmarks.inputs --tables 100000x20    another size

Each reading runs in a process of its own: seconds of reading alone, and the most memory that the process ever held
(`resource.getrusage`), with what it held before it read. "table" is `data.tables.table_file.read`, "splits" all until
training (the kinds of columns, three splits, raw inputs), "pandas" `pandas.read_csv`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cli.errors import UserError
from cli.packages import ROOT
from cli.run import run

MIB = 1024**2
ROWS_AT_ONCE = 50_000
READERS = ("pandas", "table", "splits")


@dataclass(frozen=True)
class Config:
    """Seconds and memory of reading tables."""

    tables: tuple[str, ...] = ("2000000x20", "400x3000")
    """Rows x columns of each table."""
    folder: str | None = None
    """Where the files are made; otherwise a folder that is removed in the end."""

    def __post_init__(self):
        for size in self.tables:
            rows, _, columns = size.partition("x")
            if not (rows.isdecimal() and columns.isdecimal() and int(rows) >= 20 and int(columns) >= 3):
                raise UserError(f"`--tables` must be ROWSxCOLUMNS, from 20x3. Received: {size}")


def main(config: Config) -> dict[str, dict[str, dict[str, float]]]:
    """Make each file, read it in each way, print a line for each, and return the figures."""
    results = {}
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(dir=config.folder) as folder:
        for size in config.tables:
            path = os.path.join(folder, f"{size}.csv")
            write_table(path, *map(int, size.split("x")))
            results[size] = {}
            for reader in READERS:
                results[size][reader] = measured(reader, path)
                print(line(size, reader, results[size][reader]), flush=True)
            os.remove(path)
    return results


def write_table(path: str, rows: int, columns: int) -> None:
    """A CSV of numbers, one column of words and a class "y" that depends on the first number, drawn with seed 0."""
    rng = np.random.default_rng(0)
    names = [f"x{position}" for position in range(columns - 2)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join([*names, "colour", "y"]) + "\n")
        for start in range(0, rows, ROWS_AT_ONCE):
            count = min(ROWS_AT_ONCE, rows - start)
            numbers = np.round(rng.normal(size=(count, columns - 2)) * 10).astype(int) / 10
            words = rng.choice(["red", "green", "blue"], count)
            for row, word in zip(numbers.tolist(), words, strict=True):
                file.write(f"{','.join(map(str, row))},{word},{'no' if row[0] < 0 else 'yes'}\n")


def measured(reader: str, path: str) -> dict[str, float]:
    """Figures of one reading in a process of its own: seconds, MiB of the file, before reading and at most."""
    command = [sys.executable, "-c", f"from benchmarks import inputs; inputs.child({reader!r}, {path!r})"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def child(reader: str, path: str) -> None:
    """Read a file in this process, and print the figures as JSON."""
    read = reading(reader)
    before, start = peak(), time.perf_counter()
    kept = read(path)
    seconds, most = time.perf_counter() - start, peak()
    assert len(kept)
    figures = {"seconds": seconds, "file": os.path.getsize(path) / MIB, "before": before, "peak": most}
    print(json.dumps(figures))


def reading(reader: str) -> Callable[[str], object]:
    """The function of a path that reads a file, with all that it needs imported."""
    if reader == "pandas":
        import pandas

        return pandas.read_csv
    import pandas  # noqa: F401
    import pyarrow.csv  # noqa: F401

    if reader == "table":
        from data.tables import table_file

        return table_file.read
    from data.settings import Data
    from data.source import resolve
    from data.tables import tables  # noqa: F401

    def splits(path):
        found = resolve(Data(path, target="y"), seed=0)
        return found.train

    return splits


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


HEADER = (
    f"{'table':>14} {'reader':>8} {'seconds':>9} {'s/M cells':>10} {'file MiB':>9} {'before':>8} {'peak MiB':>9} "
    f"{'peak/file':>10}"
)


def line(size: str, reader: str, found: dict[str, float]) -> str:
    """A row of the printed table."""
    rows, columns = map(int, size.split("x"))
    return (
        f"{size:>14} {reader:>8} {found['seconds']:>9.2f} {found['seconds'] / (rows * columns / 1e6):>10.3f} "
        f"{found['file']:>9.1f} {found['before']:>8.0f} {found['peak']:>9.0f} {found['peak'] / found['file']:>10.1f}"
    )


if __name__ == "__main__":
    run(main, "python -m benchmarks.inputs")
