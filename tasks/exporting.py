"""A trained run written for programs that know nothing of this suite, and checked."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cli.packages import child_environment
from export.errors import ExportError
from export.formats import FORMATS
from training.run_directory import RunDirectory

KINDS = (*FORMATS, "all")
"""What `export` can be asked for."""


def export_run(directory: RunDirectory, raw: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Write the checked SavedModel of a run just trained, and the records that its exports are checked on.

    Args:
        directory: Of the run, which holds the network.
        raw: Raw records of the test split, name -> (N, ...).

    Returns:
        As `export`.
    """
    from export import examples

    examples.write(examples.take(raw), directory / "examples.json")
    return export(str(directory.path))


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
    if backend() != "tensorflow":
        return _in_tensorflow(run, kind, output)
    from export import examples
    from tasks.trained import read

    trained = read(run)
    inputs = examples.read(trained.directory / "examples.json")
    found = {}
    for one in trained.formats if kind == "all" else [kind]:
        path, differences = trained.export(one, inputs, Path(output or run))
        for loader, difference in differences.items():
            print(f"{path}: {loader} differs from the network by {difference:.1e} at most")
        found[f"{one}_difference"] = max(differences.values())
    print(" ".join(f"{name}={value:.3g}" for name, value in found.items()))
    return found


def _in_tensorflow(run: str, kind: str, output: str | None) -> dict[str, float]:
    """The same in a process of its own, whose Keras runs on TensorFlow: graphs are made there, whoever trained."""
    command = [sys.executable, "-m", "apps.export", run, "--format", kind, *(["--output", output] if output else [])]
    environment = child_environment(KERAS_BACKEND="tensorflow")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no message")
        raise ExportError(reason.removeprefix("error: "))
    print(done.stdout, end="")
    pairs = (pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    return {name: float(value) for name, value in pairs}
