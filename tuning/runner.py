"""Does what `tuning.search` promises: folder, dry run, oracle, trials, and the processes behind them."""

import importlib
import os
import shutil
import time
from collections.abc import Sequence, Set
from dataclasses import asdict
from pathlib import Path

from cli import arguments
from training.devices import stderr_closed
from tuning.display import Display
from tuning.journal import Journal
from tuning.search_folder import SearchError, SearchFolder
from tuning.settings import Found, Search, check, seconds
from tuning.space import field_names, hyperparameters, named
from tuning.trial import Trial
from tuning.trial_loop import TrialLoop, task_of
from tuning.trial_process import read_outcome
from tuning.workers import Workers


class Runner:
    """A search with its processes, which end with it.

    Args:
        space_name: Module of the search; a fresh interpreter must be able to import it.
        base: Configuration as it was typed.
        settings: `Search`.
        typed: Names of fields that the user has typed, those with their default value too; they are not searched.
    """

    def __init__(self, space_name: str, base, settings: Search, typed: Set[str] = frozenset()):
        self.space_name, self.base, self.settings = space_name, base, settings
        self.space = importlib.import_module(space_name)
        self.objective = check(self.space.TASK, base, settings)
        self.direction = self.space.TASK.objectives[self.objective]
        self.jobs = settings.jobs or jobs_for(settings, base.trainer.device)
        limit = seconds(settings.time_limit, "time_limit")
        self.until = None if limit is None else time.monotonic() + limit
        further = {
            "objective": self.objective,
            "cross_validate": settings.cross_validate,
            "retrains": settings.retrains,
            "prune": settings.prune,
        }
        self.kept = named(base) | (typed & field_names(base))
        if extra := sorted(self.kept - named(base)):
            further["kept"] = extra
        self.folder = SearchFolder.of(space_name, self.space.TASK.name, base, settings.strategy, further)
        self.workers: Workers | None = None

    def __enter__(self) -> "Runner":
        self.folder.open(fresh=self.base.fresh)
        try:
            self.workers = Workers(self.space_name, self.folder.path / "workers.log", self.folder.lock)
        except BaseException:
            self.folder.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.workers.close()
        self.folder.close()

    def search(self) -> Found:
        """All trials; see `tuning.search.search`."""
        with stderr_closed():  # what TensorFlow says when KerasTuner imports it, here and in the workers side by side
            importlib.import_module("tuning.trial_source")
        self.settled, self.first = self._settled()
        self.hyperparameters = self._space()
        journal = Journal(self.folder.path / "trials.jsonl")
        target = asked(journal, self.settings.trials)
        self.first = self.first or target
        self._write(target)
        display = Display(self.objective, self.direction, target, self.jobs)
        print(f"search  {self.folder.path}: {self.settings.strategy}, {target} trials", flush=True)
        trials = self._run_trials(journal, target, display)
        left = sum(trial.status == "running" for trial in trials)
        missing = target - sum(trial.number > 0 and trial.status != "running" for trial in trials)
        stopped, late = "", bool(missing) and (left > 0 or self._out_of_time())
        if late:
            stopped = f"--time-limit {self.settings.time_limit} is over: {missing} of {target} trials are left"
        elif missing:
            stopped = f"the space is exhausted: it has {target - missing} different trials"
        return Found(
            self.space_name,
            self.space,
            self.settings,
            self.base,
            self.settled,
            self.folder.path,
            trials,
            self.objective,
            self.direction,
            self.hyperparameters,
            stopped,
            not late,
            self,
        )

    def _run_trials(self, journal: Journal, target: int, display: Display) -> list[Trial]:
        from tuning import oracles
        from tuning.trial_source import OracleTrials

        space = self.hyperparameters
        oracle = oracles.make(
            self.settings.strategy, space, self.objective, self.direction, self.settled.trainer.seed, self.first
        )
        source = OracleTrials(oracle, target, self.settled.trainer.seed, self.settled.trainer.epochs)
        folder = self.folder.path / "trials"
        if self.settings.chief:
            trials = self._serve(source, journal, folder, display)
        else:
            trials = self._loop(journal, folder, display).run(source)
        if trials and trials[0].number == 0 and trials[0].status == "failed":
            raise SearchError(
                f"the default itself fails: {trials[0].error}. Its log: {self.folder.path / 'trials/0000/log.txt'}. "
                "Mend the configuration, then search with `--fresh`."
            )
        return trials

    def _serve(self, source, journal: Journal, folder: Path, display: Display) -> list[Trial]:
        """Let the processes of several machines run the trials."""
        from tuning import cluster
        from tuning.chief import Chief

        shared, folder = self._task(self.settled), folder.resolve()
        chief = Chief(source, journal, lambda trial: task_of(trial, shared, folder, None), display.tell)
        command = cluster.worker_command(self.space_name, self.settings.chief)
        cluster.serve(chief, self.settings.chief, [command] * self.settings.workers, self.until)
        return journal.trials()

    def listed(self, jobs: Sequence[tuple[dict, int]], name: str) -> list[Trial]:
        """See `Found.run`."""
        from tuning.trial_source import ListedTrials

        display = Display(self.objective, self.direction, len(jobs), self.jobs, name)
        loop = self._loop(Journal(self.folder.path / f"{name}.jsonl"), self.folder.path / name, display)
        loop.prune = False
        return loop.run(ListedTrials(jobs))

    def _loop(self, journal: Journal, folder: Path, display: Display) -> TrialLoop:
        return TrialLoop(
            self.workers,
            journal,
            folder,
            self._task(self.settled),
            self.objective,
            self.direction,
            jobs=self.jobs,
            prune=self.settings.prune,
            until=self.until,
            trial_limit=seconds(self.settings.trial_limit, "trial_limit"),
            tell=display.tell,
            look=display.look,
        )

    def _task(self, config) -> dict:
        """What all tasks share."""
        jobs = self.settings.workers if self.settings.chief else self.jobs
        return {
            "space": self.space_name,
            "config": arguments.flags(config),
            "objective": self.objective,
            "direction": self.direction,
            "folds": self.settings.cross_validate,
            "retrains": self.settings.retrains,
            "threads": max(cores() // jobs, 1) if jobs > 1 else None,
            "limit": seconds(self.settings.trial_limit, "trial_limit"),
        }

    def _settled(self) -> tuple[object, int | None]:
        """The default with nothing left open, by a dry run or as before; how many trials were asked for at first."""
        if (self.folder.path / "search.json").exists():
            earlier = self.folder.run.read_json("search.json")
            return arguments.parse(self.space.TASK.config, earlier["settled"]), earlier["first"]
        path = self.folder.path / "dry"
        (path / "outcome.json").unlink(missing_ok=True)
        print("dry run: does the default train?", flush=True)
        self.workers.submit(self._task(self.base) | {"id": "dry", "folder": str(path), "dry": True})
        while not (ended := self.workers.wait(60)):
            pass
        outcome = read_outcome(path) or {"status": "failed", "error": f"its process ended with code {ended[0][1]}."}
        if outcome["status"] == "failed":
            log = path / "log.txt" if (path / "log.txt").exists() else self.workers.log
            raise SearchError(f"the default cannot be trained: {outcome['error']} Its log: {log}")
        self.workers.preload(outcome["modules"])
        score = outcome["figures"][self.objective]
        print(
            f"dry run: one epoch on a few records in {outcome['seconds']:.1f} s, {self.objective} {score:.4g}, "
            f"{outcome['memory']:.0f} MiB a trial{self._memory_warning(outcome['memory'])}",
            flush=True,
        )
        return arguments.parse(self.space.TASK.config, outcome["settled"]), None

    def _memory_warning(self, mebibytes: float) -> str:
        have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
        need = mebibytes * self.jobs
        return "" if need < 0.8 * have else f"; {self.jobs} at once need {need:.0f} of {have:.0f} MiB: fewer --jobs"

    def _space(self):
        try:
            space = hyperparameters(self.space.sample, self.settled, self.kept)
        except ValueError as error:
            if not (self.folder.path / "search.json").exists():
                shutil.rmtree(self.folder.path / "dry", ignore_errors=True)  # nothing went wrong in it
            raise SearchError(str(error)) from error
        self.folder.check_space({one.name: one.get_config() for one in space.space})
        return space

    def _write(self, target: int) -> None:
        """What is searched, for a later attempt and for the report."""
        self.folder.run.write_json(
            "search.json",
            {
                "app": f"apps.{self.space.TASK.name}",
                "space": self.space_name,
                "strategy": self.settings.strategy,
                "objective": self.objective,
                "direction": self.direction,
                "first": self.first,
                "trials": target,
                "base": arguments.flags(self.base),
                "settled": arguments.flags(self.settled),
                "settings": asdict(self.settings),
                "hyperparameters": {one.name: one.get_config() for one in self.hyperparameters.space},
                "identity": self.folder.identity,
            },
        )

    def _out_of_time(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until


def jobs_for(settings: Search, device: str) -> int:
    """Trials at once where the user has not said: more than one only if what is tried does not depend on it.

    A GPU is told by its driver's file: to ask a framework would start it in this process.
    """
    alone = settings.prune or settings.strategy not in ("coarse-to-fine", "random", "grid")
    gpu = device != "cpu" and Path("/dev/nvidiactl").exists()
    return 1 if alone or gpu or cores() < 2 else 2


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def asked(journal: Journal, trials: str) -> int:
    """How many trials there shall be, of what a user types and what the journal knows; a new wish is written down.

    `+20` on an unfinished search that was asked for +20 before means to go on.
    """
    events = journal.events()
    wishes = [event for event in events if event["event"] == "asked"]
    started = max((event["trial"]["number"] for event in events if event["event"] == "started"), default=0)
    ended = sum(event["event"] == "ended" and event["trial"]["number"] > 0 for event in events)
    if not trials.startswith("+"):
        target = max(int(trials), started)
    elif wishes and wishes[-1]["trials"] == trials and ended < wishes[-1]["target"]:
        return wishes[-1]["target"]
    else:
        target = int(trials) + (wishes[-1]["target"] if wishes else 0)
    if not wishes or (wishes[-1]["trials"], wishes[-1]["target"]) != (trials, target):
        journal.append("asked", trials=trials, target=target)
    return target
