"""How often the diagnosis names a fault that was planted, and leaves alone what is healthy: real trainings over seeds.

python -m benchmarks.diagnosis                    every case, 10 seeds
python -m benchmarks.diagnosis --only rare few    cases whose names begin so
"""

import contextlib
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cli.arguments import parse
from cli.run import run
from tasks.task import by_name
from training.run_directory import RunDirectory

NAMED = {"rare class missed", "class missed", "no better than guessing", "worse than a baseline"}


@dataclass(frozen=True)
class Config:
    """Planted faults and healthy trainings."""

    seeds: int = 10
    """Data sets of each case, and trainings."""
    only: tuple[str, ...] = ()
    """Beginnings of the names of cases; otherwise all."""
    output: str | None = None
    """JSON file for every diagnosis."""


@dataclass(frozen=True)
class Case:
    """app: of the training; data: of a generator, columns and target; flags: of the app; wanted: labels."""

    app: str
    data: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
    flags: tuple[str, ...]
    wanted: frozenset[str]


def shifted(rows: int, share: float, distance: float, columns: int = 2):
    """Two classes of normal columns, the rarer one shifted in each."""

    def make(random):
        labels = np.zeros(rows, int)
        labels[: round(rows * share)] = 1
        labels = random.permutation(labels)
        return random.normal(size=(rows, columns)) + distance * labels[:, None], np.array(["no", "yes"])[labels]

    return make


def clusters(rows: int, classes: int, distance: float):
    """Classes around centres that are drawn."""

    def make(random):
        centres = distance * random.normal(size=(classes, 5))
        labels = np.arange(rows) % classes
        return centres[labels] + random.normal(size=(rows, 5)), np.array(list("abcdefghij"))[labels]

    return make


def noise(rows: int, shares: tuple[float, ...]):
    """Classes of which the columns tell nothing."""
    return lambda random: (
        random.normal(size=(rows, 6)),
        random.choice(np.array(list("abcdefghij"))[: len(shares)], rows, p=shares),
    )


def surface(rows: int, noise: float):
    """A number of three columns, bent, with noise; `noise` of infinity leaves nothing else."""

    def make(random):
        x = random.normal(size=(rows, 3))
        known = 0.0 if np.isinf(noise) else np.sin(2 * x[:, 0]) + x[:, 1] + 0.5 * x[:, 0] * x[:, 2]
        return x, known + (1.0 if np.isinf(noise) else noise) * random.normal(size=rows)

    return make


RARE, HEALTHY, WORTHLESS = frozenset(["rare class missed"]), frozenset(["healthy"]), frozenset(NAMED)
CASES = {
    "rare 1% of 3,000": Case("classify", shifted(3000, 0.01, 2.0), ("--epochs", "20"), RARE),
    "rare 1% of 1,000": Case("classify", shifted(1000, 0.01, 2.0), (), RARE),
    "classes of noise": Case("classify", noise(600, (0.5, 0.3, 0.2)), (), WORTHLESS),
    "classes of noise, many": Case("classify", noise(230, (0.19, *[0.09] * 9)), (), WORTHLESS),
    "classes, rate 10": Case("classify", clusters(900, 4, 1.0), ("--learning-rate", "10", "--epochs", "5"), WORTHLESS),
    "numbers of noise": Case("regress", surface(600, np.inf), ("--epochs", "10", "mlp"), WORTHLESS),
    "numbers of noise, ensemble": Case("regress", surface(300, np.inf), ("--epochs", "10"), WORTHLESS),
    "numbers, rate 1": Case("regress", surface(600, 0.3), ("--learning-rate", "1", "--epochs", "5", "mlp"), WORTHLESS),
    "healthy clusters": Case("classify", clusters(1200, 3, 2.0), (), HEALTHY),
    "healthy shift": Case("classify", shifted(2000, 0.4, 1.0), (), HEALTHY),
    "healthy, 10% rare": Case("classify", shifted(3000, 0.1, 2.0), (), HEALTHY),
    "healthy surface": Case("regress", surface(2000, 0.3), (), HEALTHY),
    "healthy surface, fewer rows": Case("regress", surface(800, 0.3), (), HEALTHY),
}


def main(config: Config) -> dict[str, list[dict]]:
    """Train every case with every seed, print a line for each case, and return the diagnoses."""
    from training.devices import configure

    configure()
    found = {}
    for name, case in CASES.items():
        if config.only and not name.startswith(config.only):
            continue
        found[name] = [diagnosed(case, seed) for seed in range(config.seeds)]
        labels = Counter(one["label"] for one in found[name])
        right = sum(is_named(one, case.wanted) for one in found[name])
        print(f"{name:<28}{right:>3} of {config.seeds}   {dict(labels.most_common())}", flush=True)
    if config.output:
        Path(config.output).write_text(json.dumps(found, indent=2), encoding="utf-8")
    return found


def is_named(diagnosis: dict, wanted: frozenset[str]) -> bool:
    """Whether the label is wanted, or what is wanted is advised after a change of the learning rate."""
    later = diagnosis["label"].startswith("learning rate") and "healthy" not in wanted
    return diagnosis["label"] in wanted or (later and "If that does not mend it" in diagnosis["advice"])


def diagnosed(case: Case, seed: int) -> dict:
    """The diagnosis of one training."""
    from dataclasses import asdict

    with tempfile.TemporaryDirectory() as folder, quiet():
        task, _, prepared, learned, _ = trained(case, seed, Path(folder))
        return asdict(task.score(prepared, learned).diagnosis)


def trained(case: Case, seed: int, folder: Path):
    """A training in a folder: its task, configuration, `Prepared`, `Learned` and run directory."""
    task = by_name(case.app)
    inputs, targets = case.data(np.random.default_rng(seed))
    table = folder / "table.csv"
    lines = [",".join([*(f"x{column}" for column in range(inputs.shape[1])), "y"])]
    lines += [",".join([*map(repr, map(float, row)), str(y)]) for row, y in zip(inputs, targets, strict=True)]
    table.write_text("\n".join(lines), encoding="utf-8")
    flags = ["--data", str(table), "--target", "y", "--seed", str(seed), *case.flags]
    prepared = task.prepare(given := parse(task.config, flags), task.load(given))
    directory = RunDirectory(folder / "run")
    directory.path.mkdir()
    return task, given, prepared, task.train(prepared, directory), directory


@contextlib.contextmanager
def quiet():
    """Nothing of a training is printed."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


if __name__ == "__main__":
    run(main, "python -m benchmarks.diagnosis")
