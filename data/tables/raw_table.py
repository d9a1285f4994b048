"""A table as it stands in a file: every cell a string, every row with its place, before anything is interpreted."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.errors import DataError, listing, suggestion
from data.tables.cells import Cells

# In lower case: "\\n" is what MySQL writes for NULL.
MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "none", "\\n", "?", "-", "--", "."])
MISSING_LABEL = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "\\n", "?"])  # "none" and "-" may be classes


@dataclass(frozen=True)
class RawTable:
    """Columns of equal length, in the order of the file.

    Attributes:
        path: as the user typed it.
        columns: name -> array (N,): stripped strings (object), or numbers where the source is typed; `Cells` where
            they are many.
        places: int (N,), line (or record) numbers, from 1.
        notes: what was decided on reading.
        pattern: how a path and a place are shown, such as "people.csv:17".
        name: what origins call the file; otherwise as it is called in its folder.
        lists: columns whose cells were lists, which are texts unless the user says else.
        unread: fields of the file that were not read, as asked.
        optional: whether a record may leave a field out, so that one that all leave out is missing in all.
    """

    path: str
    columns: Mapping[str, np.ndarray]
    places: np.ndarray
    notes: tuple[str, ...] = ()
    pattern: str = "{}:{}"
    name: str = ""
    lists: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    optional: bool = False

    def __len__(self):
        return len(self.places)

    def origin(self, row):
        """Returns where a row came from, such as "people.csv:17"."""
        return self.pattern.format(self._short(), self.places[row])

    def _short(self):
        return self.name or (self.path if self.path.startswith("tfds:") else os.path.basename(self.path))

    def place(self, row):
        """Returns where a row stands, for messages: the whole path and the line."""
        return self.pattern.format(self.path, self.places[row])

    def origins(self):
        """Returns where the rows came from, object (N,)."""
        before, _, after = self.pattern.replace("{}", self._short(), 1).rpartition("{}")
        return np.array([f"{before}{place}{after}" for place in np.asarray(self.places).tolist()], dtype=object)

    def take(self, rows):
        """Returns the table of some rows, by their places or by a boolean for each."""
        return replace(self, columns=Cells(self.columns).take(rows), places=self.places[rows], notes=())

    def column_name(self, wanted, flag):
        """Returns the name of the column that the user means by a name, a number from 1, or "last".

        Raises:
            DataError: there is no such column.
        """
        names = list(self.columns)
        if wanted in self.columns:
            return wanted
        if wanted == "last":
            return names[-1]
        if wanted in map(str, range(1, len(names) + 1)):
            return names[int(wanted) - 1]
        counted = names == [str(position) for position in range(1, len(names) + 1)]
        unseen = " No header line was seen; --header yes takes the first line for one." if counted else ""
        raise DataError(
            f"{self.path}: no column {wanted!r} for {flag}.{suggestion(wanted, names)} "
            f'Allowed: {listing(names)}; a number from 1 to {len(names)}; or "last".{unseen}'
        )
