"""A table as it stands in a file: every cell a string, every row with its place, before anything is interpreted."""

import gzip
import os
import zlib
from dataclasses import dataclass, replace

import numpy as np

from data.errors import DataError, MissingData, listing, suggestion

MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-", "--", "."])
MISSING_LABEL = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "?"])  # "none" and "-" may be classes


@dataclass(frozen=True)
class RawTable:
    """Columns of equal length, in the order of the file.

    Attributes:
        path: as the user typed it.
        columns: name -> array (N,): stripped strings (object), or float32 where the source is typed.
        places: int (N,), line (or record) numbers, from 1.
        notes: what was decided on reading.
        pattern: how a path and a place are shown, such as "people.csv:17".
    """

    path: str
    columns: dict[str, np.ndarray]
    places: np.ndarray
    notes: tuple[str, ...] = ()
    pattern: str = "{}:{}"

    def __len__(self):
        return len(self.places)

    def origin(self, row):
        """Returns where a row came from, such as "people.csv:17"."""
        return self.pattern.format(self._short(), self.places[row])

    def _short(self):
        return self.path if self.path.startswith("tfds:") else os.path.basename(self.path)

    def place(self, row):
        """Returns where a row stands, for messages: the whole path and the line."""
        return self.pattern.format(self.path, self.places[row])

    def origins(self):
        short = self._short()
        return np.array([self.pattern.format(short, place) for place in self.places], dtype=object)

    def take(self, rows):
        return replace(
            self,
            columns={name: values[rows] for name, values in self.columns.items()},
            places=self.places[rows],
            notes=(),
        )

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
        if wanted.isdigit() and 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1]
        raise DataError(
            f"{self.path}: no column {wanted!r} for {flag}.{suggestion(wanted, names)} "
            f'Allowed: {listing(names)}; a number from 1 to {len(names)}; or "last".'
        )


def read_bytes(path):
    """Returns the content of a file, unpacked if its name ends in .gz.

    Raises:
        DataError: the file is missing or a broken gzip file.
    """
    if not os.path.isfile(path):
        raise MissingData(f"{path}: no such file. Check the path.")
    try:
        with gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb") as file:
            return file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}). Unpack it to check, or copy it again.") from error


def read_text(path):
    """Returns the text of a file and notes about how it was decoded.

    Raises:
        DataError: the file is missing, empty, binary or a broken gzip file.
    """
    data = read_bytes(path)
    notes = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16")
        notes.append(f"{os.path.basename(path)} is read as UTF-16.")
    else:
        if b"\0" in data:
            line = data[: data.index(b"\0")].count(b"\n") + 1
            raise DataError(
                f"{path}:{line}: a NUL byte, so this is not text. Allowed: text in UTF-8, UTF-16 or Latin-1. "
                f"If it is a spreadsheet, save it as CSV."
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = data.decode("cp1252", errors="replace")
            line = data[: error.start].count(b"\n") + 1
            notes.append(
                f"{os.path.basename(path)} is not UTF-8 (first at line {line}) and is read as Latin-1 (cp1252); "
                f"if letters look wrong, save it as UTF-8."
            )
    if not text.strip():
        raise DataError(f"{path}: the file is empty. A table needs at least a few rows.")
    return text, tuple(notes)
