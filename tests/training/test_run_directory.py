"""Run directories: the same command finds the same run; what is not a run, or broken, is refused."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.run_directory import RunDirectory
from training.run_lock import RunError

ROOT = Path(__file__).parent.parent.parent


def test_name_depends_on_the_settings_alone():
    first = RunDirectory.for_config("classify", "digits-mlp", {"a": 1, "b": [2]})
    assert first.path == RunDirectory.for_config("classify", "digits-mlp", {"b": [2], "a": 1}).path
    assert first.path != RunDirectory.for_config("classify", "digits-mlp", {"a": 1, "b": [3]}).path
    assert str(first.path).startswith("runs/classify/digits-mlp-")


def test_started_again_keeps_its_files_and_fresh_does_not(tmp_path):
    run = RunDirectory(tmp_path / "run")
    run.start({"app": "classify", "a": (1, 2)}, {})
    run.write_text("metrics.csv", "epoch\n")
    run.start({"app": "classify", "a": (1, 2)}, {})
    assert (run / "metrics.csv").exists()
    run.start({"app": "classify", "a": (1, 2)}, {}, fresh=True)
    assert not (run / "metrics.csv").exists()


def test_what_was_refused_makes_room_and_what_was_trained_stays(tmp_path):
    run = RunDirectory(tmp_path / "run")
    run.start({"app": "classify", "a": 1}, {})
    run.withdraw()
    run.start({"app": "classify", "a": 2}, {})
    run.write_text("metrics.csv", "epoch\n")
    run.withdraw()
    assert run.read_json("config.json")["a"] == 2


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
    RunDirectory(path).start({"app": "classify", "seed": 1, "data": "digits"}, {})
    RunDirectory(path).start({"app": "classify", "seed": 2, "data": "digits"}, {})


def truncated(path):
    (path / "config.json").write_text('{"data": ')
    (path / "environment.json").write_text('{"backend": "jax"}')
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
        (
            folder_of_something_else,
            "is not empty and holds no run \\(no config.json of one\\); name another `--run-dir`",
        ),
        (other_settings, r"run of other settings. They differ in seed \(1 then, 2 now\).*--fresh"),
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


RECORDS = (
    "results.json",
    "saved_model/saved_model.pb",
    "saved_model/variables/variables.index",
    "member-0/metrics.csv",
)


def finished(path):
    """A run's folder with some of what a run writes."""
    run = RunDirectory(path)
    run.start({"app": "classify"}, {})
    for name in RECORDS:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text("{}")
    return run


@pytest.mark.parametrize("config", ['{"model_type": "bert"}', '{"app": 3}', "[]", "{"])
def test_fresh_leaves_a_folder_whose_config_is_of_something_else(tmp_path, config):
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "results.json").write_text("years of work")
    for fresh in (False, True):
        with pytest.raises(RunError, match="holds no run"):
            RunDirectory(tmp_path).start({"app": "classify"}, {}, fresh=fresh)
    assert (tmp_path / "results.json").read_text() == "years of work"


@pytest.mark.parametrize(
    "name", ["people.csv", "thesis/thesis.tex", "saved_model/other/precious", "member-0/notes.txt", "metrics.csv/x"]
)
def test_fresh_is_refused_where_a_run_holds_other_files(tmp_path, name):
    run = finished(tmp_path / "run")
    (run / name).parent.mkdir(exist_ok=True)
    (run / name).write_text("mine")
    with pytest.raises(RunError, match=f"what no run writes: {name.split('/')[0]}.*another `--run-dir`"):
        run.start({"app": "classify"}, {}, fresh=True)
    assert (run / name).read_text() == "mine"
    assert all((run / one).exists() for one in RECORDS)


def test_fresh_deletes_all_that_a_run_writes(tmp_path):
    run = finished(tmp_path / "run")
    run.start({"app": "regress"}, {}, fresh=True)
    assert {path.name for path in run.path.iterdir()} == {"lock", "config.json", "environment.json"}


