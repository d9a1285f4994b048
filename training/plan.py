"""The training plan: batch size, epochs and steps for a given number of rows."""

import math
from dataclasses import dataclass

from training.trainer import Trainer


@dataclass(frozen=True)
class Plan:
    """Batch size, epochs and steps of a training."""

    batch_size: int
    """Rows, or other `unit`s, per update."""
    epochs: int
    """Passes over the rows."""
    steps_per_epoch: int
    """Updates per epoch; the rows left over differ from epoch to epoch."""
    steps_per_execution: int
    """Updates per call of the compiled step."""
    unit: str = "examples"
    """Unit of the speed of training."""

    @property
    def updates(self) -> int:
        """Updates in all."""
        return self.epochs * self.steps_per_epoch


def plan(
    trainer: Trainer, num_rows: int, *, updates: int = 3000, fewest_epochs: int = 15, most_epochs: int = 300
) -> Plan:
    """The plan of `trainer` for `num_rows` training rows.

    Where `trainer` names no number of epochs it is the least that gives `updates`, between the two bounds.
    """
    batch_size = min(trainer.batch_size or (32 if num_rows < 5000 else 128), num_rows)
    steps = num_rows // batch_size
    # Several updates per call save Python's cost per call; at most one update in 50 may be given up to divide evenly.
    steps_per_execution = max(k for k in range(1, 33) if k <= steps and steps % k <= steps // 50)
    steps -= steps % steps_per_execution
    epochs = trainer.epochs or min(max(math.ceil(updates / steps), fewest_epochs), most_epochs)
    return Plan(batch_size, epochs, steps, steps_per_execution)
