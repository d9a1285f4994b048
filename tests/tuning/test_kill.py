"""A real search, killed with -9 at random moments: processes end, and the same command goes on to the same trials."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tuning.test_resume import STRATEGIES, TRIALS, loop, without_times
from tuning.journal import Journal

ROOT = Path(__file__).parent.parent.parent
SEARCH = """
import sys
from tests.tuning.tiny_task import Config
from tuning.search import search
from tuning.settings import Search
search("tests.tuning.tiny_space", Config(run_dir=sys.argv[1]), Search(strategy=sys.argv[2], trials=sys.argv[3], jobs=1))
"""
KILLS = 10


def descendants(process: int) -> set[int]:
    """Processes below another."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_killed_and_typed_again(strategy, tmp_path):
    count = TRIALS.get(strategy, 7)
    expected, _ = loop(tmp_path / "expected", strategy, count)
    events = len(Journal(tmp_path / "expected/trials.jsonl").events())
    folder, draw = tmp_path / "search", random.Random(strategy)
    command = [sys.executable, "-c", SEARCH, str(folder), strategy, str(count)]
    journal, hit = Journal(folder / "trials.jsonl"), 0
    for kills in range(KILLS):
        search = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        wanted = draw.randint(events * kills // KILLS, events * (kills + 1) // KILLS - 1)
        until = time.monotonic() + 900
        while len(journal.events()) < wanted and search.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(draw.random() / 2)  # a trial takes about as long
        below = descendants(search.pid)
        hit += search.poll() is None
        os.kill(search.pid, signal.SIGKILL)
        search.wait()
        until = time.monotonic() + 20
        while any(Path(f"/proc/{process}").exists() for process in below):
            assert time.monotonic() < until, "trials end with their search"
            time.sleep(0.1)
    assert hit >= KILLS - 1, "only the last search may have ended by itself"
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert [without_times(trial.as_dict()) for trial in journal.trials()] == expected
    ended = [event["trial"]["number"] for event in journal.events() if event["event"] == "ended"]
    assert sorted(ended) == list(range(count + 1)), "none lost, none repeated"
