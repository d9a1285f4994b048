"""The fields of JSON objects as the cells of a row: one for each path such as "request.headers.host"."""

import json
from collections.abc import Collection, Iterator

from data.errors import DataError
from data.tables.cell_text import cell_text

MOST_COLUMNS = 10_000
"""Of objects whose fields are names of records, each record makes columns of its own."""
MOST_LEVELS = 20
"""Of objects within objects."""


class JsonFields:
    """Flattens objects, and keeps what it saw of all of them.

    Args:
        out: Paths that are not read, with all within them.
        strict: Whether `refuse` refuses what fits no column; otherwise a list of objects is its JSON text.
    """

    def __init__(self, out: Collection[str] = (), strict: bool = False):
        self.out, self.strict = frozenset(out), strict
        self.unread: dict[str, None] = {}  # paths of `out` that were there; a set in the order of the file
        self.lists: dict[str, None] = {}  # paths of lists
        self._columns: dict[str, None] = {}  # paths of all cells
        self._objects: dict[str, str] = {}  # path -> the first place with an object that is not empty
        self._values: dict[str, str] = {}  # path -> the first place with anything else that is not empty
        self._unusable: dict[str, str] = {}  # path -> why it fits no column

    def cells(self, record: dict, place: str) -> list[tuple[str, str]]:
        """Pairs of a path and the text of a cell.

        Args:
            record: The object.
            place: Where it stands, for messages: "log.jsonl:3".

        Raises:
            DataError: It is nested too deeply, or there are too many paths by now.
        """
        found = list(self._flattened(record, place, "", 1))
        self._columns.update(dict.fromkeys(path for path, _ in found))
        if len(self._columns) > MOST_COLUMNS:
            self._refuse_columns(place)
        return found

    def refuse(self) -> None:
        """Raise DataError where paths fit no column; the message has the first place, and the flag that helps."""
        if not self._unusable:
            return
        flag = ",".join(f"{path}=out" for path in self._unusable)
        raise DataError(f"{next(iter(self._unusable.values()))} To leave it out: `--columns {flag}`.")

    def _flattened(self, record, place, prefix, level) -> Iterator[tuple[str, str]]:
        for name, value in record.items():
            path = prefix + name
            if path in self.out:
                self.unread[path] = None
            elif isinstance(value, dict):
                if level == MOST_LEVELS:
                    raise DataError(
                        f"{place}: {path!r} is an object within {MOST_LEVELS} others, which are the most that are "
                        f"read. Make it flatter, or leave it out: `--columns {path}=out`."
                    )
                self._note(self._objects, self._values, path, place, value)
                yield from self._flattened(value, place, f"{path}.", level + 1)
            else:
                if isinstance(value, list):
                    self._note_list(path, place, value)
                self._note(self._values, self._objects, path, place, value)
                yield path, cell_text(value)

    def _note(self, own, other, path, place, value):
        """Keep that a path holds an object, or that it holds none; what is empty may be either."""
        if value in (None, "", [], {}):
            return
        own.setdefault(path, place)
        if self.strict and path in other:
            here, there = ("an object", "none") if own is self._objects else ("no object", "one")
            self._unusable.setdefault(
                path,
                f"{place}: {path!r} is {here}, and in {other[path]} it is {there}; a column is of one kind. "
                f"Received: {_shown(value)}.",
            )

    def _note_list(self, path, place, value):
        inner = next((item for item in value if isinstance(item, list | dict)), None)
        if inner is None:
            self.lists[path] = None
        elif self.strict:
            what = "objects" if isinstance(inner, dict) else "lists"
            self._unusable.setdefault(
                path,
                f"{place}: {path!r} is a list of {what}, which fits no column; lists of words and numbers do. "
                f"Received: {_shown(value)}. Write what is needed of it as fields of their own.",
            )

    def _refuse_columns(self, place):
        counts: dict[str, int] = {}
        for path in self._columns:
            within = path.rpartition(".")[0]
            while within:
                counts[within] = counts.get(within, 0) + 1
                within = within.rpartition(".")[0]
        why = f"{place}: more than {MOST_COLUMNS:,} fields by now, the last {next(reversed(self._columns))!r}"
        if counts:
            path = max(counts, key=counts.get)
            why += f". {path!r} has {counts[path]:,} of them; `--columns {path}=out` leaves it out"
        raise DataError(f"{why}. A field is a column: write names of records as values, not as names of fields.")


def _shown(value):
    return json.dumps(value, ensure_ascii=False)[:80]
