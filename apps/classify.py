"""Classification: a table or images in; a trained network, its scores, a report and a SavedModel out.

    python -m apps.classify                                              digits, about a minute: accuracy above 0.985
    python -m apps.classify --data people.csv --target income mlp --hidden 64 32
    python -m apps.classify --data photos/ pretrained                    folders of images, one per class
    python -m apps.classify --data tfds:fashion_mnist convnet            accuracy above 0.925 in ten minutes
    python -m apps.classify --data xor logistic                          0.75 at most, whatever you do

Everything about a run is in its folder (runs/classify/NAME): type the same command again to go on after an
interruption, or to see the results; `--fresh` trains anew.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated

import tyro

from apps.command import run
from apps.run_folder import open_run
from data.source import Data
from models.convnet import ConvNet
from models.logistic import Logistic
from models.mlp import MLP
from models.pretrained import Pretrained
from models.resnet import ResNet
from training.run_directory import RunDirectory
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the kind of data: mlp for tables, convnet for images."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[Logistic, tyro.conf.subcommand("logistic")]
    | Annotated[MLP, tyro.conf.subcommand("mlp")]
    | Annotated[ConvNet, tyro.conf.subcommand("convnet")]
    | Annotated[ResNet, tyro.conf.subcommand("resnet")]
    | Annotated[Pretrained, tyro.conf.subcommand("pretrained")]
)


@dataclass(frozen=True)
class Config:
    """Train a classifier on a table or on images."""

    model: Model = Auto()
    """The network; `python -m apps.classify NAME --help` shows its own flags."""
    data: Data = field(default_factory=Data)
    trainer: Trainer = field(default_factory=Trainer)
    warm_start: Annotated[str | None, tyro.conf.arg(name="from")] = field(
        default=None, metadata={"files": "model.keras"}
    )
    """An earlier run to start from: every weight of the same name and shape is taken over."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/classify/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""


TINY = Config(model=MLP((32,)), trainer=Trainer(epochs=20, learning_rate=5e-3))
"""Digits in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_accuracy": "max"}
"""What `validate` gives, and which way is better."""


def load(config: Config):
    """The splits of `config`, prepared as its model needs them."""
    from data.source import resolve

    needs = {}
    if isinstance(config.model, Pretrained):
        needs = {"image_size": config.model.size, "channels": 3, "standardize": False}
    return resolve(config.data, seed=config.trainer.seed, **needs)


def recipe_for(config: Config, splits):
    """The model that was asked for, or the one for the kind of data."""
    if not isinstance(config.model, Auto):
        return config.model
    return ConvNet() if splits.kind == "image" else MLP()


def build(config: Config, splits):
    """A network for `splits`, compiled as `config.trainer` says."""
    from training.compilation import compile_model
    from training.devices import seed_everything, set_precision
    from training.plan import plan

    seed_everything(config.trainer.seed, config.trainer.deterministic)
    set_precision(config.trainer.precision)
    model = recipe_for(config, splits).build(splits.input_shape, len(splits.classes))
    compile_model(model, config.trainer, plan(config.trainer, len(splits.train)), loss(config, splits), ["accuracy"])
    return model


def loss(config: Config, splits):
    """Cross-entropy with the smoothing and the class weights of `config`."""
    from training.class_weights import balanced
    from training.losses import CrossEntropy

    weights = None
    if config.trainer.class_weights == "balanced":
        weights = list(balanced(splits.train.labels, len(splits.classes)).values())
    return CrossEntropy(config.trainer.label_smoothing, weights)


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split. A finished run is not trained again."""
    from training.devices import configure, environment
    from training.hosts import alone

    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    directory, settings = open_run("classify", config)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := directory.results()):
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
        return announce(results, directory)
    from apps.classify_results import score, write_report
    from apps.export import export_run

    splits = load(config)
    recipe = recipe_for(config, splits)
    describe(splits, recipe, directory)
    directory.start(settings, environment(), fresh=config.fresh)
    directory.write_json(
        "preparing.json", {"kind": splits.kind, "classes": splits.classes, "prepare": splits.prepare.config()}
    )
    model, rows = train(config, splits, directory)
    alone(model)
    model.save(directory / "model.keras")
    found = score(model, recipe, splits, rows, config)
    differences = export_run(directory, splits)
    write_report(directory, config, model, splits, rows, found)
    results = {"test": found.test, "validation": found.validation, "train": found.train, "export": differences}
    results |= {"baselines": {b.name: b.metrics for b in found.baselines}, "diagnosis": asdict(found.diagnosis)}
    results |= {"training_seconds": round(sum(row["seconds"] for row in directory.read_rows("timing.csv")), 1)}
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(results, directory)