def test_fresh_follows_a_linked_run_folder_but_no_link_in_it(tmp_path):
    finished(tmp_path / "real")
    (tmp_path / "precious.txt").write_text("mine")
    (tmp_path / "real" / "report.html").symlink_to(tmp_path / "precious.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    RunDirectory(tmp_path / "link").start({"app": "classify"}, {}, fresh=True)
    assert (tmp_path / "precious.txt").read_text() == "mine" and (tmp_path / "link").is_symlink()
    assert not (tmp_path / "real" / "results.json").exists()
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    with pytest.raises(RunError, match="a link to nothing"):
        RunDirectory(tmp_path / "nowhere").start({}, {})


@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_whose_first_record_was_never_whole_begins_again(tmp_path, fresh):
    for name in ("config.json.partial", "lock"):
        (tmp_path / name).write_text("")
    RunDirectory(tmp_path).start({"app": "classify"}, {}, fresh=fresh)
    assert RunDirectory(tmp_path).read_json("config.json") == {"app": "classify"}


@pytest.mark.parametrize("content", [None, "{"])
def test_fresh_mends_a_run_whose_settings_are_damaged(tmp_path, content):
    run = RunDirectory(tmp_path)
    run.start({"app": "classify"}, {"backend": "jax"})
    (run / "config.json").unlink()
    if content:
        run.write_text("config.json", content)
    run.start({"app": "classify"}, {}, fresh=True)
    assert run.read_json("config.json") == {"app": "classify"}


def test_a_record_that_is_a_folder_is_named(tmp_path):
    (tmp_path / "config.json").mkdir()
    with pytest.raises(RunError, match="config.json: cannot be read"):
        RunDirectory(tmp_path).read_json("config.json")


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
        "RunDirectory(sys.argv[1]).start({'app': 'tiny'}, {}); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        for fresh in (False, True):
            with pytest.raises(RunError, match="another process is at this run"):
                RunDirectory(tmp_path / "run").start({"app": "tiny"}, {}, fresh=fresh)
        assert (tmp_path / "run" / "config.json").exists()
        other.kill()
        other.communicate()
    for fresh in (False, True, False):  # a killed process holds nothing, and one process may begin again
        RunDirectory(tmp_path / "run").start({"app": "tiny"}, {}, fresh=fresh)


@pytest.mark.parametrize(
    ("number", "message"), [(errno.ENOLCK, None), (errno.EIO, "cannot be locked"), (errno.EBADF, "cannot be locked")]
)
def test_only_a_file_system_without_locks_goes_without(tmp_path, monkeypatch, capsys, number, message):
    def flock(descriptor, how):
        assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR, "NFS wants it open for writing"
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("training.run_lock.fcntl.flock", flock)
    if message:
        with pytest.raises(RunError, match=message):
            RunDirectory(tmp_path).start({}, {})
    else:
        RunDirectory(tmp_path).start({}, {})
        assert "no locks" in capsys.readouterr().out


def test_records_are_valid_json_whatever_was_measured(tmp_path):
    run = RunDirectory(tmp_path)
    run.write_json("results.json", {"r2": float("nan"), "rest": [{"loss": float("inf")}, (1.5, True, "nan")]})
    text = (tmp_path / "results.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    assert run.results() == {"r2": None, "rest": [{"loss": None}, [1.5, True, "nan"]]}
    config = {"app": "tiny", "rate": float("inf")}
    run.write_json("config.json", config)
    run.check(config)


def test_fresh_deletes_the_further_files_of_a_task_and_no_others(tmp_path):
    run = RunDirectory(tmp_path / "run")
    run.start({"app": "palette"}, {})
    (run / "palette.npz").write_bytes(b"colours")
    with pytest.raises(RunError, match="palette.npz"):
        RunDirectory(run.path).start({"app": "palette"}, {}, fresh=True)
    again = RunDirectory(run.path)
    again.claim(["palette.npz", "saved_model/"])
    again.start({"app": "palette"}, {}, fresh=True)
    assert not (run / "palette.npz").exists() and (run / "config.json").exists()
