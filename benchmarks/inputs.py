"""Seconds and memory of reading what users bring, beside a plain reader of the same file.

    python -m benchmarks.inputs                       a table of 2,000,000 x 20 and one of 400 x 3,000
    python -m benchmarks.inputs --tables 100000x20    another size

Each reading runs in a process of its own. "before" is the most memory that it held before it read, which is what it
imports; "peak" is the most that it ever held (`resource.getrusage`), "peak/file" that divided by the size of the file.
Seconds are those of reading alone, by the clock and of the processor; on a busy machine the
latter count, and the cells are divided into these. `benchmarks.input_tables` says what the three readers of a table do.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from benchmarks import input_tables
from cli.errors import UserError
from cli.packages import ROOT
from cli.run import run

MIB = 1024**2


@dataclass(frozen=True)
class Config:
    """Seconds and memory of reading what users bring."""

    tables: tuple[str, ...] = ("2000000x20", "400x3000")
    """Rows x columns of each table."""
    folder: str | None = None
    """Where the files are made, and removed in the end; otherwise where the system has such files."""

    def __post_init__(self):
        for size in self.tables:
            rows, _, columns = size.partition("x")
            if not (rows.isdecimal() and columns.isdecimal() and int(rows) >= 20 and int(columns) >= 3):
                raise UserError(f"`--tables` must be ROWSxCOLUMNS, at least 20x3. Received: {size}")


def main(config: Config) -> dict[str, dict[str, dict[str, float]]]:
    """Make each file, read it in each way, print a line for each, and return the figures."""
    results = {}
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(dir=config.folder) as folder:
        for size in config.tables:
            path = os.path.join(folder, f"{size}.csv")
            input_tables.write(path, *map(int, size.split("x")))
            results[size] = {}
            for reader in input_tables.READERS:
                results[size][reader] = measured(reader, path)
                print(line(size, reader, results[size][reader]), flush=True)
            os.remove(path)
    return results


def measured(reader: str, path: str) -> dict[str, float]:
    """The figures of one reading in a process of its own."""
    command = [sys.executable, "-c", f"from benchmarks import inputs; inputs.child({reader!r}, {path!r})"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def child(reader: str, path: str) -> None:
    """Read a file in this process, and print as JSON: seconds, and MiB of the file, before reading and at most."""
    read = input_tables.reading(reader)
    before, start, used = peak(), time.perf_counter(), time.process_time()
    kept = read(path)
    figures = {"seconds": time.perf_counter() - start, "CPU": time.process_time() - used}
    figures |= {"before": before, "peak": peak()}
    print(json.dumps({**figures, "rows": len(kept), "file": os.path.getsize(path) / MIB}))


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WIDTHS = {"table": 14, "reader": 8, "seconds": 9, "CPU s": 8, "s/M cells": 11, "file MiB": 10, "before": 8, "peak": 8}
WIDTHS |= {"peak/file": 11, "more/file": 11}
HEADER = "".join(f"{name:>{width}}" for name, width in WIDTHS.items())


def line(size: str, reader: str, found: dict[str, float]) -> str:
    """A row of the printed table; "more" is the peak without what was held before."""
    rows, columns = map(int, size.split("x"))
    times = f"{found['seconds']:.2f}", f"{found['CPU']:.2f}", f"{found['CPU'] / (rows * columns / 1e6):.3f}"
    sizes = f"{found['file']:.1f}", f"{found['before']:.0f}", f"{found['peak']:.0f}"
    shares = f"{found['peak'] / found['file']:.1f}", f"{(found['peak'] - found['before']) / found['file']:.1f}"
    cells = (size, reader, *times, *sizes, *shares)
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS.values(), strict=True))


if __name__ == "__main__":
    run(main, "python -m benchmarks.inputs")
