"""A large table: made, and read in three ways, for `benchmarks.inputs`."""

from collections.abc import Callable

import numpy as np

ROWS_AT_ONCE = 50_000
READERS = ("pandas", "table", "splits")
"""`pandas.read_csv`; `data.tables.table_file.read`; all until training: columns decided, three splits, raw inputs."""


def write(path: str, rows: int, columns: int) -> None:
    """Write a CSV of numbers, a column of words, and a class "y" by the sign of the first number, drawn with seed 0."""
    rng = np.random.default_rng(0)
    names = [f"x{position}" for position in range(columns - 2)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join([*names, "colour", "y"]) + "\n")
        for start in range(0, rows, ROWS_AT_ONCE):
            count = min(ROWS_AT_ONCE, rows - start)
            numbers = rng.normal(scale=1000, size=(count, columns - 2)).astype(int) / 100
            words = rng.choice(["red", "green", "blue"], count)
            for row, word in zip(numbers.tolist(), words, strict=True):
                file.write(f"{','.join(map(str, row))},{word},{'no' if row[0] < 0 else 'yes'}\n")


def reading(reader: str) -> Callable[[str], object]:
    """The function of a path that reads a table, with what it imports imported."""
    import pandas

    if reader == "pandas":
        return pandas.read_csv
    import pyarrow.csv  # noqa: F401

    from data.tables import table_file

    if reader == "table":
        return table_file.read
    from data.settings import Data
    from data.source import resolve
    from data.tables import tables  # noqa: F401

    return lambda path: resolve(Data(path, target="y"), seed=0).train
