"""What an application is: one frozen value.

`tasks.course` runs it; predict, evaluate, export and the searches ask it and its trained runs, and know no application
by name. A task is a package `tasks/NAME/` that holds `TASK`; `by_name` finds it. `tasks` has no `__init__.py`, so that
a task may lie in another folder of `sys.path` as well.
"""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from cli.errors import UserError
from tasks.request import Evaluation, Prediction
from training.run_directory import RunDirectory


class Prepared(Protocol):
    """A configuration resolved once: recipe, plan, trainer, splits, batches. What follows takes this, not a `Config`.

    Attributes:
        name: Of the data.
    """

    name: str

    def notes(self) -> list[str]:
        """What is printed before training: data, model, and what was decided about them."""

    def record(self) -> dict:
        """What predict, evaluate and export need besides the network: the content of preparing.json."""

    def examples(self) -> dict[str, np.ndarray]:
        """Raw records of the test split, on some of which exports are checked: name -> (N, ...)."""


@dataclass(frozen=True)
class Learned:
    """A trained network and its records.

    Attributes:
        model: `keras.Model`, as it is saved.
        rows: Figures per epoch, of all stages.
        kept: Which weights the network has, as a sentence; "" where they are those of the best epoch.
        record: What training adds to preparing.json.
        first: The network from before a last stage that learned from the validation rows, too: what is said of training
            and validation rows is said of it. None where there is no such stage.
    """

    model: Any
    rows: list[dict[str, float]]
    kept: str = ""
    record: dict = field(default_factory=dict)
    first: Any = field(default=None, kw_only=True)

    @property
    def validated(self):
        """The network that the validation rows were held out of."""
        return self.first or self.model

    @property
    def history(self) -> dict[str, list[float]]:
        """Each figure of `rows` by epoch."""
        return {name: [row[name] for row in self.rows] for name in self.rows[0] if name != "epoch"}

    def best_epoch(self, by: str = "loss") -> int | None:
        """The epoch, from 1, whose weights were kept: that of the lowest validation loss, or of the highest of another
        figure. None where other weights were kept."""
        if self.kept and self.first is None:
            return None
        best = max(self.rows, key=lambda row: (0 if by == "loss" else row[f"val_{by}"], -row["val_loss"]))
        return int(best["epoch"])


class Outcome(Protocol):
    """A trained network scored on the test split, beside its baselines."""

    def results(self) -> dict:
        """The content of results.json; "test" holds the figures of the test split."""


@dataclass(frozen=True)
class Page:
    """The report of a run, without the sections that every report has.

    Attributes:
        subtitle: What was scored on what.
        sections: Of `evaluation.report`.
        notes: Sentences on how the data was read and the network was trained.
        summary: The layers of the network as text.
    """

    subtitle: str
    sections: list
    notes: tuple[str, ...]
    summary: str


class Trained(Protocol):
    """A finished run: all that predict, evaluate and export ask.

    Attributes:
        directory: Where it lies.
        formats: What it can be exported to, see `export.formats`.
    """

    directory: RunDirectory
    formats: tuple[str, ...]

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per record: `origin`, the answer, and `top`, a list of the next best, where there are several.

        Raises UserError on records that cannot be read, and on a flag that this kind of run has no use for.
        """

    def part(self, request: Evaluation) -> tuple[str, Any]:
        """A name of the data and the part of it to score."""

    def score(self, part) -> tuple[dict[str, float], dict]:
        """Print the scores of a part; return them, and details for the record."""

    def export(self, kind: str, examples: Mapping[str, np.ndarray], folder: Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export: its path, and the largest relative difference by loader."""


@dataclass(frozen=True)
class Task:
    """An application.

    Attributes:
        name: "classify": the app is apps.classify, its runs are in runs/classify.
        config: Dataclass of the settings: `data`, `model`, `trainer`, `run_dir`, `fresh` and its own.
        tiny: A `config` that trains in seconds, for tests.
        objectives: What `measure` gives, and which way is better.
        files: Files of a run beside those that all have, and what they hold, for the report.
        load: config -> splits.
        prepare: config, splits -> `Prepared`.
        train: `Prepared`, `RunDirectory` -> `Learned`: all stages; goes on where an earlier attempt stopped.
        measure: `Prepared`, `Learned` -> `objectives`, on the validation split.
        score: `Prepared`, `Learned` -> `Outcome`. The test split is read here first.
        page: `Prepared`, `Learned`, `Outcome` -> `Page`.
        told: Content of results.json -> the table that is printed, and the figures of the last line.
        restore: `RunDirectory`, content of preparing.json -> `Trained`.
        schema: Content of preparing.json -> `tasks.schema.Schema`: what a run takes and answers. Without a framework.
            None where only the signature of its SavedModel says so.
        row_losses: `Prepared`, `Learned` -> the loss (N,) of each validation row, which `--what-if` compares; None
            where there is no such flag.
    """

    name: str
    config: type
    tiny: Any
    objectives: Mapping[str, Literal["min", "max"]]
    files: Mapping[str, str]
    load: Callable
    prepare: Callable[..., Prepared]
    train: Callable[..., Learned]
    measure: Callable[..., dict[str, float]]
    score: Callable[..., Outcome]
    page: Callable[..., Page]
    told: Callable[[dict], tuple[str, dict[str, float]]]
    restore: Callable[..., Trained]
    schema: Callable | None = None
    row_losses: Callable[..., np.ndarray] | None = None


def by_name(name: object) -> Task:
    """The task in the package `tasks/NAME/`. Raises UserError where there is none."""
    if not (isinstance(name, str) and name.isidentifier() and importlib.util.find_spec(f"tasks.{name}")):
        raise UserError(f"`app` must be one of {', '.join(names())}. Received: {name!r}")
    return importlib.import_module(f"tasks.{name}").TASK


def names() -> list[str]:
    """The names of all tasks, sorted."""
    return sorted(set(_packages()))


def _packages() -> Iterator[str]:
    import tasks

    for folder in tasks.__path__:
        for package in Path(folder).iterdir():
            if (package / "__init__.py").is_file():
                yield package.name
