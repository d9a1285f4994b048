"""Standard output and error that show any text: none stops for a letter, and none steers the terminal."""

import re
import sys

CONTROL = re.compile(r"\x1b(?!\[A)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
"""Codes by which a terminal is steered, but for the ends of lines and what a progress bar moves up a line with."""


def harmless(text: str) -> str:
    """The text with control codes, as a file's name or a label may hold them, written out: ESC is `\\x1b`."""
    return CONTROL.sub(lambda code: f"\\x{ord(code[0]):02x}", text)


class Terminal:
    """A stream to a terminal that writes control codes out, and is the stream itself in all else."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


def show_any_text() -> None:
    """Letters that the terminal's encoding lacks, and halves of letters, are written out as well: `\\u4e2d`."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        if stream and stream.isatty() and not isinstance(stream, Terminal):
            setattr(sys, name, Terminal(stream))
