"""The training of one of several members, in a process that `apps.members` starts.

python -m apps.member translate 1 RUN 0,2 FLAGS...       member 1 of the run in RUN, on the cores 0 and 2
"""

import importlib
import os
import sys
from collections.abc import Sequence

from apps.arguments import parse
from apps.command import errors_told
from training.devices import configure
from training.parent_process import die_with_parent
from training.run_directory import RunDirectory


def main(app: str, number: str, folder: str, cores: str, flags: Sequence[str]) -> None:
    """Train a member; what there is to know of it is in its folder afterwards.

    Args:
        app: "translate" or "caption".
        number: Of the member, from 0.
        folder: Of the run.
        cores: Numbers of those that it may use, with commas; "" for any.
        flags: The configuration of the run, see `apps.arguments.flags`.
    """
    die_with_parent()
    if cores:  # before a framework counts them
        os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    module = importlib.import_module(f"apps.{app}")
    config = parse(module.Config, flags)
    configure(config.trainer.device)
    module.train_member(config, int(number), RunDirectory(folder))


if __name__ == "__main__":
    with errors_told():
        main(*sys.argv[1:5], sys.argv[5:])
