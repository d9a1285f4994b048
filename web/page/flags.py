"""Answers that somebody marked on the page, as a table in the folder of the run."""

import base64
import binascii
import csv
import hashlib
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cli.errors import UserError
from tasks.answers import harmless
from training.run_directory import RunDirectory
from web.page.examples import KINDS

FILE, PICTURES = "flagged.csv", "flagged"
LONGEST = 10_000  # characters of a cell
MOST_BYTES = 100_000_000  # of the table and of all pictures, so that nobody fills the disk
OWN = ("flagged_at", "answer", "note")
_ONE_AT_A_TIME = threading.Lock()


def append(directory: RunDirectory, fields: Sequence[Mapping], flag: object) -> None:
    """Append a row to flagged.csv: the record, the time, the answer, and a note. A picture goes to the folder flagged/.

    Args:
        directory: Of the run.
        fields: Of its form, see `form.of_run`.
        flag: What the page sends: `values`, name of a field -> text, or `{"b64": ...}` of a picture; `answer` and
            `note`, texts.

    Raises UserError on anything else, where the table has other columns, and where there is enough of it.
    """
    values, answer, note = _checked(fields, flag)
    header = [harmless(str(one["label"])) for one in fields] + list(OWN)
    path = directory / FILE
    with _ONE_AT_A_TIME:
        if _size(directory) > MOST_BYTES:
            raise UserError(f"{path} and its pictures have more than {MOST_BYTES:,} bytes. Move them away first.")
        is_new = not path.exists()
        if not is_new:
            with path.open(newline="", encoding="utf-8") as file:
                if next(csv.reader(file), None) != header:
                    raise UserError(f"{path} has other columns than this model. Move it away first.")
        cells = [_kept(directory, value) if isinstance(value, bytes) else harmless(value) for value in values]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header] * is_new + [[*cells, now, harmless(answer), harmless(note)]])


def _checked(fields: Sequence[Mapping], flag: object) -> tuple[list[str | bytes], str, str]:
    """Values in the order of the fields, answer and note. Raises UserError on what is none."""
    given = flag.get("values") if isinstance(flag, dict) else None
    names = [one["name"] for one in fields]
    if not isinstance(given, dict) or sorted(given) != sorted(names):
        raise UserError(f"a flag must have `values` of {', '.join(names)}")
    texts = [flag.get("answer"), flag.get("note"), *(one for one in given.values() if not isinstance(one, dict))]
    if not all(isinstance(one, str) and len(one) <= LONGEST for one in texts):
        raise UserError(f"`values`, `answer` and `note` of a flag must be texts of {LONGEST:,} characters at most")
    values = [_content(given[name]) if isinstance(given[name], dict) else given[name] for name in names]
    return values, flag["answer"], flag["note"]


def _content(value: Mapping) -> bytes:
    try:
        content = base64.b64decode(value["b64"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        content = b""
    if not content.startswith(tuple(KINDS)):
        raise UserError('a picture must be {"b64": the bytes of a PNG, JPEG, GIF, BMP or WEBP file}')
    return content


def _kept(directory: RunDirectory, content: bytes) -> str:
    """The name of a picture's file below the run, written unless it is there."""
    kind = next(kind for start, kind in KINDS.items() if content.startswith(start))
    name = f"{PICTURES}/{hashlib.sha256(content).hexdigest()[:16]}.{kind.removeprefix('image/')}"
    (directory / PICTURES).mkdir(exist_ok=True)
    (directory / name).write_bytes(content)
    return name


def _size(directory: RunDirectory) -> int:
    files = [directory / FILE, *(directory / PICTURES).glob("*")]
    return sum(one.stat().st_size for one in files if one.exists())
