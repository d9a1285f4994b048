"""Regression: a table in; a trained network, its errors, intervals you can trust, a report and a SavedModel out.

    python -m apps.regress                                               diabetes, half a minute
    python -m apps.regress --data houses.csv --target price              an ensemble, 90% intervals
    python -m apps.regress --data houses.csv --target price mlp --hidden 64 64 --mc-dropout 50
    python -m apps.regress --data houses.csv --target price --loss gaussian
    python -m apps.regress --data double_sigmoid mlp                     a made-up curve, the noise is known

Predictions, errors and intervals are in the units of the target. Everything about a run is in its folder
(runs/regress/NAME): type the same command again to go on after an interruption, or to see the results; `--fresh`
trains anew.
"""

<<<<<<< HEAD
from cli.run import run
from tasks import course
from tasks.regress import TASK
from tasks.regress.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)
=======
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated, Literal

import tyro

from apps.command import run
from apps.run_folder import open_run
from data.source import Data
from models.ensemble import Ensemble
from models.linear import Linear
from models.mlp import MLP
from training.run_directory import RunDirectory
from training.trainer import Trainer

Model = (
    Annotated[Ensemble, tyro.conf.subcommand("ensemble")]
    | Annotated[MLP, tyro.conf.subcommand("mlp")]
    | Annotated[Linear, tyro.conf.subcommand("linear")]
)


@dataclass(frozen=True)
class Config:
    """Estimate a number from the columns of a table."""

    model: Model = Ensemble()
    """The network; `python -m apps.regress NAME --help` shows its own flags."""
    data: Data = field(default_factory=lambda: Data("diabetes"))
    trainer: Trainer = field(
        default_factory=lambda: Trainer(batch_size=128, optimizer="adamw", learning_rate=3e-3, weight_decay=0.01)
    )
    loss: Literal["squared", "absolute", "huber", "gaussian"] = "squared"
    """squared: the mean is estimated; absolute: the median; huber: between them, for outliers; gaussian: mean and
    spread of each row, so that intervals are wide where the data are noisy."""
    level: float = 0.9
    """Share of new rows that the prediction intervals shall hold, in (0, 1)."""
    mc_dropout: int = 0
    """mlp: predict with so many thinned networks (Monte Carlo dropout), whose disagreement widens intervals; 0: one."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/regress/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        if not 0 < self.level < 1:
            raise ValueError(f"`--level` must be in (0, 1). Received: {self.level}")
        if self.mc_dropout < 0 or self.mc_dropout == 1:
            raise ValueError(f"`--mc-dropout` must be 0, or 2 or more. Received: {self.mc_dropout}")
        if self.mc_dropout and not (isinstance(self.model, MLP) and self.model.dropout):
            raise ValueError(
                "`--mc-dropout` needs the model mlp with `--dropout` above 0. "
                f"Received: {type(self.model).__name__.lower()}"
            )
        if self.trainer.label_smoothing or self.trainer.class_weights != "none":
            raise ValueError("`--label-smoothing` and `--class-weights` are for classes. Leave them out.")


TINY = Config(model=Ensemble(members=4, folds=2, hidden=(32,), bins=8), trainer=Trainer(epochs=10, learning_rate=5e-3))
"""Diabetes in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_rmse": "min"}
"""What `validate` gives, and which way is better."""


def load(config: Config):
    """The splits of `config`."""
    from data.source import resolve

    return resolve(config.data, seed=config.trainer.seed, task="regress")


def schedule(config: Config, rows):
    """The plan of training for `rows`. More passes over small tables gain nothing, over large ones they do."""
    from training.plan import plan

    return plan(config.trainer, len(rows.train), updates=6000, most_epochs=100)


