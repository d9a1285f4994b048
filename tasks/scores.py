"""The records of a run's scores on other data."""

import errno
import os
from itertools import count

from cli.errors import UserError
from tasks.answers import is_device, require_output, write_whole
from tasks.request import Evaluation
from training.run_directory import RunDirectory, as_json
from training.run_lock import held

READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def require_place(request: Evaluation) -> None:
    """Raise UserError where `--output` cannot be written, before the work."""
    require_output(request.data, request.output, [as_json({"data": ""})[:10].encode()])
    if request.output and not request.output.lower().endswith(".json") and not is_device(request.output):
        raise UserError(f"`--output` must end in .json. Received: {request.output}")


def record(directory: RunDirectory, name: str, request: Evaluation, content: dict) -> str:
    """Write scores to `--output`, else to evaluation-NAME.json in the folder of a run; return where they are, in words.

    A folder that cannot be written, of a run that many share, is no error: the scores are on the screen.

    Args:
        directory: Of the run.
        name: Of the data.
        request: What was scored.
        content: Rows, scores, details.
    """
    settings = {"data": [os.path.abspath(one) if os.path.exists(one) else one for one in request.data]}
    settings |= {name: getattr(request, name) for name in ("source", "images", "image", "caption", "target")}
    settings |= {name: getattr(request, name) for name in ("tile", "flip_test") if getattr(request, name)}
    content = {"data": " ".join(request.data) or "own test split", "of": settings, **content}
    if request.output:
        write_whole(request.output, (as_json(content) + "\n").encode())
        return f"written to {request.output}"
    try:
        with held(directory.path):
            file = _file_for(directory, name, settings)
            directory.write_json(file, content)
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
        return f"not written: {directory.path}: {error.strerror}. `--output FILE.json` writes them elsewhere."
    return f"written to {directory / file}"


def _file_for(directory: RunDirectory, name: str, settings: dict) -> str:
    """The record of the scores on data of this name: the one that has these settings, else the first that is free."""
    for number in count(1):
        file = f"evaluation-{name}.json" if number == 1 else f"evaluation-{name}-{number}.json"
        if not (directory / file).exists() or directory.read_json(file).get("of") == settings:
            return file
