"""The journal keeps whole lines, whatever moment it is cut at."""

import pytest

from training.run_directory import RunError
from tuning.journal import Journal
from tuning.trial import Trial, best


def test_every_prefix_of_a_journal_can_be_read_and_written_on(tmp_path):
    journal = Journal(tmp_path / "whole.jsonl")
    for number in range(3):
        journal.append("asked", trials=str(number))
    content = journal.path.read_bytes()
    lines = content.splitlines(keepends=True)
    for size in range(len(content) + 1):
        cut = Journal(tmp_path / "cut.jsonl")
        cut.path.write_bytes(content[:size])
        whole = content[:size].count(b"\n")
        assert len(cut.events()) == whole
        cut.append("ended", trial=Trial(7, {}).as_dict())
        assert cut.path.read_bytes().startswith(b"".join(lines[:whole]))
        assert [event["event"] for event in cut.events()] == ["asked"] * whole + ["ended"]


def test_a_broken_line_is_named(tmp_path):
    journal = Journal(tmp_path / "broken.jsonl")
    journal.path.write_text('{"event": "asked"}\nnot json\n{"event": "asked"}\n')
    with pytest.raises(RunError, match="broken.jsonl:2"):
        journal.events()


def test_trials_are_as_they_last_were(tmp_path):
    journal = Journal(tmp_path / "trials.jsonl")
    journal.append("started", trial=Trial(1, {"rate": 0.1}).as_dict())
    journal.append("started", trial=Trial(0, {}).as_dict())
    ended = Trial(
        1, {"rate": 0.1}, "completed", 0.5, (0.4, 0.6), [{"val_loss": 0.5}], 1.5, 1000, figures={"val_loss": 0.5}
    )
    journal.append("ended", trial=ended.as_dict())
    assert journal.trials() == [Trial(0, {}), ended]


def test_failed_pruned_and_endless_scores_are_never_best():
    trials = [
        Trial(1, {}, "failed"),
        Trial(2, {}, "pruned", 0.1),
        Trial(3, {}, "completed", float("nan")),
        Trial(4, {}, "completed", 0.7),
        Trial(5, {}, "completed", 0.9),
        Trial(6, {}, "running"),
    ]
    assert best(trials, "min").number == 4
    assert best(trials, "max").number == 5
    assert best(trials[:3], "min") is None
