"""The text of a file, packed or not; and what of it is JSON. What cannot be read is told with its line."""

import gzip
import json
import os
import re
import zlib

from data.errors import DataError, MissingData

MOST_UNPACKED = 4 * 1024**3
"""Bytes that a file in .gz may hold: a few megabytes can hold any number, and all would be read into memory."""
DEEPEST = 100
"""Levels of JSON: a table or captions have a handful, and Python ends at a thousand."""
TABLE = "a table of at least a few rows"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def read_bytes(path: str) -> bytes:
    """The content of a file, unpacked if its name ends in .gz.

    Raises:
        DataError: The file is missing, cannot be read, is a broken gzip file or unpacks to too much.
    """
    if not os.path.isfile(path):
        raise MissingData(f"{path}: no such file. Check the path.")
    packed = path.lower().endswith(".gz")
    try:
        with gzip.open(path) if packed else open(path, "rb") as file:
            content = file.read(MOST_UNPACKED + 1 if packed else -1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}). Unpack it to check, or copy it again.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Allow it, or copy it again.") from error
    if packed and len(content) > MOST_UNPACKED:
        raise DataError(f"{path}: unpacks to more than {MOST_UNPACKED:,} bytes. If that is right, give it unpacked.")
    return content


def read(path: str, content: str, latin: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and notes about how it was decoded.

    Args:
        path: Of the file.
        content: What it should hold, for messages: "one sentence a line".
        latin: Whether what is not UTF-8 is taken for Latin-1.

    Raises:
        DataError: The file cannot be read, is empty, or is not text in UTF-8 or marked UTF-16.
    """
    data, name = read_bytes(path), os.path.basename(path)
    notes = ()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            line = data[: error.start].decode("utf-16", "ignore").count("\n") + 1
            raise DataError(f"{path}:{line}: begins as UTF-16, and breaks here. Save it as UTF-8.") from error
        notes = (f"{name} is read as UTF-16.",)
    elif b"\0" in data:
        raise DataError(
            f"{path}:{_line(data, data.index(0))}: a NUL byte, so this is not text. Allowed: text in UTF-8, or UTF-16 "
            f"with its mark, also packed with gzip under a name in .gz. If it is a spreadsheet, save it as CSV."
        )
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = _line(data, error.start)
            if not latin:
                raise DataError(
                    f"{path}:{line}: byte 0x{data[error.start]:02x} is not UTF-8. Allowed: UTF-8, or UTF-16 with its "
                    f"mark. Convert it, for example: iconv -f ISO-8859-1 -t UTF-8 {name} > new"
                ) from error
            text = data.decode("cp1252", errors="replace")
            notes = (
                f"{name} is not UTF-8 (first at line {line}) and is read as Latin-1 (cp1252); "
                f"if letters look wrong, save it as UTF-8.",
            )
    if not text.strip():
        raise DataError(f"{path}: the file is empty. Give {content}.")
    return text, notes


def _line(data, position):
    return data.count(b"\n", 0, position) + 1


def parse_json(text: str, path: str, remedy: str, line: int = 1):
    """What a text of JSON means.

    Args:
        text: The text.
        path, line: Where it stands, for messages.
        remedy: What to do where it is none.

    Raises:
        DataError: It is not JSON, nested too deeply, holds a whole number of too many digits or half a letter.
    """

    def refused(position, why):
        return DataError(f"{path}:{line + text.count(chr(10), 0, position)}: {why}")

    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise refused(error.pos, f"not JSON ({error.msg}, column {error.colno}). {remedy}") from error
    except RecursionError as error:
        raise refused(_too_deep(text) or 0, f"JSON nested more than {DEEPEST} deep. Make it flatter.") from error
    except ValueError as error:
        position = re.search(r"\d{4301}", text).start()
        raise refused(position, "a whole number of more than 4,300 digits. Write it as a text, in quotes.") from error
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise refused(_too_deep(text) or 0, f"JSON nested more than {DEEPEST} deep. Make it flatter.")
    if re.search(r"\\u[dD][89a-fA-F]", text):
        _refuse_half_letters(value, text, refused)
    return value


def _is_deep(value):
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [one for one in level if isinstance(one, list | dict)]
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _too_deep(text):
    """Where a text of JSON is nested more than `DEEPEST` deep, or None."""
    depth = 0
    for token in TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > DEEPEST:
            return token.start()
    return None


def _refuse_half_letters(value, text, refused):
    """Raise DataError where a text has one half of a surrogate pair: no file and no screen could take it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        for token in TOKEN.finditer(text):
            if token[0].startswith('"') and any("\ud800" <= letter <= "\udfff" for letter in json.loads(token[0])):
                why = f"half of a surrogate pair, which is no letter. Received: {token[0][:60]}. Write the letter."
                raise refused(token.start(), why) from error
        raise
