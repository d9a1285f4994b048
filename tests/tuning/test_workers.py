"""Trials in processes of their own: a crash is one failed trial, memory stays, a lost process is started again."""

import os
import signal

import pytest

from cli.arguments import flags
from tests.tuning import tiny_task
from tuning.journal import Journal
from tuning.trial import best
from tuning.trial_loop import TrialLoop
from tuning.trial_source import ListedTrials
from tuning.workers import WorkerError, Workers

pytestmark = pytest.mark.whole

TASK = {
    "space": "tests.tuning.tiny_space",
    "config": flags(tiny_task.Config()),
    "objective": "val_loss",
    "direction": "min",
    "folds": 1,
    "retrains": 1,
    "threads": 1,
    "limit": None,
}


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    with Workers("tests.tuning.tiny_space", tmp_path_factory.mktemp("workers") / "workers.log") as found:
        found.ready()
        yield found


def run(workers, folder, values, seeds=None, **settings):
    loop = TrialLoop(workers, Journal(folder / "t.jsonl"), folder / "t", TASK, "val_loss", "min", **settings)
    return loop.run(ListedTrials([(one, seed) for one, seed in zip(values, seeds or [0] * len(values), strict=True)]))


def test_each_fault_is_one_failed_trial_that_says_why(workers, tmp_path):
    acts = ["tanh", "raise", "kill", "exit", "test", "nan", "sleep", "relu"]
    found = run(workers, tmp_path, [{"act": act} for act in acts], jobs=3, trial_limit=5.0)
    by_act = {trial.values["act"]: trial for trial in found}
    assert [trial.status for trial in found] == ["completed", *["failed"] * 6, "completed"]
    assert by_act["raise"].error == "ValueError: this setting cannot be trained"
    assert by_act["kill"].error == "the process was ended by SIGKILL; memory may have run out"
    assert by_act["exit"].error == "the process ended with code 3"
    assert "The test split is out of reach" in by_act["test"].error
    assert "'val_loss' is nan" in by_act["nan"].error
    assert by_act["sleep"].error == "took longer than the 5 s of `--trial-limit`"
    assert best(found, "min") is by_act["tanh"]
    assert by_act["tanh"].score < by_act["relu"].score
    log = (tmp_path / "t/0002/log.txt").read_text()
    assert "Traceback" in log and "this setting cannot be trained" in log


def test_scores_are_those_of_the_app_for_each_seed_and_fold(workers, tmp_path):
    values = {"units": 20, "act": "tanh", "learning_rate": 1e-2}
    (found,) = run(workers, tmp_path, [values | {"retrains": 2, "folds": 4}], [7])
    config = tiny_task.Config(units=20, act="tanh", trainer=tiny_task.TinyTrainer(learning_rate=1e-2, seed=7))
    other = tiny_task.Config(units=20, act="tanh", trainer=tiny_task.TinyTrainer(learning_rate=1e-2, seed=8))
    assert found.scores == (tiny_task.loss(config), tiny_task.loss(other)) * 4
    assert found.score == pytest.approx(sum(found.scores) / 8)
    assert found.figures["rows"] == 30 + 100 * 10, "four folds of ten of the 40 rows that are not for the test"
    assert len(found.history) == 5 and found.memory > 10


@pytest.mark.slow
def test_a_lost_process_is_started_again(workers, tmp_path):
    first = workers.pid
    workers.submit(TASK | {"id": "slow", "folder": str(tmp_path / "slow"), "values": {"act": "sleep"}, "seed": 0})
    os.kill(first, signal.SIGKILL)
    assert workers.wait(60) == [("slow", -signal.SIGKILL)]
    assert workers.pid != first
    (found,) = run(workers, tmp_path, [{"act": "tanh"}])
    assert found.status == "completed"


@pytest.mark.slow
def test_trials_leave_no_temporary_files(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    with Workers("tests.tuning.tiny_space", tmp_path / "workers.log") as workers:
        found = run(workers, tmp_path, [{"act": act} for act in ("tanh", "kill", "exit")])
    assert [trial.status for trial in found] == ["completed", "failed", "failed"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_cannot_be_imported_is_said(tmp_path):
    with Workers("tests.tuning.nowhere", tmp_path / "workers.log") as workers:
        with pytest.raises(WorkerError, match="No module named 'tests.tuning.nowhere'"):
            workers.ready()
