"""Is the advice of a diagnosis right? The advised change is trained too, with the same seed on the same rows."""

import shlex
import typing
from dataclasses import asdict, dataclass, is_dataclass, replace

import numpy as np

from cli.arguments import command, parse, subcommand
from tasks.task import Learned, Prepared, Task
from training.run_directory import RunDirectory

FOLDER = "what-if"
STRONGEST_DROPOUT = 0.6


@dataclass(frozen=True)
class WhatIf:
    """A change beside the run that it was advised to.

    Attributes:
        change: As it is typed: "--hidden 256 256".
        command: That trains it.
        before, after: Mean loss of a validation row, of the run and with the change.
        low, high: 95% interval of the difference, after - before, over the validation rows.
    """

    change: str
    command: str
    before: float
    after: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval says of the change."""
        return "helps" if self.high < 0 else "hurts" if self.low > 0 else "makes no clear difference"

    def __str__(self):
        return (
            f"what if {self.change}? It {self.verdict}: the loss of a validation row goes from {self.before:.4g} to "
            f"{self.after:.4g}, difference between {self.low:+.3g} and {self.high:+.3g} (95%, over the rows; one seed)"
        )


def tried(task: Task, config, prepared: Prepared, learned: Learned, flag: str | None, directory: RunDirectory) -> dict:
    """Train the change that was advised, as long as the run, and compare; return what results.json says of it.

    Args:
        task: The application, which has `row_losses`.
        config, prepared, learned: The run.
        flag: Of the diagnosis, such as "--epochs 40" or "--hidden".
        directory: Of the run; the training keeps its records in the folder what-if there.
    """
    change = advised(config, prepared.recipe, flag)
    if not change:
        return {"what_if": {"told": "what if? The diagnosis advises no change of a flag, so none was tried"}}
    named = replace(config, model=prepared.recipe, what_if=False, run_dir=None, fresh=False)
    changed, typed = with_change(named, *change), shlex.join(change[1])
    print(f"what if {typed}? It is trained as well", flush=True)
    folder = RunDirectory(directory / FOLDER)
    folder.path.mkdir(exist_ok=True)
    other = task.prepare(changed, task.load(changed))
    losses = task.row_losses(prepared, learned), task.row_losses(other, task.train(other, folder))
    folder.forget_checkpoints()
    found = compared(typed, command(f"python -m apps.{task.name}", changed), *losses)
    return {"what_if": {"told": str(found), "verdict": found.verdict, **asdict(found)}}


def compared(change: str, typed: str, ours: np.ndarray, theirs: np.ndarray) -> WhatIf:
    """The two losses (N,) of each validation row, side by side."""
    difference = theirs - ours
    error = 1.96 * difference.std(ddof=1) / len(difference) ** 0.5
    middle = difference.mean()
    return WhatIf(change, typed, *map(float, (ours.mean(), theirs.mean(), middle - error, middle + error)))


def advised(config, recipe, flag: str | None) -> tuple[str, list[str]] | None:
    """Which part of a `Config` changes, and the change as it is typed; None where no flag is advised.

    Where the advice has no value, sizes are doubled, and what regularises goes a step further.
    """
    if not flag:
        return None
    name, *values = shlex.split(flag)
    parts = {"model": recipe} | {part: getattr(config, part, None) for part in ("trainer", "data", "loss")}
    for part, holder in parts.items():
        if is_dataclass(holder) and hasattr(holder, field_of(name)):
            return part, [name, *(values or _next(field_of(name), getattr(holder, field_of(name))))]
    return None


def with_change(config, part: str, words: list[str]):
    """`config` with what `words` say of one of its parts."""
    hints = typing.get_type_hints(type(config), include_extras=True)
    network = [subcommand(hints["model"], type(config.model))] if part == "model" else []
    field = field_of(words[0])
    value = getattr(getattr(parse(type(config), [*network, *words], prog="what-if"), part), field)
    return replace(config, **{part: replace(getattr(config, part), **{field: value})})


def field_of(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def _next(field: str, value) -> list[str]:
    if isinstance(value, tuple):
        return [str(2 * one) for one in value]
    if field in ("dropout", "noise"):
        return [f"{min(value + 0.2, STRONGEST_DROPOUT):.2g}"]
    if isinstance(value, float):
        return [f"{10 * value or 1e-4:.2g}"]
    return [str(2 * value or 5)]