def describe(splits, recipe, directory: RunDirectory) -> None:
    """Say what will run on what."""
    counts = f"{len(splits.train):,} training, {len(splits.validation):,} validation, {len(splits.test):,} test records"
    print(f"data    {splits.name}: {counts}, {len(splits.classes)} classes, inputs {splits.input_shape}")
    for note in splits.notes:
        print(f"        {note}")
    print(f"model   {recipe}")
    print(f"run     {directory.path}", flush=True)


def train(config: Config, splits, directory: RunDirectory):
    """The trained model and a row of figures per epoch."""
    from data.pipeline import batches
    from training.fit import fit
    from training.plan import plan

    model = build(config, splits)
    if config.warm_start:
        from models.loading import copy_matching_weights, load

        copied, fresh = copy_matching_weights(load(RunDirectory.existing(config.warm_start) / "model.keras"), model)
        print(f"from    {config.warm_start}: {len(copied)} weights taken over, {len(fresh)} start afresh")
    schedule = plan(config.trainer, len(splits.train))
    if isinstance(config.model, Pretrained):
        from apps.fine_tuning import fine_tune

        return fine_tune(model, config, splits, directory)

    training = partial(
        batches,
        splits.train,
        splits.prepare,
        schedule.batch_size,
        seed=config.trainer.seed,
        epochs=schedule.epochs,
        steps_per_epoch=schedule.steps_per_epoch,
        augment=splits.augmentation,
    )
    validation = batches(splits.validation, splits.prepare, 512)
    by = best_by(splits)
    return model, fit(model, training, validation, trainer=config.trainer, plan=schedule, run=directory, best_by=by)


def validate(config: Config, splits, directory: RunDirectory) -> tuple[dict[str, float], list[dict]]:
    """Train and measure on the validation split; the test split is not read. `OBJECTIVES`, and a row per epoch."""
    from data.pipeline import batches
    from training.losses import CrossEntropy
    from training.validation import figures

    model, rows = train(config, splits, directory)
    return figures(model, batches(splits.validation, splits.prepare, 256), CrossEntropy(), ["accuracy"]), rows


def best_by(splits) -> str:
    """What the best epoch is chosen by: on few validation records the accuracy is too coarse, and the loss decides."""
    return "accuracy" if len(splits.validation) >= 1000 else "loss"


def announce(results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last."""
    test, baselines = results["test"], results["baselines"]
    print(f"\n{'on the test split':<28}{'accuracy':>9}{'macro F1':>9}")
    for name, figures in {"this network": test, **baselines}.items():
        print(f"  {name:<26}{figures['accuracy']:>9.4f}{figures['macro_f1']:>9.4f}")
    print(f"diagnosis: {results['diagnosis']['label']}. {results['diagnosis']['advice']}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    line = {f"test_{name}": round(value, 6) for name, value in test.items()}
    line |= {
        "saved_model_difference": results["export"]["saved_model_difference"],
        "training_seconds": results["training_seconds"],
    }
    print(
        " ".join(f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}" for name, value in line.items())
    )
    return test


if __name__ == "__main__":
    run(main, "python -m apps.classify")
