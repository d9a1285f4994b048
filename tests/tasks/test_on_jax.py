"""Every task trains, scores and exports with Keras on JAX, as on TPUs, about as well as on TensorFlow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.packages import ROOT
from tasks.task import names

# A figure of the test split, and how far seconds of training on the two backends may lie apart in it.
FIGURES = {
    "classify": ("accuracy", 0.03),
    "regress": ("r2", 0.1),
    "autoencode": ("mse", 0.01),
    "translate": ("chrf", 6.0),
    "caption": ("bleu1", 12.0),
}


def trained(name: str, backend: str, folder: Path) -> dict:
    """results.json of a run of seconds."""
    program = (
        "from dataclasses import replace; from tasks import course; from tasks.task import by_name; "
        f"task = by_name({name!r}); course.run(task, replace(task.tiny, run_dir={str(folder)!r}))"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{backend} backend" in done.stdout.splitlines()[0]
    return json.loads((folder / "results.json").read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_whole_run(name, tmp_path):
    ours, theirs = (trained(name, backend, tmp_path / backend) for backend in ("jax", "tensorflow"))
    figure, apart = FIGURES[name]
    assert ours["test"][figure] == pytest.approx(theirs["test"][figure], abs=apart)
    assert ours["export"]["saved_model_difference"] <= 1e-5
    assert (tmp_path / "jax" / "saved_model" / "saved_model.pb").exists()
