"""A task that trains nothing: its loss is a known function of its settings, its trainer may crash on demand."""

import os
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.splits import Split, Splits
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare
from tasks.task import Learned, Task
from training.hosts import Hosts

BEST_RATE, BEST_UNITS = 1e-2, 20


@dataclass(frozen=True)
class TinyTrainer:
    """Settings of training."""

    epochs: int = 5
    """Passes."""
    learning_rate: float = 1e-3
    """Rate."""
    device: str = "cpu"
    """Where."""
    check_device: str | None = None
    """Which device to check for."""
    machines: Hosts = Hosts()
    """How many."""
    seed: int = 0
    """Of everything."""


@dataclass(frozen=True)
class TinyData:
    """Where the data is."""

    data: str = "line"
    """Its name."""
    validation: str | None = None
    """None."""
    test: str | None = None
    """None."""


@dataclass(frozen=True)
class Config:
    """Train nothing."""

    data: TinyData = field(default_factory=TinyData)
    trainer: TinyTrainer = field(default_factory=TinyTrainer)
    units: int = 8
    """Units."""
    act: str = "relu"
    """relu, tanh, or what shall go wrong: raise, kill, exit, test, nan, sleep, slow."""
    run_dir: str | None = None
    """Folder."""
    fresh: bool = False
    """Anew."""


def load(config: Config) -> Splits:
    """30 training, 10 validation and 20 test rows."""
    rows = np.arange(60, dtype=np.float32)
    parts = [Split({"x": part}, (part % 3).astype(np.int32), part.astype(str)) for part in np.split(rows, [30, 40])]
    prepare = TablePrepare.fit(parts[0].inputs, {"x": ColumnKind("number", "plain")})
    return Splits("line", "table", *parts, prepare=prepare, classes=("a", "b", "c"))


def loss(config: Config) -> float:
    """Lowest at a rate of 0.01, 20 units and tanh; the seed adds a little."""
    rate = np.log10(config.trainer.learning_rate / BEST_RATE) ** 2
    width = np.log2(config.units / BEST_UNITS) ** 2
    return float(
        rate + width + 0.3 * (config.act != "tanh") + 1e-3 * np.random.default_rng(config.trainer.seed).random()
    )


@dataclass(frozen=True)
class Prepared:
    """A configuration and its data."""

    config: Config
    splits: Splits


def train(prepared: Prepared, directory) -> Learned:
    """The loss falls to what `loss` says, epoch by epoch."""
    config = prepared.config
    Path(tempfile.mkstemp()[1]).write_text("what AutoGraph leaves")
    match config.act:
        case "raise":
            raise ValueError("this setting cannot be trained")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "test":
            len(prepared.splits.test)
        case "sleep":
            time.sleep(30)
    rows, last = directory.read_rows("metrics.csv"), loss(config)
    for epoch in range(len(rows) + 1, config.trainer.epochs + 1):
        value = last + 1 / epoch - 1 / config.trainer.epochs
        if config.act == "slow":
            time.sleep(0.4)
        rows.append({"epoch": epoch, "loss": value, "val_loss": value, "val_accuracy": 1 / (1 + value)})
        directory.write_rows("metrics.csv", rows)
        if directory.watch:
            directory.watch(rows, config.trainer.epochs)
    return Learned(None, rows)


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """What `loss` says, and how many rows there were."""
    splits, last = prepared.splits, float("nan") if prepared.config.act == "nan" else loss(prepared.config)
    rows_seen = float(len(splits.train) + 100 * len(splits.validation))
    return {"val_loss": last, "val_accuracy": 1 / (1 + last), "rows": rows_seen}


def unused(*_):
    """No search asks for it."""
    raise NotImplementedError


def main(config: Config) -> dict:
    """What an app's run leaves: results.json with figures of the test split; `act` may make it fail."""
    from training.run_directory import RunDirectory

    if config.act == "raise":
        raise ValueError("this setting cannot be trained")
    run = RunDirectory(config.run_dir)
    run.path.mkdir(parents=True, exist_ok=True)
    runs = run.read_json("count.json")["runs"] if (run / "count.json").exists() else 0
    run.write_json("count.json", {"runs": runs + 1})
    run.write_json("environment.json", {"python": "3"})
    run.write_json("results.json", {"test": {"loss": loss(config), "name": "line"}})
    return {"loss": loss(config)}


TASK = Task(
    name="tiny",
    config=Config,
    tiny=Config(),
    objectives={"val_loss": "min", "val_accuracy": "max"},
    files={},
    load=load,
    prepare=Prepared,
    train=train,
    measure=measure,
    score=unused,
    page=unused,
    told=unused,
    restore=unused,
)
