"""What checkpoints, waiting for data, the preflight and the microscope cost of a training. Runs an app with its flags,
and prints shares.

    python -m benchmarks.overhead classify
    python -m benchmarks.overhead classify --data tfds:fashion_mnist --epochs 4
    python -m benchmarks.overhead classify --data photos/ --epochs 4 pretrained
    python -m benchmarks.overhead translate --microscope

The run is in a passing folder, so that it trains from its start. Seconds of training are those of the epochs,
validation included; a checkpoint counts from the gathering of its arrays until it is on the disk. The first epoch,
in which the step is compiled, is left out of the waiting, unless it is the only one.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

APPS = ("classify", "regress", "autoencode", "translate", "caption", "segment")
LOOKS = ("on_train_begin", "on_train_batch_begin", "on_train_batch_end", "on_train_end")  # of the microscope


def timed(function, seconds: list[float]):
    """`function`, whose seconds are noted."""

    def noted(*args, **kwargs):
        began = time.perf_counter()
        found = function(*args, **kwargs)
        seconds.append(time.perf_counter() - began)
        return found

    return noted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app", choices=APPS)
    given, flags = parser.parse_known_args()

    from cli.run import run
    from training import preflight
    from training.checkpoint import Checkpoint
    from training.microscope import Microscope
    from training.run_directory import RunDirectory

    app, written, checked, looked = importlib.import_module(f"apps.{given.app}"), [], [], []
    Checkpoint.write = timed(Checkpoint.write, written)
    preflight.preflight = timed(preflight.preflight, checked)
    for name in LOOKS:
        setattr(Microscope, name, timed(getattr(Microscope, name), looked))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "run"
        sys.argv = [sys.argv[0], *flags, "--run-dir", str(place)]
        run(app.main, f"python -m benchmarks.overhead {given.app}")
        parts = sorted(place.glob("member-*")) or [place]  # a run of several joins the rows of its members
        files = [file for part in parts for file in sorted(part.rglob("timing.csv"))]
        rows = [row for file in files for row in RunDirectory(file.parent).read_rows(file.name)]
    later = rows[1:] or rows
    training = sum(row["training_seconds"] for row in later)
    waiting = sum(row["waiting_for_data"] * row["training_seconds"] for row in later) / training
    whole = sum(row["seconds"] for row in rows)
    print(
        f"epochs={len(rows)} seconds={whole:.1f} checkpoints={len(written)} "
        f"checkpoint_share={sum(written) / whole:.4f} waiting_share={waiting:.4f} "
        f"preflight_seconds={sum(checked):.1f} preflight_share={sum(checked) / whole:.4f} "
        f"microscope_share={sum(looked) / whole:.4f}"
    )


if __name__ == "__main__":
    main()
