"""What happens in the process of one trial: draw the configuration, train on each fold, write the outcome."""

import importlib
import json
import math
import os
import resource
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from cli import arguments
from cli.errors import UserError
from tasks.task import Task
from training.run_directory import RunDirectory
from tuning.pruning import Pruned, hopeless

OUTCOME, PROGRESS, LOG = "outcome.json", "progress.json", "log.txt"
MIB = 1024.0  # ru_maxrss is in KiB


class ObjectiveError(UserError):
    """The objective cannot be had."""


def draw(space: ModuleType, settled, values: Mapping):
    """The configuration of a trial: that of `sample` with these values; without any the default itself.

    `epochs`, which Hyperband sets, holds whether or not the space has it.
    """
    from keras_tuner import HyperParameters

    if not values:
        return settled
    given = HyperParameters()
    given.values = dict(values)
    config = space.sample(given, settled)
    if "epochs" in values:
        config = replace(config, trainer=replace(config.trainer, epochs=values["epochs"]))
    return config


def run(task: dict) -> None:
    """Do a task in this process, its output in the log of its folder, and write outcome.json there.

    Args:
        task: "space" (module), "app" flags of the settled configuration as "config", "folder", "values", "seed",
            "folds", "retrains", "objective", "direction", "bars", "threads"; for a dry run "dry" is true.
    """
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    outcome = attempt(task, folder)
    RunDirectory(folder).write_json(OUTCOME, outcome)
    sys.stdout.flush()
    sys.stderr.flush()


def attempt(task: dict, folder: Path) -> dict:
    """How a task ends, as fields of `Trial`; an error is an outcome as well."""
    began = time.monotonic()
    try:
        outcome = dry(task) if task.get("dry") else train(task, folder)
    except Pruned:
        outcome = pruned(task, folder)
    except Exception as error:
        traceback.print_exc()
        outcome = {"status": "failed", "error": last_line(error)}
    return outcome | {"seconds": round(time.monotonic() - began, 3), "memory": peak_memory()}


def last_line(error: BaseException) -> str:
    """Kind and message of an error, on one line."""
    return " ".join(traceback.format_exception_only(error)[-1].split())


def peak_memory() -> float:
    """Most memory that this process has held, MiB; what it shares with the process that it was forked from included."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB, 1)


def begun(task: dict):
    """The space, its configuration of the task, and a device that is ready."""
    from training.devices import configure, limit_threads

    space = importlib.import_module(task["space"])
    settled = arguments.parse(space.TASK.config, task["config"])
    configure(settled.trainer.device)
    limit_threads(task["threads"])
    return space, settled


def dry(task: dict) -> dict:
    """The settled configuration, as flags, and its figures after one epoch on a few records.

    Raises whatever is wrong with data, model or objective.
    """
    from tuning.dry_run import one_epoch

    space, given = begun(task)
    settled = space.settle(given)
    figures = one_epoch(space.TASK, settled, Path(task["folder"]))
    check(figures, task["objective"])
    return {"status": "completed", "settled": arguments.flags(settled), "figures": figures, "modules": loaded()}


def check(figures: Mapping, objective: str) -> None:
    """Raise ObjectiveError unless there is a finite number for `objective`."""
    if objective not in figures:
        raise ObjectiveError(f"the objective {objective!r} is not measured. Received: {', '.join(figures)}")
    if not math.isfinite(figures[objective]):
        raise ObjectiveError(f"the objective {objective!r} is {figures[objective]}. Lower `--learning-rate`")


def loaded() -> list[str]:
    """Modules that a training has imported, for the process that later ones are forked from."""
    return [name for name, module in sys.modules.items() if getattr(module, "__file__", None)]


def train(task: dict, folder: Path) -> dict:
    """Train once per fold and retrain; the mean of the objective is the score. What is finished is not done again."""
    from data.folds import fold, withheld

    space, settled = begun(task)
    config = draw(space, settled, task["values"])
    splits = withheld(space.TASK.load(config))
    folds, retrains = task["folds"], task["retrains"]
    trainings = []
    for number in range(folds):
        part = splits if folds == 1 else fold(splits, number, folds, config.trainer.seed)
        for repeat in range(retrains):
            trainer = replace(config.trainer, seed=(task["seed"] + repeat) % 2**31)
            directory = RunDirectory(folder / f"fold{number}-retrain{repeat}", watcher(task, folder, len(trainings)))
            trainings.append(trained(space.TASK, replace(config, trainer=trainer), part, directory))
            check(trainings[-1]["figures"], task["objective"])
    scores = [one["figures"][task["objective"]] for one in trainings]
    figures = {name: mean(one["figures"][name] for one in trainings) for name in trainings[0]["figures"]}
    outcome = {"status": "completed", "score": mean(scores), "scores": scores, "figures": figures}
    return outcome | {"history": trainings[0]["history"]}


def trained(task: Task, config, splits, directory: RunDirectory) -> dict:
    """Figures and history of one training, which goes on where an earlier attempt stopped."""
    if directory.path.is_dir() and (finished := directory.results()):
        return finished
    directory.path.mkdir(parents=True, exist_ok=True)
    prepared = task.prepare(config, splits)
    learned = task.train(prepared, directory)
    found = {"figures": task.measure(prepared, learned), "history": learned.rows}
    directory.write_json("results.json", found)
    directory.forget_checkpoints()
    return found


def watcher(task: dict, folder: Path, training: int):
    """What looks at the rows after each epoch of a training: it says how far it is, and prunes the first one."""
    run = RunDirectory(folder)
    trainings, ends = task["folds"] * task["retrains"], []

    def watch(rows: list[dict], epochs: int) -> None:
        done = {"training": training, "trainings": trainings, "epoch": len(rows), "epochs": epochs}
        ends.append(time.monotonic())  # the first epoch compiles: what follows says how long epochs take
        run.write_json(PROGRESS, done | {"epoch_seconds": (ends[-1] - ends[0]) / max(len(ends) - 1, 1)})
        if training == 0 and task["objective"] in rows[-1]:
            values = [row[task["objective"]] for row in rows]
            if hopeless(values, epochs, task["bars"], task["direction"]):
                run.write_json("pruned.json", {"history": rows})
                raise Pruned

    return watch


def pruned(task: dict, folder: Path) -> dict:
    """The outcome of a trial that was stopped: its score is the best that it had."""
    history = RunDirectory(folder).read_json("pruned.json")["history"]
    values = [row[task["objective"]] for row in history]
    score = min(values) if task["direction"] == "min" else max(values)
    return {"status": "pruned", "score": score, "scores": [score], "history": history}


def mean(values) -> float:
    """The mean of some numbers."""
    values = list(values)
    return math.fsum(values) / len(values)


def read_outcome(folder: Path) -> dict | None:
    """What the process of a trial has left, None where it ended before it was done."""
    try:
        return json.loads((folder / OUTCOME).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
