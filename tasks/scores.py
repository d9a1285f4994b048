"""The records of a run's scores on other data."""

import os
from itertools import count
from pathlib import Path

from tasks.request import Evaluation
from training.run_directory import RunDirectory


def record(directory: RunDirectory, name: str, request: Evaluation, content: dict) -> Path:
    """Write scores to evaluation-NAME.json in the folder of a run, and return its path.

    Args:
        directory: Of the run.
        name: Of the data.
        request: What was scored.
        content: Rows, scores, details.
    """
    settings = {"data": [os.path.abspath(one) if os.path.exists(one) else one for one in request.data]}
    settings |= {name: getattr(request, name) for name in ("source", "images", "image", "caption", "target")}
    file = _file_for(directory, name, settings)
    directory.write_json(file, {"data": " ".join(request.data) or "own test split", "of": settings, **content})
    return directory / file


def _file_for(directory: RunDirectory, name: str, settings: dict) -> str:
    """The record of the scores on data of this name: the one that has these settings, else the first that is free."""
    for number in count(1):
        file = f"evaluation-{name}.json" if number == 1 else f"evaluation-{name}-{number}.json"
        if not (directory / file).exists() or directory.read_json(file).get("of") == settings:
            return file
