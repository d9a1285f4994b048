"""A search that was stopped at any moment goes on to the same trials, for every strategy."""

import json
import time
import typing
from pathlib import Path

import numpy as np
import pytest

from cli.arguments import flags
from tests.tuning import tiny_space, tiny_task
from tests.tuning.same_process import SameProcess
from tuning import oracles
from tuning.journal import Journal
from tuning.runner import asked
from tuning.space import hyperparameters
from tuning.trial import Strategy
from tuning.trial_loop import TrialLoop
from tuning.trial_source import OracleTrials

TRIALS = {"bayesian": 5, "hyperband": 9}  # a bracket of 6, half of another; else 7
STRATEGIES = [
    pytest.param(name, marks=[] if name in ("random", "hyperband") else pytest.mark.whole)
    for name in typing.get_args(Strategy)
]


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """The disk need not keep what a test writes."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def loop(
    folder: Path, strategy: str, trials: int, jobs: int = 1, prune: bool = False, until: float | None = None
) -> tuple[list[dict], SameProcess]:
    """The trials of a search without processes, and the workers that ran what was not done yet."""
    base = tiny_task.Config()
    space = hyperparameters(tiny_space.sample, base, set())
    oracle = oracles.make(strategy, space, "val_loss", "min", 0, trials)
    workers = SameProcess()
    task = {
        "space": "tests.tuning.tiny_space",
        "config": flags(base),
        "objective": "val_loss",
        "direction": "min",
        "folds": 1,
        "retrains": 1,
        "threads": None,
        "limit": None,
    }
    journal = Journal(folder / "trials.jsonl")
    run = TrialLoop(workers, journal, folder / "trials", task, "val_loss", "min", jobs=jobs, prune=prune, until=until)
    found = run.run(OracleTrials(oracle, trials, 0, base.trainer.epochs))
    return [without_times(trial.as_dict()) for trial in found], workers


def without_times(trial: dict) -> dict:
    return {name: value for name, value in trial.items() if name not in ("seconds", "memory")}


def cut(folder: Path, bytes_left: int, target: Path) -> int:
    """A copy of a journal as it was when so much of it was written; the number of trials that had ended."""
    target.mkdir()
    content = (folder / "trials.jsonl").read_bytes()[:bytes_left]
    (target / "trials.jsonl").write_bytes(content)
    events = [json.loads(line) for line in content.split(b"\n")[:-1]]
    return sum(event["event"] == "ended" for event in events)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_goes_on_to_the_same_trials(strategy, tmp_path):
    count = TRIALS.get(strategy, 7)
    expected, workers = loop(tmp_path / "whole", strategy, count)
    assert [trial["number"] for trial in expected] == list(range(count + 1))
    assert len(workers.run) == count + 1
    values = [json.dumps(trial["values"], sort_keys=True) for trial in expected]
    again = 5 if strategy == "hyperband" else 0  # trials that Hyperband promotes have values and epochs of their own
    assert len(set(values)) >= len(values) - again
    size = (tmp_path / "whole/trials.jsonl").stat().st_size
    moments = np.random.default_rng(1).integers(0, size, 2 if strategy == "bayesian" else 10)
    for moment in moments:
        ended = cut(tmp_path / "whole", int(moment), tmp_path / f"cut{moment}")
        found, workers = loop(tmp_path / f"cut{moment}", strategy, count)
        assert found == expected
        assert len(workers.run) == len(set(workers.run)) == count + 1 - ended


def test_the_check_sees_a_search_that_forgets(tmp_path, monkeypatch):
    """Planted fault: an oracle that is not told how good earlier trials were."""
    whole = OracleTrials.replay

    def forgetful(self, events):
        scoreless = {"score": 1.0}
        whole(self, [event | {"trial": event["trial"] | scoreless} if "trial" in event else event for event in events])

    expected, _ = loop(tmp_path / "whole", "coarse-to-fine", 10)
    content = (tmp_path / "whole/trials.jsonl").read_bytes()
    cut(tmp_path / "whole", len(content) // 2, tmp_path / "half")
    monkeypatch.setattr(OracleTrials, "replay", forgetful)
    assert loop(tmp_path / "half", "coarse-to-fine", 10)[0] != expected


def test_two_at_once_are_those_one_after_the_other(tmp_path):
    """From coarse to fine a trial waits for those that it learns from."""
    expected, _ = loop(tmp_path / "one", "coarse-to-fine", 10)
    found, _ = loop(tmp_path / "two", "coarse-to-fine", 10, jobs=2)
    assert found == expected
    cut(tmp_path / "two", (tmp_path / "two/trials.jsonl").stat().st_size // 2, tmp_path / "half")
    assert loop(tmp_path / "half", "coarse-to-fine", 10, jobs=2)[0] == expected


@pytest.mark.whole
def test_two_at_once_go_on_as_the_journal_says(tmp_path):
    """With two jobs the order in which trials end decides what comes next; what has started keeps its values."""
    loop(tmp_path / "whole", "bayesian", 7, jobs=2)
    size = (tmp_path / "whole/trials.jsonl").stat().st_size
    cut(tmp_path / "whole", size // 2, tmp_path / "half")
    started = Journal(tmp_path / "half/trials.jsonl").trials()
    found, _ = loop(tmp_path / "half", "bayesian", 7, jobs=2)
    assert [trial["number"] for trial in found] == list(range(8))
    assert [trial["values"] for trial in found][: len(started)] == [trial.values for trial in started]


def test_an_end_that_the_journal_does_not_know_is_not_run_again(tmp_path):
    expected, _ = loop(tmp_path, "random", 4)
    lines = (tmp_path / "trials.jsonl").read_bytes().split(b"\n")
    (tmp_path / "trials.jsonl").write_bytes(b"\n".join(lines[:-2]) + b"\n" + lines[-2][:50])
    found, workers = loop(tmp_path, "random", 4)
    assert found == expected and workers.run == []


def test_out_of_time_nothing_starts_and_the_rest_follows_another_time(tmp_path):
    expected, _ = loop(tmp_path / "whole", "random", 4)
    assert loop(tmp_path / "limited", "random", 4, until=time.monotonic())[0] == []
    assert loop(tmp_path / "limited", "random", 4)[0] == expected


def test_pruned_trials_are_the_same_after_an_interruption(tmp_path):
    expected, _ = loop(tmp_path / "whole", "random", 14, prune=True)
    assert 0 < sum(trial["status"] == "pruned" for trial in expected) < 10
    size = (tmp_path / "whole/trials.jsonl").stat().st_size
    for moment in (size // 3, size // 2, size - 9):
        cut(tmp_path / "whole", moment, tmp_path / f"cut{moment}")
        assert loop(tmp_path / f"cut{moment}", "random", 14, prune=True)[0] == expected


@pytest.mark.parametrize("strategy", ["random", "coarse-to-fine"])
def test_more_trials_continue_the_search(strategy, tmp_path):
    first, _ = loop(tmp_path, strategy, 6)
    journal = Journal(tmp_path / "trials.jsonl")
    assert asked(journal, "+3") == 3  # nothing had been asked for by a user so far
    found, workers = loop(tmp_path, strategy, 9)
    assert found[:7] == first and len(workers.run) == 3
    assert len({json.dumps(trial["values"]) for trial in found}) == 10


def test_what_a_user_asks_for(tmp_path):
    journal = Journal(tmp_path / "trials.jsonl")
    assert asked(journal, "2") == 2
    assert asked(journal, "2") == 2
    assert len(journal.events()) == 1
    for number in (1, 2):
        for event in ("started", "ended"):
            journal.append(event, trial={"number": number, "values": {}})
    assert asked(journal, "+20") == 22
    assert asked(journal, "+20") == 22, "it has not had those yet: it goes on"
    assert asked(journal, "2") == 2
    assert asked(journal, "1") == 2, "what is done stays"
