"""The folder of one run: what was asked for, what came out, and where an interrupted run goes on."""

import csv
import errno
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cli.errors import UserError
from training.own_files import Own, foreign, remove

try:
    import fcntl
except ImportError:  # Windows has none: there two processes may write one run
    fcntl = None

HELD: dict[Path, int] = {}
"""The folders that this process writes, and the descriptors that keep other processes from it."""

LOCK = "lock"
SAVED_MODEL: Own = {
    "saved_model.pb": None,
    "fingerprint.pb": None,
    "variables": {"variables.*": None},
    "assets": {"*": None},
    "assets.extra": {"inputs.json": None},
}
_EXPORTS: Own = {
    "saved_model": SAVED_MODEL,
    "saved_model.refused": SAVED_MODEL,
    **dict.fromkeys(("model.tflite", "model.tflite.refused", "model.onnx", "model.onnx.refused")),
}
_STAGE: Own = dict.fromkeys(("metrics.csv", "timing.csv", "checkpoint.npz", "microscope.json", "preflight.json"))
_STAGES: Own = {**_STAGE, "head": _STAGE, "fine-tuning": _STAGE, "rewards": _STAGE}
_RECORDS = ("config.json", "environment.json", "preparing.json", "results.json", "examples.json", "evaluation-*.json")
RUN: Own = {
    LOCK: None,
    **dict.fromkeys(_RECORDS),
    **dict.fromkeys(("report.html", "model.keras", "neighbours.npz")),
    **_STAGES,
    "member-*": _STAGES,
    **_EXPORTS,
    "unchecked-*": {**_EXPORTS, "earlier": SAVED_MODEL},
}
"""What a run writes into its folder, see `training.own_files`: nothing else is ever deleted there."""


def as_json(content) -> str:
    """Valid JSON, which has no NaN and no infinity: null stands for them."""
    return json.dumps(_finite(content), indent=2, default=str, allow_nan=False)


def _finite(content):
    if isinstance(content, Mapping):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


class RunError(UserError):
    """A run directory that is missing, broken, unfinished, of another run or in use."""


def lockless(path: Path, error: OSError) -> str:
    """What to tell where a folder cannot be locked. Raises RunError where the reason is not that it has no locks."""
    if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
        raise RunError(f"{path}: cannot be locked ({error.strerror}). Name another `--run-dir`.") from None
    return f"{path}: this file system has no locks ({error.strerror}); start no second command on this folder"


