"""What checkpoints and waiting for data cost of a training. Runs an app with its flags, and prints shares.

    python -m benchmarks.overhead classify
    python -m benchmarks.overhead classify --data tfds:fashion_mnist --epochs 4
    python -m benchmarks.overhead classify --data photos/ --epochs 4 pretrained
    python -m benchmarks.overhead translate

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

APPS = ("classify", "regress", "autoencode", "translate", "caption")


def timed(write, seconds: list[float]):
    """`write` of checkpoints, whose seconds are noted."""

    def noted(self, place):
        began = time.perf_counter()
        write(self, place)
        seconds.append(time.perf_counter() - began)

    return noted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app", choices=APPS)
    given, flags = parser.parse_known_args()

    from cli.run import run
    from training.checkpoint import Checkpoint
    from training.run_directory import RunDirectory

    app, written = importlib.import_module(f"apps.{given.app}"), []
    Checkpoint.write = timed(Checkpoint.write, written)
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
        f"checkpoint_share={sum(written) / whole:.4f} waiting_share={waiting:.4f}"
    )


if __name__ == "__main__":
    main()
