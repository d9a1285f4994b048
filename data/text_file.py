"""The text of a file, packed or not; and what of it is JSON. What cannot be read is told with its line."""

import json
import re

from data import encoding, unpacked
from data.errors import DataError

DEEPEST = 100
"""Levels of JSON: a table or captions have a handful, and Python ends at a thousand."""
TABLE = "a table of at least a few rows"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def read(path: str, content: str, latin: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and notes about how it was decoded.

    Args:
        path: Of the file.
        content: What it should hold, for messages: "one sentence a line".
        latin: Whether what is not UTF-8 is taken for Latin-1, where it looks like it.

    Raises:
        DataError: The file cannot be read, is empty, or is not text in UTF-8 or UTF-16.
    """
    data, notes = utf8(path, content, latin)
    return data.decode(), notes


def utf8(path: str, content: str, latin: bool = False) -> tuple[bytes, tuple[str, ...]]:
    """The same text as bytes of UTF-8, which take less memory."""
    data, notes = encoding.utf8(path, unpacked.read_bytes(path), latin)
    if not data[:4096].strip() and not data.strip():
        raise DataError(f"{path}: the file is empty. Give {content}.")
    return data, notes


def parse_json(text: str, path: str, remedy: str, line: int = 1, unique: bool = False):
    """What a text of JSON means.

    Args:
        text: The text.
        path, line: Where it stands, for messages.
        remedy: What to do where it is none.
        unique: Whether an object that has a field twice is refused; otherwise the last counts.

    Raises:
        DataError: It is not JSON, nested too deeply, holds a whole number of too many digits or half a letter, or an
            object has a field twice.
    """

    def refused(position, why):
        return DataError(f"{path}:{line + text.count(chr(10), 0, position)}: {why}")

    try:
        value = UNIQUE.decode(text) if unique else json.loads(text)
    except json.JSONDecodeError as error:
        raise refused(error.pos, f"not JSON ({error.msg}, column {error.colno}). {remedy}") from error
    except RecursionError as error:
        raise refused(_too_deep(text) or 0, f"JSON nested more than {DEEPEST} deep. Make it flatter.") from error
    except _Twins as twins:
        raise refused(0, f"the field {str(twins)!r} is there twice in one object. Rename one of them.") from None
    except ValueError as error:
        position = re.search(r"\d{4301}", text).start()
        raise refused(position, "a whole number of more than 4,300 digits. Write it as a text, in quotes.") from error
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise refused(_too_deep(text) or 0, f"JSON nested more than {DEEPEST} deep. Make it flatter.")
    if re.search(r"\\u[dD][89a-fA-F]", text):
        _refuse_half_letters(value, text, refused)
    return value


class _Twins(ValueError):
    """A field that is twice in an object."""


def _without_twins(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twins(next(name for name in names if names.count(name) > 1))
    return found


UNIQUE = json.JSONDecoder(object_pairs_hook=_without_twins)


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
