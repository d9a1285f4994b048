"""Each notebook runs from top to bottom on this machine, with settings of seconds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.task import names

ROOT = Path(__file__).parent.parent
APPS = tuple(names())


def code(name: str) -> list[str]:
    """The cells of code of a notebook."""
    content = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def test_every_app_has_a_notebook_without_leftovers():
    assert {path.stem for path in (ROOT / "notebooks").iterdir()} == set(APPS)
    for name in APPS:
        content = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
        assert content["nbformat"] == 4 and len({cell["id"] for cell in content["cells"]}) == len(content["cells"])
        for cell in content["cells"]:
            assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)
        for cell in code(name):
            compile(cell, name, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("name", APPS)
def test_it_runs_from_top_to_bottom(name, tmp_path):
    script = tmp_path / "cells.py"
    # As a notebook does, the value of the last line of a cell is shown only there: it is harmless here.
    script.write_text("\n\n".join(code(name)), "utf-8")
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "LAMINA_QUICK": "1", "MPLBACKEND": "Agg", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    run = tmp_path / "runs" / "notebooks" / name
    assert done.stdout.startswith("device  ") and (run / "report.html").exists()
    assert done.stdout.splitlines()[-1].endswith(f"lamina-{name}.zip") and (run / f"lamina-{name}.zip").exists()
