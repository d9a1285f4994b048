"""A search's first step: does the configuration train at all, on few records, in seconds?"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from data.evenly import evenly
from tasks.task import Task
from training.run_directory import RunDirectory

MOST = {"table": 512, "image": 128, "text": 3000, "caption": 3000, "mask": 64}
"""Records of a kind, for training; half as many for validation."""


def one_epoch(task: Task, config, folder: Path) -> dict[str, float]:
    """Figures of the configuration after one epoch on a few of its records.

    Args:
        task: Of the search.
        config: Settled.
        folder: Of the dry run; what it writes there is taken away again.
    """
    from data.folds import withheld

    splits = withheld(task.load(config))
    most = MOST[splits.kind]
    splits = replace(splits, train=some(splits.train, most), validation=some(splits.validation, most // 2))
    with TemporaryDirectory(dir=folder) as path:
        prepared = task.prepare(replace(config, trainer=replace(config.trainer, epochs=1)), splits)
        return task.measure(prepared, task.train(prepared, RunDirectory(path)))


def some(part, most: int):
    """At most so many records, evenly spread."""
    return part.take(evenly(len(part), most))
