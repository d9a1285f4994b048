"""The columns of a table in little memory: Arrow's strings, from which an array is made when a column is asked for.

A Python string takes 50 bytes and more beside its letters, and a table of text has one in every cell.
"""

from collections.abc import Iterator, Mapping

import numpy as np

SAMPLE = 10_000
FEW = 0.01  # share of different cells in the sample below which a column is kept as a dictionary and its indices
AT_ONCE = 2**18  # cells that are Python's strings at once, while a table is read


class Cells(Mapping):
    """Column name -> array (N,), made anew by each access: strings (object), or numbers where the source is typed.

    Args:
        stored: column name -> array of strings (`pyarrow` or NumPy) or of numbers (NumPy); or other `Cells`.
        rows: int (N,), the rows of it that the columns have, in that order; None for all.
    """

    def __init__(self, stored: Mapping, rows: np.ndarray | None = None):
        if isinstance(stored, Cells):
            stored, rows = stored._stored, stored._rows if rows is None else stored._rows_at(rows)
        self._stored = stored
        self._rows = rows

    def __getitem__(self, name: str) -> np.ndarray:
        column = self._stored[name]
        if isinstance(column, np.ndarray):
            return column.copy() if self._rows is None else column[self._rows]
        if hasattr(column, "dictionary"):
            indices = column.indices.to_numpy()
            values = column.dictionary.to_numpy(zero_copy_only=False)
            return values[indices if self._rows is None else indices[self._rows]]
        return (column if self._rows is None else column.take(self._rows)).to_numpy(zero_copy_only=False)

    def distinct(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """The different strings of a column (K,), in order of appearance, and the place of each row's among them (N,).

        None where the column holds numbers.
        """
        import pandas
        import pyarrow

        column, rows = self._stored[name], self._rows
        if isinstance(column, np.ndarray) and column.dtype != object:
            return None
        if isinstance(column, pyarrow.StringArray):
            column, rows = (column if rows is None else column.take(rows)).dictionary_encode(), None
        if isinstance(column, pyarrow.DictionaryArray):
            words, codes = column.dictionary.to_numpy(zero_copy_only=False), column.indices.to_numpy()
            if rows is None:
                return words, codes
            codes, used = pandas.factorize(codes[rows])
            return words[used], codes
        codes, words = pandas.factorize(self[name], use_na_sentinel=False)
        return np.asarray(words, dtype=object), codes

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def take(self, rows: np.ndarray | slice) -> "Cells":
        """The columns of some rows, by their places or by a boolean for each; nothing is copied."""
        return Cells(self._stored, self._rows_at(rows))

    def _rows_at(self, rows):
        if self._rows is not None:
            return self._rows[rows]
        return np.arange(len(next(iter(self._stored.values()), ())))[rows]


class Growing:
    """Columns of strings while they are read, piece by piece; a column may begin late."""

    def __init__(self):
        self.rows = 0
        self._pieces = {}

    def add(self, columns: Mapping[str, list[str]], rows: int) -> None:
        """Append the next `rows` cells of each column; a column that is not named has empty ones."""
        import pyarrow

        for name in columns:
            if name not in self._pieces:
                self._pieces[name] = [_empty(self.rows)] if self.rows else []
        for name, pieces in self._pieces.items():
            cells = columns.get(name)
            pieces.append(_empty(rows) if cells is None else pyarrow.array(cells, pyarrow.string()))
        self.rows += rows

    def strings(self) -> dict:
        """Column name -> Arrow's strings."""
        import pyarrow

        return {name: pyarrow.chunked_array(self._pieces.pop(name)).combine_chunks() for name in list(self._pieces)}

    def stored(self) -> dict:
        """Column name -> array of strings, as `Cells` takes them."""
        return {name: compact(column) for name, column in self.strings().items()}


def compact(column):
    """An array of strings in the form that takes the least memory."""
    import pyarrow.compute

    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
    if not isinstance(column, pyarrow.StringArray):
        return column  # a dictionary already; or chunks, which are above 2 GiB together
    sample = column.slice(0, SAMPLE)
    if len(sample) == SAMPLE and pyarrow.compute.count_distinct(sample).as_py() < FEW * SAMPLE:
        return column.dictionary_encode()
    return column


def _empty(rows):
    import pyarrow

    return pyarrow.repeat(pyarrow.scalar("", pyarrow.string()), rows)
