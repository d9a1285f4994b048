"""The folder of a search: which one a command means, that no two searches write to it, and what it was made for."""

import fcntl
import json
import os
import shlex
import time
from dataclasses import replace
from pathlib import Path

from cli.arguments import flags
from cli.errors import UserError
from data.fingerprint import fingerprint
from tasks.folder import data_name, described
from training.own_files import Own, foreign, remove
from training.run_directory import RUN, RunDirectory
from training.run_lock import LOCK, RunError, lockless

BEGUN = {LOCK, "search.json.partial", "workers.log", "dry"}  # before search.json
PATIENCE = 15  # seconds until processes of a search that was killed have ended

_FOLD: Own = {name: inside for name, inside in RUN.items() if name != LOCK}
_TRIAL: Own = {"outcome.json": None, "progress.json": None, "pruned.json": None, "log.txt": None, **_FOLD}
_TRIALS: Own = {"[0-9]*": {**_TRIAL, "fold*-retrain*": _FOLD}}
_JOBS = ("trials", "finalists-*", "retrained-*", "retrains")  # journals and folders of trials
SEARCH: Own = {
    **dict.fromkeys((LOCK, "search.json", "results.json", "report.html", "workers.log", "best-*.log")),
    **{f"{name}.jsonl": None for name in _JOBS},
    "dry": {**_TRIAL, "fold*-retrain*": _FOLD},
    **dict.fromkeys(_JOBS, _TRIALS),
    "best-*": RUN,
}
"""What a search writes into its folder, see `training.own_files`: nothing else is ever deleted there."""


class SearchError(UserError):
    """A search that cannot be made as asked."""


class SearchFolder:
    """`search.json` (what is searched), `trials.jsonl` (the journal), `trials/0007/` (of a trial), `workers.log`.

    Attributes:
        run: Its files.
        identity: The settings that tell it from other searches.
        lock: File descriptor; no other search opens the folder while a process holds it open.
    """

    def __init__(self, run: RunDirectory, identity: dict):
        self.run, self.identity = run, identity
        self.lock: int | None = None
        self.made = False

    @classmethod
    def of(cls, space: str, app: str, base, strategy: str, further: dict) -> "SearchFolder":
        """The folder `runs/tuning/APP-DATA-STRATEGY-HASH`, or the one that `base.run_dir` names; nothing is made yet.

        Args:
            space: Module of the search.
            app: Such as "classify".
            base: Configuration as it was typed.
            strategy: Its name.
            further: Other settings that tell one search from another.
        """
        _, files = described(base)
        data = base.data.data
        name = data_name(data if isinstance(data, str) else "".join(data[:1]))
        plain = replace(base, run_dir=None, fresh=False)
        paths = [path for some in files.values() for path in some]
        placeless = {path for path in paths if os.path.exists(path)}  # known by their content
        identity = {
            "space": space,
            "flags": ["(a path)" if one in placeless else one for one in flags(plain)],
            "files": fingerprint(*paths),
            "strategy": strategy,
            **further,
        }
        identity = json.loads(json.dumps(identity, default=str))
        if base.run_dir:
            return cls(RunDirectory(base.run_dir), identity)
        return cls(RunDirectory.for_config("tuning", f"{app}-{name}-{strategy}", identity), identity)

    @property
    def path(self) -> Path:
        """Of the folder."""
        return self.run.path

    def open(self, *, fresh: bool) -> None:
        """Make the folder or take up an earlier search of the same settings; `fresh` empties that first.

        Raises SearchError where it cannot be written, holds something else, or a search is running in it.
        """
        path = self.path
        known = (path / "search.json").exists()
        self._require_search(fresh)
        self.made = not path.exists()
        try:
            path.mkdir(parents=True, exist_ok=True)
            self.lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise SearchError(
                f"{path}: the folder of the search cannot be written ({error.strerror}). Name one with `--run-dir`."
            ) from None
        try:
            self._take(fresh, known)
        except BaseException:
            os.close(self.lock)
            self.lock = None
            raise

    def _require_search(self, fresh: bool) -> None:
        """Raise SearchError where the folder holds something else or, with `fresh`, files that no search writes."""
        path = self.path
        if not path.is_dir():
            return
        others = foreign(path, SEARCH)
        if (path / "search.json").exists():
            try:
                ours = "identity" in self.run.read_json("search.json")
            except RunError:  # a search's whose record is damaged, if nothing else is there
                ours = not others
        else:  # at most an attempt that ended before its record
            ours = not others and {entry.name for entry in path.iterdir()} <= BEGUN
        if not ours:
            raise SearchError(
                f"{path}: is not empty and holds no search (no search.json of one); name another `--run-dir`."
            )
        if fresh and others:
            raise SearchError(
                f"{path}: `--fresh` would empty this folder, but it holds what no search writes: "
                f"{', '.join(others[:5])}{' ...' * (len(others) > 5)}. Move that, or name another `--run-dir`."
            )

    def _take(self, fresh: bool, known: bool) -> None:
        self._wait()
        if fresh:
            remove(self.path, SEARCH, keep=(LOCK,))
        elif known:
            self._compare(self.run.read_json("search.json").get("identity", {}))

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise SearchError(f"{self.path}: another search is running in this folder. Wait for it.") from None
                time.sleep(0.1)
            except OSError as error:
                try:
                    print(lockless(self.path, error), flush=True)
                except RunError as refusal:
                    raise SearchError(str(refusal)) from None
                return

    def _compare(self, earlier: dict) -> None:
        changed = sorted(key for key in {*earlier, *self.identity} if earlier.get(key) != self.identity.get(key))
        if changed:
            told = [self._told(key, earlier.get(key)) for key in changed]
            raise SearchError(
                f"{self.path}: holds a search of other settings (they differ in {', '.join(told)}). "
                "Name another `--run-dir`, or `--fresh` to replace it."
            )

    def _told(self, key: str, before) -> str:
        """A setting that differs, and its two values where they can be read."""
        now = self.identity.get(key)
        if key == "flags":
            before, now = (shlex.join(flags) or "none" for flags in (before or (), now))
        return f"{key}: {before} before, {now} now" if isinstance(now, str | int) else key

    def check_space(self, hyperparameters: dict) -> None:
        """Raise SearchError where an earlier attempt had another space, by name -> configuration."""
        if not (self.path / "search.json").exists():
            return
        earlier = self.run.read_json("search.json")["hyperparameters"]
        now = json.loads(json.dumps(hyperparameters))
        changed = sorted(name for name in {*earlier, *now} if earlier.get(name) != now.get(name))
        if changed:
            name = changed[0]
            raise SearchError(
                f"{self.path}: holds a search of another space ({', '.join(changed)} differ; `{name}` was "
                f"{earlier.get(name, 'absent')}, is {now.get(name, 'absent')}). Name another `--run-dir`, or `--fresh`."
            )

    def close(self) -> None:
        """Let others search here; a folder in which nothing was begun is taken away."""
        if self.lock is not None:
            if self.made and not (self.path / "search.json").exists() and not (self.path / "dry").exists():
                remove(self.path, SEARCH)
                if not any(self.path.iterdir()):
                    self.path.rmdir()
            os.close(self.lock)
            self.lock = None
