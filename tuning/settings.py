"""The settings of a search, their check, and what it has found; `tuning.search` makes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from cli.errors import UserError
from tasks.task import Task
from tuning.search_folder import SearchError
from tuning.trial import Direction, Strategy, Trial, best, ranking

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Search:
    """Settings of a search."""

    strategy: Strategy = "coarse-to-fine"
    """How trials are chosen. coarse-to-fine: at random in ranges that narrow around the best trial; random; grid;
    bayesian: by a Gaussian process; hyperband: many short trainings, the best of which are continued."""
    trials: str = "12"
    """Number of trials; +20 means twenty more than the search has."""
    objective: str | None = None
    """Figure that trials are compared by, such as val_loss. Default: the first one of the app."""
    cross_validate: int = 1
    """Folds of training and validation rows to train each trial on; 1: the training rows alone."""
    retrains: int = 1
    """Trainings of each trial, with different seeds; their mean counts."""
    finalists: int = 2
    """Number of best trials that are trained again at the end with another seed; the best of them is confirmed."""
    confirm: int = 3
    """Trainings, with new seeds, of the best finalist and of the default; the better mean is the result. 0: the best
    trial is the result, luck included."""
    prune: bool = False
    """Stop a trial that is worse than the median of the others at the same epoch."""
    jobs: int | None = None
    """Trials at a time; they share the cores. Default: 2 with two cores, no GPU and a strategy whose trials do not
    depend on each other's timing (coarse-to-fine, random and grid, without `prune`); else 1."""
    time_limit: str | None = None
    """Stop after this time, such as 30m or 2h; the same command goes on."""
    trial_limit: str | None = None
    """Longest time of a trial, such as 10m; a longer one counts as failed."""
    chief: str | None = None
    """Several machines: HOST:PORT where this one hands out trials, to its own `workers` and to others."""
    workers: int = 1
    """With `chief`: processes of this machine that run trials."""
    worker: str | None = None
    """Several machines: HOST:PORT of the chief to take trials from; otherwise the command is the same."""

    def __post_init__(self):
        if not re.fullmatch(r"\+?[1-9][0-9]*", self.trials):
            raise UserError(f"`trials` must be a whole number from 1, such as 40, or +20. Received: {self.trials}")
        for name in ("cross_validate", "retrains", "jobs", "workers", "finalists"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise UserError(f"`{name}` must be at least 1. Received: {name}={getattr(self, name)}")
        if self.confirm < 0:
            raise UserError(f"`confirm` must be 0 or more. Received: confirm={self.confirm}")
        for name in ("time_limit", "trial_limit"):
            seconds(getattr(self, name), name)
        for name in ("chief", "worker"):
            address(getattr(self, name), name)
        if self.chief and self.worker:
            raise UserError("`chief` and `worker` exclude each other: this machine is one of them.")
        if self.chief and self.prune:
            raise UserError("`prune` compares trials of one machine: leave it out with `chief`.")


def seconds(text: str | None, name: str) -> float | None:
    """A time such as 90s, 30m, 2h or 1d. Raises UserError, naming the setting `name`."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]+\.?[0-9]*)([smhd]?)", text)
    if not found or not float(found[1]):
        raise UserError(f"`{name}` must be a time such as 90s, 30m, 2h or 1d. Received: {text}")
    return float(found[1]) * UNITS[found[2] or "s"]


def address(text: str | None, name: str) -> tuple[str, int] | None:
    """Host and port of HOST:PORT. Raises UserError, naming the setting `name`."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise UserError(f"`{name}` must be HOST:PORT, such as 127.0.0.1:7000. Received: {text}")
    return host, int(port)


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        space_name, space: The module searched.
        settings: Of the search.
        base: Configuration as it was typed.
        settled: The default, with nothing left to be chosen by the data.
        folder: Of the search.
        trials: By number; 0 is the default. Those that an end of time has stopped are "running".
        objective, direction: What was compared.
        hyperparameters: `keras_tuner.HyperParameters`, the space.
        stopped: Why the search ended before all trials were done, or "".
        finished: Whether no trial is left that the same command would still do.
    """

    space_name: str
    space: ModuleType
    settings: Search
    base: object
    settled: object
    folder: Path
    trials: list[Trial]
    objective: str
    direction: Direction
    hyperparameters: object
    stopped: str = ""
    finished: bool = True
    _runner: object = field(default=None, repr=False)

    @property
    def best(self) -> Trial | None:
        """The completed trial with the best score; the default is one of them."""
        return best(self.trials, self.direction)

    @property
    def default(self) -> Trial:
        """The trial of the default."""
        return self.trials[0]

    @property
    def finalists(self) -> list[Trial]:
        """The completed trials with the best scores, without the default."""
        searched = [trial for trial in self.trials if trial.number]
        return ranking(searched, self.direction)[: self.settings.finalists]

    def config_of(self, trial: Trial):
        """The configuration of a trial, with the seed of the default."""
        from tuning.trial_process import draw

        return draw(self.space, self.settled, trial.values)

    def run(self, jobs: Sequence[tuple[dict, int]], name: str = "retrains") -> list[Trial]:
        """Train given values with given seeds, `settings.jobs` at once; what an earlier attempt has done is not redone.

        Args:
            jobs: Values and seed of each.
            name: Of a journal and a folder beside those of the search; the same name means the same jobs.
        """
        return self._runner.listed(jobs, name)


def check(task: Task, base, settings: Search) -> str:
    """The objective. Raises SearchError for settings that do not go together."""
    objective = settings.objective or next(iter(task.objectives))
    if objective not in task.objectives:
        raise SearchError(f"`objective` must be one of {', '.join(task.objectives)}. Received: {objective}")
    named = [name for name in ("validation", "time") if getattr(base.data, name, None)]
    if settings.cross_validate > 1 and named:
        raise SearchError(
            f"`--cross-validate` deals training and validation rows out anew, and `--{named[0]}` says which are which. "
            "Leave one out."
        )
    given = {"check-device": base.trainer.check_device, "hosts": base.trainer.machines.hosts != 1}
    given["member-jobs"] = hasattr(base, "members") and base.members.jobs
    if flag := next((name for name, value in given.items() if value), None):
        raise SearchError(f"`--{flag}` is for one training: give it to the app. `--jobs` trains trials side by side.")
    return objective
