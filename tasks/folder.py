"""The folder of a run: which one a configuration means, and the settings that name it.

Every field of a `Config`, those of the dataclasses in it included, names the run, so that two runs of different
settings never share a folder. A field that changes no result says so: `field(metadata={"names_run": False})`. One that
names files, whose content matters instead of their place, says `{"files": True}`, or which file of a folder that is:
`{"files": "model.keras"}`, or has a function from the dataclass to the paths.
"""

import atexit
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path

from cli.errors import UserError
from training.hosts import rank, require_same
from training.identity import gone
from training.run_directory import RunDirectory
from training.run_lock import RunError

FORMAT = 3
"""Of config.json. Runs of an earlier one, or without it, can be used but not gone on with. From 3 on a finished run has
a manifest, and "files" in config.json the content of each file or folder that a setting names."""


def open_run(
    app: str, settings: dict, files: dict[str, list[str]], run_dir: str | None = None, *, passing: bool = False
) -> tuple[RunDirectory, dict]:
    """The folder of a run and the content of its config.json, all that changes its result; nothing is made yet.

    Args:
        app: "classify", "regress" ...: the folder below runs/.
        settings, files: As `described` gives them.
        run_dir: The folder that the user names.
        passing: Whether it is a folder that goes with this process, so that the run's own stays as it is.
    """
    from data.fingerprint import fingerprint

    known = {name: found for name, paths in files.items() if (found := fingerprint(*paths))}
    settings = {"format": FORMAT, "app": app, **settings, "files": known}
    require_same(settings)
    if passing:
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return RunDirectory(folder), settings
    if run_dir == "":
        raise UserError("`--run-dir` must name a folder. Received: ''")
    if run_dir and "\\" in run_dir and os.sep == "/":
        raise UserError(f"`--run-dir`: TensorFlow writes nothing below a backslash. Received: {run_dir}")
    if run_dir:
        run = RunDirectory(run_dir)
    else:
        data = settings["data"]["data"]
        name = data_name(data if isinstance(data, str) else "".join(data[:1]))
        run = RunDirectory.for_config(app, f"{name}-{settings['model']['name']}", settings)
        run = run if run.path.exists() else _without_data(run, settings)
    if number := rank():  # it may share the disk with machine 0
        run = RunDirectory(run.path.with_name(f"{run.path.name}.rank{number}"))
    return run, settings


def _without_data(run: RunDirectory, settings: dict) -> RunDirectory:
    """The earlier run beside `run` that was trained on files which are not there any more; else `run` itself."""
    beside = run.path.parent.iterdir() if run.path.parent.is_dir() else ()
    for path in sorted(beside):
        with suppress(RunError):
            earlier = RunDirectory(path)
            if gone(earlier.read_json("config.json"), settings):
                return earlier
    return run


def described(config) -> tuple[dict, dict[str, list[str]]]:
    """The fields of a dataclass that name a run, as JSON has them, and the paths that they name, by dotted name.

    A dataclass is an object, a tuple a list. The field `model`, which is one of several dataclasses, has the name of
    its own in "name". A bundled name stands among the paths as it is.
    """
    settings, files = {}, {}
    for one in fields(config):
        value, which = getattr(config, one.name), one.metadata.get("files")
        if is_dataclass(value):
            inner, named = described(value)
            files |= {f"{one.name}.{name}": paths for name, paths in named.items()}
            value = ({"name": type(value).__name__.lower()} if one.name == "model" else {}) | inner
        elif callable(which):
            files[one.name] = which(config)
        elif which:
            paths = [value] if isinstance(value, str) else value or ()
            files[one.name] = [path if which is True else str(Path(path) / which) for path in paths]
        if one.metadata.get("names_run", True):
            settings[one.name] = json.loads(json.dumps(value))
    return settings, files


def data_name(data: str) -> str:
    """A data argument as a part of a file name: "photos/cats.csv.gz" gives "cats", "tfds:mnist" gives "mnist".

    A file that is only called train gives the name of its folder.
    """
    path = Path(data.removeprefix("tfds:").replace(":", "-"))
    name = (path.resolve() if path.name in ("", "..") else path).name.split(".")[0]
    return (path.resolve().parent.name if name == "train" and path.suffix else name) or "data"
