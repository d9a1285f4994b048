"""Two processes on one machine train one network; one of them is killed; both go on."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.packages import ROOT
from models.loading import load
from training.run_directory import RunDirectory

SETTINGS = ("--epochs", "30", "--checkpoint-minutes", "0.01", "mlp", "--hidden", "32", "--batch-norm")
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


def start(folder: Path, *arguments: tuple[str, ...]) -> list[subprocess.Popen]:
    """Both machines, with `SETTINGS` or each with its own arguments."""
    coordinator = f"127.0.0.1:{free_port()}"
    common = [sys.executable, "-m", "apps.classify", "--run-dir", str(folder), "--hosts", "2"]
    return [
        subprocess.Popen(
            [*common, "--coordinator", coordinator, "--rank", str(rank), *(arguments[rank] if arguments else SETTINGS)],
            cwd=ROOT,
            env={**os.environ, "KERAS_BACKEND": "jax"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]


def ended(processes) -> list[str]:
    """What each printed, once it has ended well."""
    said = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    return said


def weights(folder: Path) -> list:
    return [weight.tolist() for weight in load(folder / "model.keras").get_weights()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "run"
    said = ended(start(folder))
    assert "2 devices train together; machine 0 of 2" in said[0] and "machine 1 of 2" in said[1]
    assert said[1].splitlines()[-1].startswith("machine 1 has done its part")
    return folder


def test_two_machines_learn_what_one_does(whole, tmp_path):
    command = [sys.executable, "-m", "apps.classify", "--run-dir", str(tmp_path / "one"), *SETTINGS]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "KERAS_BACKEND": "jax"}, check=True, capture_output=True)
    ours, theirs = (RunDirectory(folder).read_rows("metrics.csv") for folder in (whole, tmp_path / "one"))
    assert len(ours) == len(theirs) == 30
    # Sums in another order, which Adam makes more of with each update.
    assert all(one == pytest.approx(other, abs=1e-5) for one, other in zip(ours[:3], theirs[:3], strict=True))
    assert ours[-1]["val_loss"] == pytest.approx(theirs[-1]["val_loss"], abs=1e-2)


@pytest.mark.parametrize("victim", [0, 1])
def test_one_killed_ends_the_other_and_both_go_on(whole, tmp_path, victim):
    folder = tmp_path / "run"
    processes = start(folder)
    while not (folder / "checkpoint.npz").exists():
        assert all(process.poll() is None for process in processes), [p.communicate()[0] for p in processes]
        time.sleep(0.1)
    os.kill(processes[victim].pid, signal.SIGKILL)
    began = time.monotonic()
    said = processes[1 - victim].communicate(timeout=120)[0]
    assert time.monotonic() - began < 60 and processes[1 - victim].returncode == 3
    assert "another machine has ended or cannot be reached any more. Start the same commands again" in said
    assert not (folder / "results.json").exists()
    processes[victim].communicate()
    ended(start(folder))
    assert weights(folder) == weights(whole)
    assert (folder / "metrics.csv").read_bytes() == (whole / "metrics.csv").read_bytes()


def test_different_settings_are_refused_on_both(tmp_path):
    for process in start(tmp_path / "run", ("--epochs", "1", "mlp"), ("--epochs", "2", "mlp")):
        assert "The machines were given different settings" in process.communicate(timeout=300)[0]
        assert process.returncode in (2, 3)


def test_no_cluster_and_another_backend_are_refused():
    command = [sys.executable, "-m", "apps.classify", "--hosts", "cluster"]
    for backend, message in (
        ("jax", "`--hosts cluster`: no Slurm, Open MPI, Kubernetes or TPU pod"),
        ("tensorflow", "several machines train together through JAX, not tensorflow: set KERAS_BACKEND=jax"),
    ):
        given = {**os.environ, "KERAS_BACKEND": backend}
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
        assert done.returncode == 2 and message in done.stderr, done.stderr
