"""Standard input and pipes are read like files; what is none of these is refused."""

import gzip
import os
import sys
import threading

import pytest

from cli.errors import UserError
from tasks import streams


@pytest.fixture
def piped(monkeypatch, tmp_path):
    """Puts bytes into a pipe, by its path; or into standard input."""
    opened = []

    def pipe(content: bytes, name: str) -> str:
        if name == "fifo":
            os.mkfifo(tmp_path / "fifo")
            threading.Thread(target=lambda: (tmp_path / "fifo").write_bytes(content), daemon=True).start()
            return str(tmp_path / "fifo")
        reader, writer = os.pipe()
        opened.append(reader)
        os.write(writer, content)
        os.close(writer)
        if name == "fd":
            return f"/dev/fd/{reader}"
        monkeypatch.setattr(streams, "STDIN_NUMBER", reader)
        return name

    yield pipe
    for reader in opened:
        os.close(reader)


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "fd", "fifo"])
@pytest.mark.parametrize(
    ("content", "ending"),
    [
        *((b"a,b\n1,2\n", ""), (b"", ""), (b' {"a": 1}\n', ".jsonl"), (b"PAR1...", ".parquet")),
        *((gzip.compress(b"a,b\n"), ".gz"), (gzip.compress(b'{"a": 1}\n'), ".jsonl.gz"), (b"\x1f\x8bbroken", "")),
    ],
)
def test_what_comes_through_a_pipe_is_read_like_a_file(piped, name, content, ending, tmp_path):
    given = piped(content, name)
    with streams.kept(["x.csv", given]) as ((plain, copy), stream):
        assert plain == "x.csv"
        with open(copy, "rb") as file:
            assert file.read() == content
        own = "stdin" if name in streams.STDIN else os.path.basename(given)
        assert stream.told(f"{copy}:7") == f"{own}{ending}:7"
    assert not os.path.exists(copy)


def test_a_message_says_the_streams_name(piped, capsys):
    with streams.kept([piped(b"a", "fd")]) as ((copy,), _):
        print(f"skipped, {copy}:3: not a number", file=sys.stderr)
    assert capsys.readouterr().err == f"skipped, {os.path.basename(copy)}:3: not a number\n"
    with pytest.raises(UserError, match=r"^stdin:3: not a number$"):
        with streams.kept([piped(b"a", "-")]) as ((copy,), _):
            raise UserError(f"{copy}:3: not a number")


def test_what_has_no_end_is_refused(piped, monkeypatch):
    monkeypatch.setattr(streams, "MOST_BYTES", 3)
    with pytest.raises(UserError, match="-: gives more than 3 bytes"):
        with streams.kept([piped(b"abcd", "-")]):
            pass
    with pytest.raises(UserError, match="/dev/zero: is a device"):
        with streams.kept(["/dev/zero"]):
            pass
    with pytest.raises(UserError, match="can be read once. Received: - -"):
        with streams.kept(["-", "-"]):
            pass


def test_files_folders_and_nothing_are_left_to_their_readers(tmp_path):
    names = (str(tmp_path), str(tmp_path / "none"), "a\0b", __file__)
    with streams.kept(names) as (found, _):
        assert found == names
