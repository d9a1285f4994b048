"""Standard input and pipes among the files of a prediction: they are kept on disk while they are read."""

import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress

from cli.errors import UserError

STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
STDIN_NUMBER = 0
MOST_BYTES = 4 * 1024**3
"""What a pipe may give: a broken one never ends."""
AT_ONCE = 1024**2
SEEN = 100
"""Bytes of what is packed by which its kind is seen."""
MARKS = {b"PAR1": ".parquet", b"ARROW1": ".feather", b"PK\x03\x04": ".xlsx"}


class Streams:
    """The folder in which streams are kept; what is told of a file there is told of the stream."""

    def __init__(self, folder: str):
        self.folder = folder

    def told(self, text: str) -> str:
        """A text without the folder's name: an origin, a message."""
        return text.replace(f"{self.folder}{os.sep}", "")


class Told:
    """Standard error that says the streams' own names, and is the stream `to` itself in all else."""

    def __init__(self, to, streams: Streams):
        self._to, self._streams = to, streams

    def write(self, text: str) -> int:
        self._to.write(self._streams.told(text))
        return len(text)

    def __getattr__(self, name: str):
        return getattr(self._to, name)


@contextmanager
def kept(files: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Streams]]:
    """Gives names of files as they are, and those of copies of what comes through streams, until the block ends.

    `-` is standard input. Of what kind a stream is, is seen by its first bytes.

    Args:
        files: As the user named them.

    Raises:
        UserError: A device, standard input named twice, or a stream that does not end.
    """
    if sum(name in STDIN for name in files) > 1:
        raise UserError(f"Standard input can be read once. Received: {' '.join(files)}")
    with tempfile.TemporaryDirectory(prefix="lamina-") as folder:
        names, streams = tuple(_copied(name, folder) if is_stream(name) else name for name in files), Streams(folder)
        try:
            with redirect_stderr(Told(sys.stderr, streams)):
                yield names, streams
        except UserError as error:
            error.args = (streams.told(str(error)), *error.args[1:])
            raise


def is_stream(name: str) -> bool:
    """Whether it is standard input or a pipe, such as the shell makes of `<(command)`. Raises UserError on a device."""
    if name in STDIN:
        return True
    try:
        mode = os.stat(name).st_mode
    except (OSError, ValueError):
        return False
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise UserError(f"{name}: is a device. Give files, pipes, or - for standard input.")
    return stat.S_ISFIFO(mode)


def _copied(name: str, folder: str) -> str:
    """The copy of a stream, under its name and the ending of what it holds."""
    own = "stdin" if name in STDIN else os.path.basename(name)
    path = os.path.join(folder, own)
    if name in STDIN and sys.stdin.isatty():
        print("reading standard input; Ctrl-D ends it", file=sys.stderr)
    with (
        open(STDIN_NUMBER if name in STDIN else name, "rb", closefd=name not in STDIN) as source,
        open(path, "wb") as copy,
    ):
        start = block = source.read(AT_ONCE)
        while block:
            if copy.tell() + len(block) > MOST_BYTES:
                raise UserError(f"{name}: gives more than {MOST_BYTES:,} bytes. Write it to a file, and give that.")
            copy.write(block)
            block = source.read(AT_ONCE)
    os.replace(path, path + ending(start))
    return path + ending(start)


def ending(start: bytes) -> str:
    """The ending of a file's name that fits its first bytes; "" for delimited text and all else."""
    if start.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            return ending(zlib.decompressobj(wbits=31).decompress(start, SEEN)) + ".gz"
    if start.lstrip().startswith(b"{"):
        return ".jsonl"
    return next((name for mark, name in MARKS.items() if start.startswith(mark)), "")
