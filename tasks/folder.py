"""The folder of a run: which one a configuration means, and the settings that name it."""

import atexit
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from training.hosts import rank, require_same
from training.run_directory import RunDirectory


def open_run(app: str, config, extra: dict | None = None) -> tuple[RunDirectory, dict]:
    """The folder of the run and the settings that name it, all that change its result; nothing is made yet.

    Args:
        app: "classify", "regress" ...: the folder below runs/.
        config: the `Config` of the app, with data, model, trainer and run_dir.
        extra: further settings that tell two runs of the app apart.
    """
    from data.fingerprint import fingerprint

    model = {"name": type(config.model).__name__.lower(), **asdict(config.model)}
    without = ("checkpoint_minutes", "check_device", "machines")
    trainer = {name: value for name, value in asdict(config.trainer).items() if name not in without}
    settings = {"app": app, "data": asdict(config.data), "model": model, "trainer": trainer}
    settings |= extra or {}
    given = (config.data.data, config.data.validation, config.data.test)
    named = [[one] if isinstance(one, str) else list(one or []) for one in given]
    settings["files"] = fingerprint(*(path for paths in named for path in paths))
    require_same(settings)
    if config.trainer.check_device:  # whatever is in the run's own folder stays as it is
        passing = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, passing, ignore_errors=True)
        return RunDirectory(passing), settings
    if config.run_dir:
        run = RunDirectory(config.run_dir)
    else:
        run = RunDirectory.for_config(app, f"{data_name(named[0][0])}-{model['name']}", settings)
    if number := rank():  # it may share the disk with machine 0
        run = RunDirectory(run.path.with_name(f"{run.path.name}.rank{number}"))
    return run, settings


def data_name(data: str) -> str:
    """A data argument as a part of a file name: "photos/cats.csv.gz" gives "cats", "tfds:mnist" gives "mnist".

    A file that is only called train gives the name of its folder.
    """
    path = Path(data.removeprefix("tfds:").replace(":", "-"))
    name = path.name.split(".")[0]
    return (path.resolve().parent.name if name == "train" and path.suffix else name) or "data"
