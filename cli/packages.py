"""The packages of the suite, and what a child process needs to find them."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "apps",
    "cli",
    "data",
    "evaluation",
    "export",
    "layers",
    "lectures",
    "models",
    "tasks",
    "training",
    "tuning",
    "web",
)


def child_environment(**changes: str) -> dict[str, str]:
    """The environment of a child process that imports the suite, from whichever folder this one was started in."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **changes}
