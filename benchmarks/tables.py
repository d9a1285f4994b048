"""Errors of regressions on a folder of tables: ours with its defaults, and the baselines, on the same random splits.

    python -m benchmarks.tables FOLDER                              every table, target "last", 20 splits of 90/10
    python -m benchmarks.tables FOLDER --targets california_housing=median_house_value --large-splits 5
    python -m benchmarks.tables FOLDER --only concrete --splits 3 mlp

The protocol of Hernandez-Lobato and Adams, 2015 (arXiv:1502.05336): 90% of the rows train, 10% test, drawn anew for
each split. Ours takes its validation rows from the 90%. Gradient boosting is scikit-learn's
`HistGradientBoostingRegressor()` as it comes, on all of the 90%, numbers as they stand, categories one-hot; ridge is
scikit-learn's `RidgeCV` on the standardised columns. Rows are taken as given, duplicates and all.
"""

import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from cli.run import run
from data.settings import Data
from data.tables.table_file import FORMATS
from models.ensemble import Ensemble
from tasks.regress.config import Config as Regression
from tasks.regress.config import Model
from training.trainer import Trainer


@dataclass(frozen=True)
class Config:
    """Errors of regressions on a folder of tables."""

    folder: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="FOLDER")]
    """Folder of tables (.csv .tsv .jsonl)."""
    model: Model = Ensemble()
    """The network."""
    trainer: Trainer = field(default_factory=lambda: Regression().trainer)
    targets: tuple[str, ...] = ()
    """TABLE=COLUMN where the target is not the last column."""
    only: tuple[str, ...] = ()
    """Names of tables; otherwise all of the folder."""
    splits: int = 20
    """Random splits of each table."""
    large_splits: int = 5
    """Random splits of tables above 10,000 rows."""
    output: str | None = None
    """JSON file for the results of every split."""


def main(config: Config) -> dict:
    """Run all tables, print a line for each, and return the results by table."""
    from training.devices import configure

    configure(config.trainer.device)
    targets = dict(pair.split("=", 1) for pair in config.targets)
    results = {}
    print(HEADER, flush=True)
    for path in sorted(Path(config.folder).iterdir()):
        name = path.name.split(".")[0]
        if path.suffix not in FORMATS or (config.only and name not in config.only):
            continue
        results[name] = table(path, targets.get(name, "last"), config)
        print(line(name, results[name]), flush=True)
        if config.output:
            Path(config.output).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


def table(path: Path, target: str, config: Config) -> list[dict[str, float]]:
    """The scores of every split of one table."""
    from data.tables import table_file

    raw = table_file.read(str(path))
    count = config.large_splits if len(raw) > 10_000 else config.splits
    return [one_split(raw, target, seed, config) for seed in range(count)]


def one_split(raw, target: str, seed: int, config: Config) -> dict[str, float]:
    """RMSE of ours and of the baselines on one random split, and the coverage of our intervals."""
    import keras

    from data.tables import tables
    from data.targets import NumberTarget
    from evaluation.regression import metrics
    from tasks.regress import TASK
    from tasks.regress.training import outputs
    from training.run_directory import RunDirectory

    keras.backend.clear_session()
    order = np.random.default_rng(seed).permutation(len(raw))
    cut = round(0.9 * len(raw))
    train, test = raw.take(np.sort(order[:cut])), raw.take(np.sort(order[cut:]))
    settings = Regression(
        model=config.model, data=Data(raw.path, target=target), trainer=replace(config.trainer, seed=seed)
    )
    splits = tables.from_raw(path_name(raw), train, {"test": test}, settings.data, seed, NumberTarget)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        learned = TASK.train(TASK.prepare(settings, splits), RunDirectory(folder))
    seconds = time.perf_counter() - started
    found = learned.decode.reference(outputs(learned.core, splits.test, splits.prepare))
    scores = metrics(splits.test.labels, found, settings.level)
    return {"seconds": seconds, **scores, **baselines(splits)}


def baselines(splits) -> dict[str, float]:
    """RMSE of the mean, of ridge regression and of gradient boosting; they train on all rows but the test rows."""
    import pandas
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV

    from tasks.regress.rows import joined

    train, test = joined(splits.train, splits.validation), splits.test
    raw = pandas.get_dummies(pandas.concat([pandas.DataFrame(train.inputs), pandas.DataFrame(test.inputs)])).to_numpy()
    prepared = [np.asarray(splits.prepare.fixed(part.inputs)) for part in (train, test)]

    def rmse(predictions):
        return float(np.sqrt(np.mean((test.labels - predictions) ** 2)))

    boosting = HistGradientBoostingRegressor().fit(raw[: len(train)], train.labels)
    ridge = RidgeCV(np.logspace(-3, 4, 15)).fit(prepared[0], train.labels)
    return {
        "mean_rmse": rmse(train.labels.mean()),
        "ridge_rmse": rmse(ridge.predict(prepared[1])),
        "boosting_rmse": rmse(boosting.predict(raw[len(train) :])),
    }


def path_name(raw) -> str:
    """Name of a table, without folder and endings."""
    return Path(raw.path).name.split(".")[0]


HEADER = (
    f"{'table':<20}{'splits':>7}{'ours':>20}{'ridge':>20}{'boosting':>20}{'ours-boosting':>21}{'coverage':>10}"
    f"{'s/split':>9}"
)


def line(name: str, splits: list[dict[str, float]]) -> str:
    """Mean and standard error over the splits; the difference is taken split by split."""

    def figure(values, sign=""):
        error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
        return f"{np.mean(values):{sign}.5g} +- {error:.2g}"

    columns = {key: np.array([one[key] for one in splits]) for key in splits[0]}
    difference = columns["rmse"] - columns["boosting_rmse"]
    return (
        f"{name:<20}{len(splits):>7}{figure(columns['rmse']):>20}{figure(columns['ridge_rmse']):>20}"
        f"{figure(columns['boosting_rmse']):>20}{figure(difference, '+'):>21}{columns['coverage'].mean():>10.3f}"
        f"{columns['seconds'].mean():>9.1f}"
    )


if __name__ == "__main__":
    run(main, "python -m benchmarks.tables")
