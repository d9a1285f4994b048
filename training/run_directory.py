"""The folder of one run: what was asked for, what came out, and where an interrupted run goes on."""

import csv
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from training import manifest
from training.identity import differences, gone, identity
from training.own_files import Own, foreign, remove
from training.run_lock import LOCK, RunError, hold

SAVED_MODEL: Own = {
    "saved_model.pb": None,
    "fingerprint.pb": None,
    "variables": {"variables.*": None},
    "assets": {"*": None},
    "assets.extra": dict.fromkeys(("inputs.json", "classes.json")),
}
_EXPORTS: Own = {
    "saved_model": SAVED_MODEL,
    "saved_model.refused": SAVED_MODEL,
    **dict.fromkeys(("model.tflite", "model.tflite.refused", "model.onnx", "model.onnx.refused")),
}
_STAGE: Own = dict.fromkeys(("metrics.csv", "timing.csv", "checkpoint.npz", "microscope.json", "preflight.json"))
_FURTHER = ("head", "encoder", "fine-tuning", "rewards", "refit", "classifier", "language-model", "sentence-classifier")
_STAGES: Own = {**_STAGE, **dict.fromkeys(_FURTHER, _STAGE)}
_RECORDS = ("config.json", "environment.json", "preparing.json", "results.json", "examples.json", "evaluation-*.json")
RUN: Own = {
    LOCK: None,
    **dict.fromkeys(_RECORDS),
    **dict.fromkeys(("report.html", "explanation.html", "model.keras", "neighbours.npz", manifest.FILE)),
    **_STAGES,
    "member-*": _STAGES,
    "what-if": _STAGES,
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


class RunDirectory:
    """Paths and records of one run.

    config.json, environment.json, preparing.json: what was asked for, where it ran, how raw records are prepared;
    metrics.csv, timing.csv: a row per epoch, without and with clock times; checkpoint.npz: while training lasts;
    results.json: the figures; manifest.json: the sums of all files, the sign that the run is finished; report.html,
    model.keras, saved_model/.
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
        settings = json.dumps(identity(config), sort_keys=True, default=str).encode()
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
        manifest.verify(self.path, ["config.json"])
        earlier, now = self.read_json("config.json"), json.loads(as_json(config))
        if earlier.get("format") != now.get("format"):
            raise RunError(
                f"{self.path}: holds a run of another version of this suite, which can be used but not gone on with. "
                "Name another `--run-dir`, or `--fresh` to replace it."
            )
        if (changed := differences(earlier, now)) and not gone(earlier, now):
            raise RunError(
                f"{self.path}: holds a run of other settings. They differ in {', '.join(changed)}. "
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
        hold(self.path)
        if fresh:
            remove(self.path, self.own, keep=(LOCK,))
        (self / manifest.FILE).unlink(missing_ok=True)
        self.write_json("config.json", config)
        self.write_json("environment.json", environment)

    def withdraw(self) -> None:
        """Take back what `start` wrote where nothing was trained since: another run may have the folder."""
        begun = ("config.json", "environment.json", "preparing.json")
        if {entry.name for entry in self.path.iterdir()} <= {*begun, LOCK}:
            for name in begun:
                (self / name).unlink(missing_ok=True)

    def results(self) -> dict | None:
        """Results of a finished run, None while it is not finished."""
        return self.read_json("results.json") if (self / "results.json").exists() else None

    def finish(self, results: Mapping) -> None:
        """Write the results, and the sums of all files of the run: it is finished."""
        text = as_json(results) + "\n"
        manifest.write(self.path, self.own, {"results.json": text.encode()})
        self.write_text("results.json", text)

    def exported(self, name: str, figures: Mapping[str, float]) -> None:
        """Take an export up that was written since the run finished, a SavedModel in place of one that was refused."""
        results = self.results() or {}
        if name == "saved_model" and "refused" in results.get("export", {}):
            self.verify("results.json")
            self.write_json("results.json", {**results, "export": figures})
        manifest.renew(self.path, [name, "results.json"])

    def verify(self, *names: str) -> None:
        """Raise UserError where one of these files or folders is not as the finished run left it."""
        manifest.verify(self.path, names)

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
