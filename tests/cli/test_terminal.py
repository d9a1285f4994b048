"""Names and labels on a terminal: none steers it, and none stops a command."""

import io
import os
import pty
import subprocess
import sys

import pytest

from cli.packages import ROOT
from cli.terminal import Terminal, harmless

CODES = ["\x1b]0;title\x07", "\x1b[2J", "\x08\x08\x08", "\x9b31m", "\x00", "\x7f"]


@pytest.mark.parametrize("code", CODES)
def test_control_codes_are_written_out(code):
    shown = harmless(f"cat{code}dog")
    assert shown.startswith("cat\\x") and shown.endswith("dog") and shown.isprintable()


@pytest.mark.parametrize("text", ["Köln, 東京 😀 עברית", "a\tb\r\n", "\r 50%|=====     |\x1b[A"])
def test_letters_and_progress_bars_stay(text):
    assert harmless(text) == text


def test_a_terminal_is_its_stream_but_for_the_codes():
    stream = io.StringIO()
    terminal = Terminal(stream)
    assert terminal.write("a\x1b[2Jb") == 6 and terminal.getvalue() == "a\\x1b[2Jb"
    print("c", file=terminal, flush=True)
    assert stream.getvalue().endswith("bc\n")


SAYS = "from cli.terminal import show_any_text; show_any_text(); print('a\\x1b[2J \\u6771\\udce9', flush=True)"


def test_a_terminal_that_knows_few_letters_is_no_end():
    """In Latin-1, to a terminal and to a pipe: what the encoding lacks is written out, codes on the terminal alone."""
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    common = {"cwd": ROOT, "env": environment, "check": True}
    subprocess.run([sys.executable, "-c", SAYS], stdout=slave, **common)
    os.close(slave)
    assert os.read(master, 1000) == b"a\\x1b[2J \\u6771\\udce9\r\n"
    os.close(master)
    piped = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, **common)
    assert piped.stdout == b"a\x1b[2J \\u6771\\udce9\n"