class RunDirectory:
    """Paths and records of one run.

    config.json, environment.json, preparing.json: what was asked for, where it ran, how raw records are prepared;
    metrics.csv, timing.csv: a row per epoch, without and with clock times; checkpoint.npz: while training lasts;
    results.json: the last word, and the sign that the run is finished; report.html, model.keras, saved_model/.
    """

    def __init__(self, path: str | Path, watch: Callable[[list[dict], int], None] | None = None):
        """`watch(rows, epochs)` is called after each epoch with a row of figures per epoch so far, and how many epochs
        are planned; what it raises ends the training."""
        self.path = Path(path)
        self.watch = watch
        self.own: Own = RUN

    def claim(self, files: Iterable[str]) -> None:
        """Say which files a run writes here beside those that all runs write; `--fresh` then deletes them, too."""
        self.own = {**RUN, **dict.fromkeys(name for name in files if not name.endswith("/"))}

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @classmethod
    def for_config(cls, app: str, name: str, config: Mapping) -> "RunDirectory":
        """The folder `runs/APP/NAME-HASH`, where HASH is of the settings: the same command finds the same run."""
        settings = json.dumps(config, sort_keys=True, default=str).encode()
        return cls(Path("runs") / app / f"{name}-{hashlib.sha256(settings).hexdigest()[:8]}")

    @classmethod
    def existing(cls, path: str | Path) -> "RunDirectory":
        """A run to read. Raises RunError when there is none at `path`."""
        run = cls(path)
        if not run.path.is_dir():
            near = sorted(str(p.parent) for p in Path("runs").glob("*/*/config.json")) if Path("runs").is_dir() else []
            hint = "Runs here: " + ", ".join(near[:10]) if near else "Train one with `python -m apps.classify`"
            raise RunError(f"{path}: no such run directory. {hint}.")
        return run

    def check(self, config: Mapping, *, fresh: bool = False) -> None:
        """Raise RunError when the folder holds something else or, unless `fresh`, a run of other settings.

        With `fresh` also where it holds files that a run does not write, which would be in the way of emptying it.
        """
        if self.path.is_symlink() and not self.path.exists():
            raise RunError(f"{self.path}: is a link to nothing; `--run-dir` must name a folder for the run.")
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path}: is a file; `--run-dir` must name a folder for the run.")
        if not self.path.is_dir() or self._only_begun():
            return
        if not self._is_run():
            raise RunError(
                f"{self.path}: is not empty and holds no run (no config.json of one); name another `--run-dir`."
            )
        if fresh:
            if others := foreign(self.path, self.own):
                raise RunError(
                    f"{self.path}: `--fresh` would empty this folder, but it holds what no run writes: "
                    f"{', '.join(others[:5])}{' ...' * (len(others) > 5)}. Move that, or name another `--run-dir`."
                )
            return
        if (earlier := self.read_json("config.json")) != json.loads(as_json(config)):
            changed = sorted(key for key in {*earlier, *config} if earlier.get(key) != config.get(key))
            raise RunError(
                f"{self.path}: holds a run of other settings (they differ in {', '.join(changed)}). "
                "Name another `--run-dir`, or `--fresh` to replace it."
            )

    def _only_begun(self) -> bool:
        """Whether the folder is empty, or an attempt ended in it before the first record was written whole."""
        names = {entry.name for entry in self.path.iterdir()}
        return names <= {LOCK, "config.json.partial"} and not foreign(self.path, self.own)

    def _is_run(self) -> bool:
        """Whether a run wrote this folder: by its settings or, where these are damaged, by its environment."""
        return isinstance(self._glance("config.json").get("app"), str) or "backend" in self._glance("environment.json")

    def _glance(self, name: str) -> dict:
        """A record, empty where it is missing or broken."""
        try:
            return self.read_json(name)
        except RunError:
            return {}

    def start(self, config: Mapping, environment: Mapping, *, fresh: bool = False) -> None:
        """Make the folder, or take up an earlier run of the same settings; `fresh` deletes a run's files first.

        Raises RunError as `check` does, and where another process writes this run.
        """
        self.check(config, fresh=fresh)
        self.path.mkdir(parents=True, exist_ok=True)
        self._hold()
        if fresh:
            remove(self.path, self.own, keep=(LOCK,))
        self.write_json("config.json", config)
        self.write_json("environment.json", environment)

    def _hold(self) -> None:
        """Keep other processes from writing this run, until this one ends."""
        if fcntl is None:
            return
        key = self.path.resolve()
        if key in HELD:
            os.close(HELD.pop(key))
        # A file opened for writing: NFS locks nothing else. It stays, so that all processes lock the same one.
        descriptor = os.open(self / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RunError(
                f"{self.path}: another process is at this run. Wait for it, or name another `--run-dir`."
            ) from None
        except OSError as error:
            os.close(descriptor)
            print(lockless(self.path, error), flush=True)
        else:
            HELD[key] = descriptor

    def withdraw(self) -> None:
        """Take back what `start` wrote where nothing was trained since: another run may have the folder."""
        begun = {"config.json", "environment.json", "preparing.json"}
        if {entry.name for entry in self.path.iterdir()} <= begun | {LOCK}:
            for name in begun:
                (self / name).unlink(missing_ok=True)

    def results(self) -> dict | None:
        """Results of a finished run, None while it is not finished."""
        return self.read_json("results.json") if (self / "results.json").exists() else None

    def forget_checkpoints(self) -> None:
        """Remove the states of training, those of further stages and of members included: the run is finished."""
        for path in self.path.rglob("checkpoint.npz"):
            path.unlink()

    def read_json(self, name: str) -> dict:
        """A record of the run. Raises RunError, with the file and what to do, when it is missing or broken."""
        path = self / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(
                f"{path}: missing. The run is unfinished or damaged; train it again with `--fresh`."
            ) from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise RunError(f"{path}: not valid JSON ({error}). Train the run again with `--fresh`.") from None
        except OSError as error:
            raise RunError(
                f"{path}: cannot be read ({error.strerror}). Train the run again in another folder."
            ) from None
        if not isinstance(content, dict):
            raise RunError(f"{path}: must hold a JSON object. Received: {type(content).__name__}")
        return content

    def write_json(self, name: str, content: Mapping) -> None:
        """Write a record whole or not at all; null stands for a number that is not finite."""
        self.write_text(name, as_json(content) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Write a text file whole or not at all."""
        path = self / name
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)

    def write_rows(self, name: str, rows: list[dict]) -> None:
        """Write a CSV file of one row per epoch; numbers in their shortest exact form, to compare by bytes."""
        if not rows:
            return
        path = self / name
        partial = path.with_name(path.name + ".partial")
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        os.replace(partial, path)

    def read_rows(self, name: str) -> list[dict[str, float]]:
        """Rows of a CSV file of numbers; none where there is no file. Raises RunError on a broken one."""
        path = self / name
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            try:
                return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
            except (TypeError, ValueError):
                raise RunError(f"{path}: not a table of numbers. Train the run again with `--fresh`.") from None
