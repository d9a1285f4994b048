"""Export a trained run: raw records in, answers out, for programs that know nothing of this suite.

    python -m apps.export runs/classify/NAME                        a SavedModel: TensorFlow, TensorFlow Serving
    python -m apps.export runs/classify/NAME --format litert        model.tflite: phones and small devices
    python -m apps.export runs/classify/NAME --format onnx          model.onnx: other runtimes
    python -m apps.export runs/classify/NAME --format all --output exports/

The SavedModel takes image files as bytes, the columns of a table, or sentences. LiteRT and ONNX have no operations for
these: they take prepared records (preparing.json has the means and vocabularies) and give class probabilities; a
translator is exported as a SavedModel only.
Each export is loaded in a fresh process that cannot import this suite and compared with the network on real records;
one that differs is refused. The last line gives the largest relative differences.
"""

<<<<<<< HEAD
=======
import subprocess
import sys
>>>>>>> main
from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

<<<<<<< HEAD
from cli.run import run
=======
from apps.command import child_environment, run
from export.errors import ExportError
>>>>>>> main


@dataclass(frozen=True)
class Config:
    """Export a trained run."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    format: Literal["saved_model", "litert", "onnx", "all"] = "saved_model"
    """What to write; all: each format that this kind of run can be written in."""
    output: str | None = None
    """Folder to write into. Default: the run's."""


def main(config: Config) -> dict[str, float]:
    """Write and check the exports; return the largest relative difference of each, as `saved_model_difference` ..."""
    from tasks.exporting import export

<<<<<<< HEAD
    return export(config.run, config.format, config.output)
=======
    configure()
    if backend() != "tensorflow":
        return in_tensorflow(config)
    from apps.trained import read
    from export import examples
    from export.checked import FILES

    trained = read(config.run)
    inputs = examples.read(trained.directory / "examples.json")
    folder = Path(config.output or config.run)
    found = {}
    for kind in FILES if config.format == "all" else [config.format]:
        path, differences = trained.export(kind, inputs, folder)
        for loader, difference in differences.items():
            print(f"{path}: {loader} differs from the network by {difference:.1e} at most")
        found[f"{kind}_difference"] = max(differences.values())
    print(" ".join(f"{name}={value:.3g}" for name, value in found.items()))
    return found


def export_run(directory, splits) -> dict[str, float]:
    """Write the checked SavedModel of a run just trained, and the test records that its exports are checked on.

    Args:
        directory: the `RunDirectory`, which holds the network.
        splits: what it was trained on.

    Returns:
        As `main`.
    """
    from export import examples

    examples.write(examples.take(splits.test.inputs), directory / "examples.json")
    return main(Config(run=str(directory.path)))


def in_tensorflow(config: Config) -> dict[str, float]:
    """The same in a process of its own, whose Keras runs on TensorFlow: graphs are made there, whoever trained.

    Raises ExportError with the reason when it fails.
    """
    command = [sys.executable, "-m", "apps.export", config.run, "--format", config.format]
    command += ["--output", config.output] if config.output else []
    environment = child_environment(KERAS_BACKEND="tensorflow")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no message")
        raise ExportError(reason.removeprefix("error: "))
    print(done.stdout, end="")
    pairs = (pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    return {name: float(value) for name, value in pairs}
>>>>>>> main


if __name__ == "__main__":
    run(main, "python -m apps.export")
