"""A chief and two workers on this machine: a worker is killed, trials crash, all trials end, the chief ends with 0."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuning.chief import OUTCOME, TASK, Chief
from tuning.cluster import require_free
from tuning.journal import Journal
from tuning.search_folder import SearchError
from tuning.trial_source import ListedTrials

ROOT = Path(__file__).parent.parent.parent
CHIEF = """
import sys
from tests.tuning.tiny_task import Config
from tuning.search import search
from tuning.settings import Search
found = search("tests.tuning.crashing_space", Config(run_dir=sys.argv[1]),
               Search(trials="8", chief="127.0.0.1:" + sys.argv[2], workers=2))
print("ended", len(found.trials), repr(found.stopped))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(process: int, named: str) -> list[int]:
    """Processes below another whose command line has a word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process and named in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)


@pytest.mark.slow
def test_all_trials_end_though_a_worker_is_killed_and_trials_crash(tmp_path):
    folder = tmp_path / "search"
    command = [sys.executable, "-c", CHIEF, str(folder), str(free_port())]
    with (tmp_path / "output.txt").open("w") as output:
        chief = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + 900
            while not any(trial.status != "running" for trial in Journal(folder / "trials.jsonl").trials()):
                assert chief.poll() is None and time.monotonic() < until, (tmp_path / "output.txt").read_text()
                time.sleep(0.3)
            os.kill(children(chief.pid, "cluster_worker")[0], signal.SIGKILL)
            code = chief.wait(900)
        finally:
            chief.kill()
    output = (tmp_path / "output.txt").read_text()
    assert code == 0, output
    trials = Journal(folder / "trials.jsonl").trials()
    assert [trial.number for trial in trials] == list(range(9)), output
    assert {trial.status for trial in trials if trial.values.get("act") == "kill"} == {"failed"}
    assert {trial.status for trial in trials if trial.values.get("act") != "kill"} == {"completed"}
    assert "is started again" in output and "ended 9 ''" in output


def chief(tmp_path, jobs=3, lost=60.0) -> Chief:
    source = ListedTrials([({"units": number + 2}, number) for number in range(jobs)])
    return Chief(source, Journal(tmp_path / "trials.jsonl"), lambda trial: {"seed": trial.seed}, lambda t: None, lost)


def end(one: Chief, message, score=1.0):
    message.hyperparameters.values[OUTCOME] = json.dumps({"status": "completed", "score": score})
    one.end_trial(message)


def test_a_worker_that_comes_again_gets_its_trial_again(tmp_path):
    one = chief(tmp_path)
    first, other = one.create_trial("a"), one.create_trial("b")
    assert (first.trial_id, other.trial_id) == ("1", "2")
    assert '"seed": 0' in first.hyperparameters.values[TASK]
    assert one.create_trial("a").trial_id == "1"
    end(one, first)
    assert one.create_trial("a").trial_id == "3"


def test_the_trial_of_a_lost_worker_goes_to_another_and_counts_once(tmp_path):
    one = chief(tmp_path, jobs=1)
    first = one.create_trial("a")
    assert one.create_trial("b").status == "IDLE"
    assert not one.take_back() and not one.done
    one._seen["a"] -= 100  # seconds ago
    one.update_trial("1", {})
    assert not one.take_back(), "it has given a sign of life"
    one._seen["a"] -= 100
    assert [worker for worker, _ in one.take_back()] == ["a"]
    again = one.create_trial("b")
    assert again.trial_id == first.trial_id and not one.done
    end(one, again, 2.0)
    end(one, first, 3.0)
    assert one.done and one.create_trial("b").status == "STOPPED"
    assert [trial.score for trial in Journal(tmp_path / "trials.jsonl").trials()] == [2.0]


def test_a_chief_that_is_started_again_hands_out_what_had_not_ended(tmp_path):
    one = chief(tmp_path)
    end(one, one.create_trial("a"))
    one.create_trial("b")
    again = chief(tmp_path)
    assert [again.create_trial(worker).trial_id for worker in "xy"] == ["2", "3"]
    assert again.create_trial("z").status == "IDLE"


def test_a_port_in_use_is_refused(tmp_path):
    from tuning.cluster import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SearchError, match="Name another port"):
            serve(chief(tmp_path), f"127.0.0.1:{taken.getsockname()[1]}", [], None)


def test_a_port_is_taken_by_who_listens_not_by_who_was_killed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with pytest.raises(SearchError, match=f"`--chief 127.0.0.1:{port}`: Address already in use. Name another port"):
            require_free(host, port)
        with socket.create_connection((host, port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # this side first, so that the connection lingers here for a minute (TIME_WAIT)
            client.recv(1)
    require_free(host, port)
