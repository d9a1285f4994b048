"""Run directories: the same command finds the same run; what is not a run, or broken, is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from training.run_directory import RunDirectory, RunError

ROOT = Path(__file__).parent.parent.parent


def test_name_depends_on_the_settings_alone():
    first = RunDirectory.for_config("classify", "digits-mlp", {"a": 1, "b": [2]})
    assert first.path == RunDirectory.for_config("classify", "digits-mlp", {"b": [2], "a": 1}).path
    assert first.path != RunDirectory.for_config("classify", "digits-mlp", {"a": 1, "b": [3]}).path
    assert str(first.path).startswith("runs/classify/digits-mlp-")


def test_started_again_keeps_its_files_and_fresh_does_not(tmp_path):
    run = RunDirectory(tmp_path / "run")
    run.start({"a": (1, 2)}, {})
    run.write_text("metrics.csv", "epoch\n")
    run.start({"a": (1, 2)}, {})
    assert (run / "metrics.csv").exists()
    run.start({"a": (1, 2)}, {}, fresh=True)
    assert not (run / "metrics.csv").exists()


def test_rows_come_back_exactly(tmp_path):
    run = RunDirectory(tmp_path)
    rows = [{"epoch": 1.0, "loss": 0.1 + 0.2}, {"epoch": 2.0, "loss": 1e-300}]
    run.write_rows("metrics.csv", rows)
    assert run.read_rows("metrics.csv") == rows


def file_for_folder(path):
    (path / "run").write_text("")
    RunDirectory(path / "run").start({}, {})


def folder_of_something_else(path):
    (path / "thesis.txt").write_text("")
    RunDirectory(path).start({}, {}, fresh=True)


def other_settings(path):
    RunDirectory(path).start({"seed": 1, "data": "digits"}, {})
    RunDirectory(path).start({"seed": 2, "data": "digits"}, {})


def truncated(path):
    (path / "config.json").write_text('{"data": ')
    RunDirectory(path).start({}, {})


def list_for_object(path):
    (path / "config.json").write_text("[1]")
    RunDirectory(path).read_json("config.json")


def broken_rows(path):
    (path / "metrics.csv").write_text("epoch,loss\n1,two\n")
    RunDirectory(path).read_rows("metrics.csv")


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (file_for_folder, "run: is a file; `--run-dir` must name a folder"),
        (folder_of_something_else, "is not empty and holds no run \\(no config.json\\); name another `--run-dir`"),
        (other_settings, "run of other settings \\(they differ in seed\\).*--fresh"),
        (truncated, "config.json: not valid JSON .* `--fresh`"),
        (list_for_object, "config.json: must hold a JSON object. Received: list"),
        (broken_rows, "metrics.csv: not a table of numbers.*--fresh"),
        (lambda path: RunDirectory.existing(path / "none"), "none: no such run directory.*apps.classify"),
        (lambda path: RunDirectory(path).read_json("preparing.json"), "preparing.json: missing. .*--fresh"),
    ],
)
def test_refusals(tmp_path, act, message, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=message):
        act(tmp_path)


def test_fresh_never_empties_what_is_no_run(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError):
        RunDirectory(tmp_path).start({}, {}, fresh=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_no_checkpoint_stays_behind(tmp_path):
    for place in ("", "rewards", "member-1/rewards"):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "checkpoint.npz").write_bytes(b"")
        (tmp_path / place / "metrics.csv").write_text("")
    RunDirectory(tmp_path).forget_checkpoints()
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"metrics.csv"}


def test_a_run_that_another_process_writes_is_refused(tmp_path):
    hold = (
        "import sys; from training.run_directory import RunDirectory\n"
        "RunDirectory(sys.argv[1]).start({}, {}); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        for fresh in (False, True):
            with pytest.raises(RunError, match="another process is at this run"):
                RunDirectory(tmp_path / "run").start({}, {}, fresh=fresh)
        assert (tmp_path / "run" / "config.json").exists()
        other.kill()
        other.communicate()
    for fresh in (False, True, False):  # a killed process holds nothing, and one process may begin again
        RunDirectory(tmp_path / "run").start({}, {}, fresh=fresh)
