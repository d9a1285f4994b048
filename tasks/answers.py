"""Answers of a run as CSV, TSV, JSON lines or plain text, also packed with gzip."""

import csv
import gzip
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Sequence

from cli.errors import UserError
from tasks import streams

TABLES = (".csv", ".tsv", ".jsonl")
OTHERS = (".json", ".xls", ".xlsx", ".ods", ".parquet", ".feather", ".html", ".xml", ".pdf", ".docx", ".zip")
"""Endings of formats that are not written, so that they are no names of plain text either."""
ALLOWED = f"{', '.join(TABLES)}, also with .gz"
STARTS = (b"origin", b'{"origin"')
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula; the last four are the wide forms."""


def require_output(files: Sequence[str], output: str | None, starts: Sequence[bytes] = STARTS) -> None:
    """Raise UserError where the output cannot be written, or would replace what is no output: before the work.

    Args:
        files: The inputs.
        output: As the user named it, None for the screen.
        starts: What the tables and records begin with that this suite writes.
    """
    if output is None:
        return
    if os.path.isdir(output):
        raise UserError(f"`--output` must name a file. Received: {output}, a folder")
    folder = os.path.dirname(output) or "."
    if not os.path.isdir(folder):
        raise UserError(f"`--output`: there is no folder {folder}. Make it, or name another. Received: {output}")
    if not is_device(output) and not all(os.access(one, os.W_OK) for one in (folder, output) if os.path.exists(one)):
        raise UserError(f"`--output`: {output} cannot be written. Allow it, or name another.")
    if is_device(output) or not os.path.exists(output):
        return
    for name in files:
        given = streams.STDIN_NUMBER if name in streams.STDIN else name
        if (given is not name or os.path.exists(name)) and os.path.samestat(os.stat(given), os.stat(output)):
            raise UserError(f"`--output` must name another file than the input {name}. Received: {output}")
    if ending(output) in (*TABLES, ".json"):
        with gzip.open(output) if output.lower().endswith(".gz") else open(output, "rb") as file:
            try:
                start = file.read(max(map(len, starts)))
            except (OSError, EOFError, zlib.error):  # no gzip
                start = b"?"
        if start and not start.startswith(tuple(starts)):
            raise UserError(
                f"`--output`: {output} is there and was not written by this command. Move it, or name another file."
            )


def require_ending(output: str | None, plain: bool = False) -> None:
    """Raise UserError where no format goes by the ending of the output; `plain` allows translations alone."""
    if output is None or ending(output) in TABLES or is_device(output) or (plain and ending(output) not in OTHERS):
        return
    also = "; another ending for translations alone" if plain else ""
    raise UserError(f"`--output` must end in {ALLOWED}{also}. Received: {output}")


def ending(output: str) -> str:
    """The ending of a file's name, without ".gz", in lower case."""
    return os.path.splitext(output.lower().removesuffix(".gz"))[1]


def is_device(path: str) -> bool:
    """Whether it is no file that could be replaced: a pipe, a device, the screen by another name."""
    return path.startswith(("/dev/std", "/dev/fd/", "/proc/self/fd/")) or (
        os.path.exists(path) and not os.path.isfile(path)
    )


def write(rows: list[dict], output: str | None) -> None:
    """Write the answers to a file, as its ending says, or as CSV on the screen."""
    if output is None:
        sys.stdout.write(table(rows))
        return
    if ending(output) == ".jsonl":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    elif ending(output) in TABLES or (rows and "translation" not in rows[0]):
        text = table(rows, "\t" if ending(output) == ".tsv" else ",")
    else:
        text = "".join(re.sub(r"[\r\n]+", " ", row["translation"]) + "\n" for row in rows)
    content = text.encode("utf-8", "backslashreplace")
    write_whole(output, gzip.compress(content, mtime=0) if output.lower().endswith(".gz") else content)
    print(f"predictions={len(rows)} output={output}", file=sys.stderr if is_device(output) else sys.stdout)


def write_whole(path: str, content: bytes) -> None:
    """Write a file whole or not at all: a disk that is full leaves what was there."""
    if is_device(path):
        with open(path, "wb") as file:
            file.write(content)
        return
    path = os.path.realpath(path)
    into = f"{path}.partial"
    try:
        with open(into, "wb") as file:
            file.write(content)
        os.replace(into, path)
    finally:
        if os.path.exists(into):
            os.remove(into)


def table(predictions: list[dict], delimiter: str = ",") -> str:
    """CSV with a column per key; a list `top` becomes label_2, probability_2, label_3, ...

    A text that a spreadsheet would take for a formula gets a `'` before it.
    """
    rows = [{name: harmless(value) for name, value in flat(row).items()} for row in predictions]
    columns = dict.fromkeys(name for row in rows for name in row)  # some have fewer answers than others
    lines = _Lines()
    # With these ends of lines a cell is quoted for a lone "\r" as well as for "\n", which readers take for an end.
    writer = csv.DictWriter(lines, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue()


class _Lines(io.StringIO):
    """Collects lines, one a call, and ends them as this system's tools do."""

    def write(self, line: str) -> int:
        return super().write(line.removesuffix("\r\n") + "\n")


def harmless(value):
    """A cell of a table, with a `'` before a text that a spreadsheet would take for a formula."""
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def flat(row: dict) -> dict:
    """An answer without its list `top`, whose entries from the second on become columns."""
    columns = {name: value for name, value in row.items() if name != "top"}
    for rank, entry in enumerate(row.get("top", [])[1:], start=2):
        columns |= {f"{name}_{rank}": value for name, value in entry.items()}
    return columns