def build(config: Config, rows):
    """A network for `rows` (`RegressionRows`), compiled as `config` says."""
    from models.regression import with_units
    from training.compilation import compile_model
    from training.devices import seed_everything, set_precision
    from training.member_loss import MemberLoss, RootMeanSquaredError

    seed_everything(config.trainer.seed, config.trainer.deterministic)
    set_precision(config.trainer.precision)
    outputs = 2 if config.loss == "gaussian" else 1
    if isinstance(config.model, Ensemble):
        network = config.model.build(rows.input_shape, outputs, rows.features(), rows.ridge())
    else:
        network = config.model.build(rows.input_shape, outputs)
    model = with_units(network, rows.mean, rows.scale)
    loss = MemberLoss(config.loss, rows.scale)
    compile_model(model, config.trainer, schedule(config, rows), loss, [RootMeanSquaredError()])
    return model


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split. A finished run is not trained again."""
    from training.devices import configure, environment
    from training.hosts import alone

    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    directory, settings = open_run("regress", config)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := directory.results()):
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
        return announce(results, directory)
    from apps.export import export_run
    from apps.regress_results import calibrated, score, write_report
    from apps.regression_rows import RegressionRows

    splits = load(config)
    rows = RegressionRows.of(splits, config)
    describe(splits, rows, config, directory)
    directory.start(settings, environment(), fresh=config.fresh)
    model, history = train(config, rows, directory)
    alone(model)
    model, core, decode = calibrated(model, rows, config)
    directory.write_json(
        "preparing.json",
        {"kind": splits.kind, "target": splits.target, "prepare": splits.prepare.config(), "decode": asdict(decode)},
    )
    model.save(directory / "model.keras")
    found = score(core, decode, splits, rows, history, config)
    differences = export_run(directory, splits)
    write_report(directory, config, model, splits, rows, history, found)
    results = {"test": found.test, "validation": found.validation, "train": found.train, "export": differences}
    results |= {"baselines": {b.name: b.metrics for b in found.baselines}, "diagnosis": asdict(found.diagnosis)}
    results |= {"target": splits.target, "importance": {one.column: one.growth for one in found.importance}}
    results |= {"training_seconds": round(sum(row["seconds"] for row in directory.read_rows("timing.csv")), 1)}
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(results, directory)


def describe(splits, rows, config: Config, directory: RunDirectory) -> None:
    """Say what will run on what."""
    counts = f"{len(splits.train):,} training, {len(splits.validation):,} validation, {len(splits.test):,} test records"
    print(f"data    {splits.name}: {counts}, {splits.input_shape[0]} features")
    for note in (*splits.notes, *rows.notes):
        print(f"        {note}")
    print(f"target  {splits.target}: mean {rows.mean:.4g}, standard deviation {rows.scale:.4g}")
    print(f"model   {config.model}")
    print(f"run     {directory.path}", flush=True)


def train(config: Config, rows, directory: RunDirectory):
    """The trained model and a row of figures per epoch."""
    from data.pipeline import batches
    from training.fit import fit

    model = build(config, rows)
    plan = schedule(config, rows)
    training = partial(
        batches,
        rows.train,
        rows.prepare,
        plan.batch_size,
        seed=config.trainer.seed,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
    )
    validation = batches(rows.validation, rows.prepare, 1024)
    return model, fit(model, training, validation, trainer=config.trainer, plan=plan, run=directory)


def validate(config: Config, splits, directory: RunDirectory) -> tuple[dict[str, float], list[dict]]:
    """Train and measure on the validation rows; the test split is not read. `OBJECTIVES`, and a row per epoch."""
    from apps.regression_rows import RegressionRows
    from data.pipeline import batches
    from training.member_loss import MemberLoss, RootMeanSquaredError
    from training.validation import figures

    rows = RegressionRows.of(splits, config)
    model, history = train(config, rows, directory)
    validation = batches(rows.validation, rows.prepare, 1024)
    return figures(model, validation, MemberLoss(config.loss, rows.scale), [RootMeanSquaredError()]), history


def announce(results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last."""
    test, baselines = results["test"], results["baselines"]
    print(f"\n{'on the test split':<28}{'RMSE':>12}{'MAE':>12}{'R2':>9}")
    for name, figures in {"this network": test, **baselines}.items():
        print(f"  {name:<26}{figures['rmse']:>12.5g}{figures['mae']:>12.5g}{figures['r2']:>9.4f}")
    print(f"intervals of {test['promised_coverage']:.0%}: {test['coverage']:.1%} of the test rows lie inside")
    print(f"diagnosis: {results['diagnosis']['label']}. {results['diagnosis']['advice']}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    line = {f"test_{name}": value for name, value in test.items()}
    line |= {f"{name.split()[0]}_rmse": figures["rmse"] for name, figures in baselines.items()}
    line |= {
        "saved_model_difference": results["export"]["saved_model_difference"],
        "training_seconds": results["training_seconds"],
    }
    print(" ".join(f"{name}={value:.6g}" for name, value in line.items()))
    return test
>>>>>>> main


if __name__ == "__main__":
    run(main, "python -m apps.regress")
