"""How tests start apps, in a process of their own as a user does or in this one, and how they interrupt them."""

import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from cli import run as starting
from cli.packages import ROOT

FILES = {"config.json", "environment.json", "preparing.json", "metrics.csv", "timing.csv", "results.json"}
FILES |= {
    "report.html",
    "model.keras",
    "saved_model",
    "examples.json",
    "manifest.json",
    "preflight.json",
    "lock",
}  # of every finished run


def command(app: str, *arguments: str, cwd=ROOT) -> subprocess.CompletedProcess:
    """`python -m apps.APP arguments`, to its end, in a process that knows nothing of this one but how TensorFlow is
    told to compute: some compare what both answer, to the bit."""
    frameworks = {name: value for name, value in os.environ.items() if name.startswith("TF_")}
    return subprocess.run(
        [sys.executable, "-m", f"apps.{app}", *arguments],
        cwd=cwd,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "COLUMNS": "100"} | frameworks,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def help_of(app: str) -> str:
    """What `python -m apps.APP --help` prints; it has to come without the frameworks, which take seconds."""
    code = (
        "import runpy, sys; sys.argv = ['x', '--help']\n"
        f"try: runpy.run_module('apps.{app}', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'tensorflow', 'keras', 'jax', 'torch', 'pandas', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(main, arguments: list[str], monkeypatch) -> None:
    """Start an app in this process, as its command line does: a new process takes seconds to import TensorFlow."""
    prog = "python -m " + main.__module__
    monkeypatch.setattr(sys, "argv", [prog.rpartition(".")[2], *arguments])
    starting.run(main, prog)


@contextmanager
def guard_in_this_process():
    """The guard loads one export here: to start a process that imports TensorFlow takes six seconds."""
    from export import found_texts, fresh_process, guard
    from export.examples import as_json

    answers = []

    def run(path, calls, by_cli=None):
        if not answers:
            with tempfile.TemporaryDirectory() as folder:
                records = Path(folder) / "records.json"
                records.write_text(json.dumps({signature: as_json(given) for signature, given in calls.items()}))
                together, alone = fresh_process.run_saved_model(str(path), str(records))
            for signature, given in calls.items():
                count = max(len(values) for values in given.values() if values.ndim)
                answers.append(("all", signature, list(range(count)), of_signature(together, signature)))
                answers.append(("alone", signature, [0], of_signature(alone, signature)))
        return answers

    def of_signature(outputs, signature):
        named = {name: fresh_process.plain(value) for name, value in outputs.items()}
        return guard._of_signature(named, signature)

    with pytest.MonkeyPatch.context() as patch:
        for module in (guard, found_texts):
            patch.setattr(module, "run_saved_model", run)
        yield


def whole_run(main, arguments: list[str]) -> subprocess.CompletedProcess:
    """A run of an app to its end, its export checked in this process, too."""
    printed, told = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(printed),
        redirect_stderr(told),
        guard_in_this_process(),
    ):
        start(main, arguments, patch)
    return subprocess.CompletedProcess(arguments, 0, printed.getvalue(), told.getvalue())


def refusal(main, arguments: list[str], monkeypatch, capsys) -> str:
    """What an app that refuses its command line says; a traceback would come out as the error that it is of."""
    with pytest.raises(SystemExit) as end:
        start(main, arguments, monkeypatch)
    told = capsys.readouterr()
    assert end.value.code == 2, told
    return " ".join((told.err + told.out).replace("│", " ").split())


@contextmanager
def interrupted(moment: str, number: int):
    """A training inside is interrupted where an epoch "begin"s or "end"s, the `number`-th time, counted from 1."""
    from training.epoch_log import EpochLog

    name = f"on_epoch_{moment}"
    original, times = getattr(EpochLog, name), itertools.count(1)

    def stop(self, epoch, logs=None):
        if next(times) == number:
            raise KeyboardInterrupt
        original(self, epoch, logs)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(EpochLog, name, stop)
        yield
