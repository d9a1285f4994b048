"""A trained run written for programs that know nothing of this suite, and checked."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from cli.packages import child_environment
from export.errors import ExportError
from export.formats import FORMATS
from training.run_directory import RunDirectory
from training.run_lock import HELD, HOLDER, held

KINDS = (*FORMATS, "all")
"""What `export` can be asked for."""


def write_examples(directory: RunDirectory, raw: Mapping[str, np.ndarray]) -> None:
    """Write the records of the test split, name -> (N, ...), on which the exports of a run are checked."""
    from export import examples

    examples.write(examples.take(raw), directory / "examples.json")


def export_run(directory: RunDirectory) -> dict[str, float | str]:
    """Write and check the SavedModel of a run just trained: what `export` returns, or why it was refused: `refused`."""
    try:
        return export(str(directory.path))
    except ExportError as error:
        return {"refused": str(error)}


def export(run: str, kind: str = "saved_model", output: str | None = None) -> dict[str, float]:
    """Write and check exports of a run; return the largest relative difference of each: `saved_model_difference` ...

    Args:
        run: Folder of the run.
        kind: A format, or "all" for those that the run can be written in.
        output: Folder to write into; None for the run's.

    Raises:
        ExportError: An export cannot be made, or differs from its network.
    """
    from training.devices import backend, configure

    configure()
    output = None if output and Path(output).resolve() == Path(run).resolve() else output
    require_place(run, output)
    if backend() != "tensorflow":
        return _in_tensorflow(run, kind, output)
    from data.images.file_structure import TAKEN
    from export import examples
    from tasks.trained import read

    trained = read(run)
    trained.directory.verify("examples.json")
    inputs = examples.read(trained.directory / "examples.json")
    found = {}
    with nullcontext() if output else held(trained.directory.path):
        for one in trained.formats if kind == "all" else [kind]:
            path, differences = trained.export(one, inputs, Path(output or run))
            for loader, difference in differences.items():
                print(f"{path}: {loader} differs from the network by {difference:.1e} at most")
            if one == "saved_model" and "image" in inputs:
                print(f"{path}: takes the bytes of {TAKEN}; others have to be saved as PNG first")
            found[f"{one}_difference"] = max(differences.values())
            if output is None:
                trained.directory.exported(path.name, {f"{one}_difference": found[f"{one}_difference"]})
    print(" ".join(f"{name}={value:.3g}" for name, value in found.items()))
    return found


def require_place(run: str, output: str | None) -> None:
    """Raise ExportError where the folder for exports of the run in `run` cannot be written, before any work is done."""
    if output and os.path.exists(output) and not os.path.isdir(output):
        raise ExportError(f"`--output` must name a folder. Received: {output}, which is none")
    if not output and os.path.isdir(run) and not os.access(run, os.W_OK):
        raise ExportError(f"{run}: this folder cannot be written. Name another one with `--output`.")


def _in_tensorflow(run: str, kind: str, output: str | None) -> dict[str, float]:
    """The same in a process of its own, whose Keras runs on TensorFlow: graphs are made there, whoever trained."""
    command = [sys.executable, "-m", "apps.export", run, "--format", kind, *(["--output", output] if output else [])]
    holder = {HOLDER: str(os.getpid())} if Path(run).resolve() in HELD else {}
    environment = child_environment(KERAS_BACKEND="tensorflow", **holder)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no message")
        raise ExportError(reason.removeprefix("error: "))
    print(done.stdout, end="")
    pairs = (pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    return {name: float(value) for name, value in pairs}
