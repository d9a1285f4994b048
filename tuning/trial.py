"""One trial of a search: what was tried, how it went."""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

Status = Literal["completed", "failed", "pruned", "running"]
Strategy = Literal["random", "grid", "bayesian", "hyperband", "coarse-to-fine"]
Direction = Literal["min", "max"]
Value = bool | int | float | str


@dataclass(frozen=True)
class Trial:
    """What was tried, and what came out. Number 0 is the configuration as it was given, and has no values."""

    number: int
    """0 is the default, the trials of the strategy are counted from 1."""
    values: dict[str, Value]
    """Hyperparameter -> value, only those that are in use."""
    status: Status = "running"
    """failed trials have no score; the score of a pruned one is that of the epochs it had."""
    score: float | None = None
    """The objective: the mean of `scores`."""
    scores: tuple[float, ...] = ()
    """The objective of each training: one per fold and retrain."""
    history: list[dict[str, float]] = field(default_factory=list)
    """A row per epoch of the first training: loss, val_loss ..."""
    seconds: float = 0.0
    """Time that it took, data and compilation included."""
    seed: int = 0
    """Of the weights and the order of the rows; retrain r has `seed + r`."""
    round: int | None = None
    """coarse-to-fine: the round, from 0; Hyperband: the rung in its bracket."""
    error: str = ""
    """failed: the last line of what went wrong."""
    ranges: dict[str, list] | None = None
    """coarse-to-fine: hyperparameter -> [low, high], or the choices, that it was drawn from."""
    figures: dict[str, float] = field(default_factory=dict)
    """Every objective of the app, means over the trainings: val_loss, val_accuracy ..."""
    memory: float = 0.0
    """Peak of its process, in MiB."""

    def as_dict(self) -> dict:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict) -> "Trial":
        """From what `as_dict` gave."""
        return replace(cls(**content), scores=tuple(content.get("scores", ())))

    @property
    def ranked(self) -> bool:
        """Whether it may be the best: it is completed and has a score that is a number."""
        return self.status == "completed" and self.score is not None and math.isfinite(self.score)


def best(trials: list[Trial], direction: Direction) -> Trial | None:
    """The completed trial with the best score, the earlier one among equals; None where none is completed."""
    return next(iter(ranking(trials, direction)), None)


def ranking(trials: list[Trial], direction: Direction) -> list[Trial]:
    """The completed trials from the best score to the worst, the earlier one first among equals."""
    sign = 1 if direction == "min" else -1
    ranked = [trial for trial in trials if trial.ranked]
    return sorted(ranked, key=lambda trial: (sign * trial.score, trial.number))
