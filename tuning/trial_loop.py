"""Runs trials: some at once, each in a process of its own, all of it in the journal."""

import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tuning import pruning
from tuning.journal import Journal
from tuning.trial import Direction, Trial
from tuning.trial_process import PROGRESS, read_outcome
from tuning.workers import Workers

POLL = 0.2  # seconds between looks at limits and progress


@dataclass
class TrialLoop:
    """Starts the trials of a source, writes down how they end, and goes on where an earlier loop was stopped.

    Attributes:
        workers: Start processes.
        journal: What happened.
        folder: Each trial has a folder here, named by its number.
        task: What all tasks share, see `tuning.trial_process.run`.
        objective, direction: What is compared.
        jobs: Trials at once.
        prune: Whether hopeless trials are stopped.
        until: `time.monotonic()` after which no trial runs; those that do are stopped and go on another time.
        trial_limit: Seconds after which a trial has failed.
        tell: Called with each trial that ends.
        look: Called now and then with the trials that run and the progress of each.
    """

    workers: Workers
    journal: Journal
    folder: Path
    task: dict
    objective: str
    direction: Direction
    jobs: int = 1
    prune: bool = False
    until: float | None = None
    trial_limit: float | None = None
    tell: Callable[[Trial], None] = lambda trial: None
    look: Callable[[list[tuple[Trial, dict]]], None] = lambda running: None
    ended: list[Trial] = field(default_factory=list)
    """In the order in which they ended."""

    def run(self, source) -> list[Trial]:
        """All trials of `source` (`tuning.trial_source`), by number; those that ran out of time are "running"."""
        self.workers.ready()
        events = self.journal.events()
        source.replay(events)
        waiting = self._interrupted(events)
        running: dict[str, tuple[Trial, float]] = {}
        out_of_time = False
        while True:
            out_of_time = self.until is not None and time.monotonic() >= self.until
            while len(running) < self.jobs and not out_of_time:
                if waiting:
                    trial, bars = waiting.pop(0)
                elif trial := source.next():
                    bars = pruning.bars(self.ended, self.objective, self.direction) if self.prune else None
                    self.journal.append("started", trial=trial.as_dict(), bars=bars)
                else:
                    break
                if outcome := read_outcome(self._folder(trial)):  # it had ended, the journal did not know yet
                    self._end(source, replace(trial, **outcome))
                    continue
                self.workers.submit(task_of(trial, self.task, self.folder, bars))
                running[identity(trial, self.folder)] = (trial, time.monotonic())
            if not running:
                break
            if out_of_time:
                self._stop(running)
                break
            for task, code in self.workers.wait(POLL):
                trial, began = running.pop(task)
                outcome = outcome_of(self._folder(trial), code, time.monotonic() - began, self.trial_limit)
                self._end(source, replace(trial, **outcome))
            self.look([(trial, self._progress(trial)) for trial, _ in running.values()])
            for task, (_, began) in running.items():
                if self.trial_limit is not None and time.monotonic() - began > self.trial_limit:
                    self.workers.kill(task)
        return self.journal.trials()

    def _interrupted(self, events: list[dict]) -> list[tuple[Trial, list | None]]:
        """Trials that had started and not ended, with their bars."""
        self.ended = [Trial.from_dict(event["trial"]) for event in events if event["event"] == "ended"]
        known = {trial.number for trial in self.ended}
        started = [event for event in events if event["event"] == "started" and event["trial"]["number"] not in known]
        return [(Trial.from_dict(event["trial"]), event["bars"]) for event in started]

    def _end(self, source, trial: Trial) -> None:
        self.journal.append("ended", trial=trial.as_dict())
        self.ended.append(trial)
        source.ended(trial)
        self.tell(trial)

    def _stop(self, running: dict) -> None:
        """End what runs; it goes on from its last checkpoint another time."""
        for task in running:
            self.workers.kill(task)
        left = set(running)
        while left:
            left -= {task for task, _ in self.workers.wait(10)}

    def _folder(self, trial: Trial) -> Path:
        return folder_of(trial, self.folder)

    def _progress(self, trial: Trial) -> dict:
        try:
            return json.loads((self._folder(trial) / PROGRESS).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}


def identity(trial: Trial, folder: Path) -> str:
    """The name of a trial among those of all loops."""
    return f"{folder.name}/{trial.number}"


def folder_of(trial: Trial, folder: Path) -> Path:
    """Where the files of a trial are, below the `folder` of all."""
    return folder / f"{trial.number:04d}"


def task_of(trial: Trial, shared: dict, folder: Path, bars: list | None) -> dict:
    """The task of a trial for `tuning.trial_process.run`; folds and retrains may be hyperparameters of it."""
    own = {"id": identity(trial, folder), "folder": str(folder_of(trial, folder)), "seed": trial.seed, "bars": bars}
    searched = {name: trial.values[name] for name in ("folds", "retrains") if name in trial.values}
    return shared | own | {"values": trial.values} | searched


def outcome_of(folder: Path, code: int, seconds: float, limit: float | None) -> dict:
    """How a trial ended, as fields of `Trial`: what its process has left, else why it has left nothing.

    Args:
        folder: Of the trial.
        code: Exit code of its process; negative for a signal.
        seconds: That it took.
        limit: That it was allowed.
    """
    if outcome := read_outcome(folder):
        return outcome | {"seconds": round(seconds, 3)}
    if limit is not None and seconds > limit:
        error = f"took longer than the {limit:g} s of `--trial-limit`"
    elif code < 0:
        memory = "; memory may have run out" if code == -signal.SIGKILL else ""
        error = f"the process was ended by {signal.Signals(-code).name}{memory}"
    else:
        error = f"the process ended with code {code}"
    return {"status": "failed", "error": error, "seconds": round(seconds, 3)}
