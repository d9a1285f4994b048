"""The texts that a prediction of a run on one column of text is asked for: lines of files, and `--text`."""

import re
from collections.abc import Sequence

import numpy as np

from tasks.request import Prediction

ENDINGS = (".txt", "")
"""Of files that may hold one text a line; streams have none."""
PARTED = re.compile("[,;\t|]")


def only_text(prepare) -> str | None:
    """The column of text that is all a run needs; None where it needs others, or images."""
    kinds = getattr(prepare, "kinds", {})
    return next(iter(kinds)) if [one.kind for one in kinds.values()] == ["text"] else None


def of_arguments(request: Prediction, prepare):
    """The `RawTable` of `--text`. Raises UserError where the run needs something else, or more."""
    from data.errors import DataError, listing

    column = only_text(prepare)
    if column is None:
        kinds = getattr(prepare, "kinds", None)
        what = f"columns: {listing(kinds)}" if kinds else "images"
        raise DataError(
            f"`--text` is for runs that write texts and for those on one column of text, and {request.run} needs "
            f"{what}. Give files."
        )
    return _table("--text", column, request.text, "{} {}")


def of_file(name: str, prepare):
    """The `RawTable` of a file with one text a line; None where the file is a table, also by its first line.

    Raises:
        DataError: It cannot be read, or the run needs several columns, which lines of text do not have.
    """
    from data.errors import DataError, listing
    from data.tables import table_file
    from data.text.parallel_text import lines_of

    kinds = getattr(prepare, "kinds", {})
    if table_file.extension(name) not in ENDINGS or "text" not in {one.kind for one in kinds.values()}:
        return None
    lines, _ = lines_of(name)
    cells = {cell.strip(' "') for cell in PARTED.split(lines[0])}
    if cells & set(kinds) or all(map(str.isdecimal, kinds)) and len(cells) > 1:  # a header, or a table that has none
        return None
    column = only_text(prepare)
    if column is None:
        raise DataError(
            f"{name}: its first line names no column of the run, which needs {len(kinds)}: {listing(kinds)}. Give a "
            "table that has them; lines of text are for runs on one column of text."
        )
    return _table(name, column, lines)


def _table(path: str, column: str, texts: Sequence[str], pattern: str = "{}:{}"):
    from data.tables.raw_table import RawTable

    cells = np.array([text.strip() for text in texts], dtype=object)
    return RawTable(path, {column: cells}, np.arange(1, len(cells) + 1), pattern=pattern)
