"""The training of one member of an ensemble, in a process that `tasks.members` starts.

python -m tasks.member RUN 1 0,2       member 1 of the run in RUN, on the cores 0 and 2
"""

import importlib
import os
import sys

from cli.arguments import parse
from cli.run import errors_told
from tasks import members
from tasks.task import by_name
from training.devices import configure
from training.parent_process import die_with_parent
from training.run_directory import RunDirectory


def main(folder: str, number: str, cores: str) -> None:
    """Train a member; what there is to know of it is in its folder afterwards.

    Args:
        folder: Of the run, whose environment.json holds the arguments of its configuration.
        number: Of the member, from 0.
        cores: Numbers of those that it may use, with commas; "" for any.
    """
    die_with_parent()
    if cores:  # before a framework counts them
        os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    directory = RunDirectory(folder)
    task = by_name(directory.read_json("config.json")["app"])
    config = parse(task.config, directory.read_json("environment.json")["arguments"])
    configure(config.trainer.device)
    prepared = task.prepare(config, task.load(config))
    importlib.import_module(f"tasks.{task.name}.training").train_one(*members.member(prepared, int(number), directory))


if __name__ == "__main__":
    with errors_told():
        main(*sys.argv[1:])
