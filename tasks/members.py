"""An ensemble: several networks of one configuration, trained one after the other or side by side."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

import tyro

from cli.errors import UserError
from cli.packages import child_environment
from training.fit import Fitted
from training.run_directory import RunDirectory
from training.trainer import Trainer


class MemberError(UserError):
    """Members whose training has ended before it was done."""


@dataclass(frozen=True)
class Members:
    """The size of an ensemble."""

    count: Annotated[int, tyro.conf.arg(name="members")] = 1
    """Networks in the ensemble, each with another seed; their probabilities are averaged. N members take N times as
    long to use, and about N times as long to train (less with `--member-jobs`)."""
    jobs: Annotated[int | None, tyro.conf.arg(name="member-jobs")] = field(default=None, metadata={"names_run": False})
    """Members trained at a time, each in a process with its share of the cores. Default: on a CPU one per core,
    elsewhere one."""

    def __post_init__(self):
        if not 1 <= self.count <= 16:
            raise UserError(f"`--members` must be between 1 and 16. Received: {self.count}")
        if self.jobs is not None and not 1 <= self.jobs <= self.count:
            raise UserError(f"`--member-jobs` must be between 1 and `--members`, {self.count}. Received: {self.jobs}")


def train(train_one: Callable, prepared, directory: RunDirectory):
    """A network, or the ensemble of `prepared.members.count` of them, and a row of figures per epoch: their means.

    Member k has the seed of the configuration plus k, for its first weights, the order of its records and its dropout;
    its records are in the folder member-k of the run, where an interrupted training goes on.

    Args:
        train_one: Function of a `Prepared` and a `RunDirectory` to a `keras.Model` and `Fitted`; it writes the rows.
        prepared: Of a task, with `members`, `trainer`, and `jobs`: members that are trained at a time.
        directory: Of the run.

    Raises MemberError as `side_by_side` does.
    """
    count = prepared.members.count
    # A trial of a search, which has no such file, has its share of the cores already.
    jobs = prepared.jobs if (directory / "environment.json").is_file() else 1
    if count == 1:
        return train_one(prepared, directory)
    from models.sequence_ensemble import together

    if jobs > 1:
        side_by_side(count, jobs, directory)
    models, rows, times = [], [], []
    for number in range(count):
        if jobs == 1:
            print(f"member  {number + 1} of {count}", flush=True)
        own, folder = member(prepared, number, directory)
        model, figures = train_one(own, folder)  # at once where a process of its own has trained it
        models.append(model)
        rows.append(figures.rows)
        times += folder.read_rows("timing.csv")
    means = [mean(some) for some in zip(*rows, strict=False)]  # as far as the shortest training went
    directory.write_rows("metrics.csv", means)
    directory.write_rows("timing.csv", [{**row, "epoch": number} for number, row in enumerate(times, start=1)])
    return together(models), Fitted(means, "Each member has the weights that were best in its own training.")


def member(prepared, number: int, directory: RunDirectory):
    """The `Prepared` of a member, counted from 0, and its folder in that of the run."""
    preflight = prepared.trainer.preflight if number == 0 else "off"
    seed = (prepared.trainer.seed + number) % 2**31
    trainer = replace(prepared.trainer, seed=seed, preflight=preflight)
    folder = RunDirectory(directory / f"member-{number}", directory.watch)
    folder.path.mkdir(exist_ok=True)
    return replace(prepared, trainer=trainer), folder


def at_a_time(members: Members, trainer: Trainer) -> int:
    """How many members are trained at a time: on a CPU as many as it has cores, unless `--member-jobs` says otherwise.

    Raises UserError where several were asked for and cannot be.
    """
    from training.devices import cores, kind
    from training.hosts import joined

    if kind() == "cpu" and not joined() and not trainer.check_device:
        return min(members.jobs or len(cores()) or 1, members.count)
    if (members.jobs or 1) > 1:
        raise UserError(
            "`--member-jobs`: members share the cores of one machine, nothing else. Leave it out: they are trained one "
            f"after the other here. Received: {members.jobs}"
        )
    return 1


def side_by_side(count: int, jobs: int, directory: RunDirectory) -> None:
    """Train all members, `jobs` at a time, each in a process that has its share of the cores (`tasks.member`).

    Small networks keep few cores busy: two with one core each learn more in an hour than one after the other with two.
    What a member prints is printed with its number.

    Raises MemberError when one ended before it was done; the others are trained to their end.
    """
    from training.devices import backend, cores

    environment = child_environment(KERAS_BACKEND=backend())
    print(f"members {count}, {jobs} at a time, each in a process of its own", flush=True)
    numbers, ends = queue.SimpleQueue(), {}
    for number in range(count):
        numbers.put(number)

    def work(share: list[int]) -> None:
        while True:
            try:
                number = numbers.get_nowait()
            except queue.Empty:
                return
            own = [str(directory.path), str(number), ",".join(map(str, share))]
            command = [sys.executable, "-m", "tasks.member", *own]
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            try:
                with subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **pipes) as process:
                    for line in process.stdout:
                        print(f"member {number + 1}: {line}", end="", flush=True)
                ends[number] = process.returncode
            except Exception as error:  # it would be lost with this thread
                ends[number] = f"none: {error}"

    shares = [cores()[part::jobs] for part in range(jobs)]
    threads = [threading.Thread(target=work, args=(share,), daemon=True) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed := {number + 1: code for number, code in sorted(ends.items()) if code}:
        raise MemberError(
            f"Of {count} members {', '.join(map(str, failed))} ended early (exit code "
            f"{', '.join(map(str, failed.values()))}; -9 is a killed process, often for memory). What they said is "
            f"above, what they learned in {directory.path}. The same command goes on; `--member-jobs 1` takes the "
            "least memory."
        )


def note(count: int) -> str:
    """What a report says of an ensemble."""
    return f"The network is an ensemble of {count}; the curves are the means of its members (folders member-0/ ...)."


def mean(rows: tuple[dict[str, float], ...]) -> dict[str, float]:
    """The mean of each figure."""
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
