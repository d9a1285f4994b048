"""Autoencoding: a table or images in; a network that squeezes each record into a short code and rebuilds it, out.

    python -m apps.autoencode                                            digits, half a minute: half the error of PCA
    python -m apps.autoencode --data banknote.csv --target last dense --hidden 6 4 2 --activation tanh
    python -m apps.autoencode --data tfds:mnist conv                     code of 32: a fifth of the error of PCA
    python -m apps.autoencode --data tfds:mnist --anomaly 7 conv         7 is never seen in training: is it noticed?
    python -m apps.autoencode --data photos/ variational                 makes new images, too
    python -m apps.autoencode --data one_hot_8                           Mitchell's 8-3-8 network invents a binary code

The labels of a table (`--target`) or of folders are no inputs: they colour the map of the codes. Everything about a run
is in its folder (runs/autoencode/NAME): type the same command again to go on after an interruption, or to see the
results; `--fresh` trains anew.
"""

<<<<<<< HEAD
from cli.run import run
from tasks import course
from tasks.autoencode import TASK
from tasks.autoencode.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)
=======
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Annotated, Literal

import tyro

from apps.command import run
from apps.run_folder import open_run
from data.source import Data
from models.conv_autoencoder import ConvAutoencoder
from models.dense_autoencoder import DenseAutoencoder
from models.sparse_autoencoder import SparseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder
from training.run_directory import RunDirectory
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the kind of data: dense for tables and small images, conv for images of 16 pixels and more."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[DenseAutoencoder, tyro.conf.subcommand("dense")]
    | Annotated[ConvAutoencoder, tyro.conf.subcommand("conv")]
    | Annotated[VariationalAutoencoder, tyro.conf.subcommand("variational")]
    | Annotated[SparseAutoencoder, tyro.conf.subcommand("sparse")]
)


@dataclass(frozen=True)
class Config:
    """Train an autoencoder on a table or on images."""

    model: Model = Auto()
    """The network; `python -m apps.autoencode NAME --help` shows its own flags."""
    data: Data = field(default_factory=Data)
    trainer: Trainer = field(default_factory=Trainer)
    anomaly: str | None = None
    """A class that is kept out of training; the test split then tells how well the error of the reconstruction gives
    its records away."""
    loss: Literal["squared_error", "half_sum_of_squares", "cross_entropy"] = "squared_error"
    """What is made small: the mean squared error; half the sum of squares, as in textbooks; or the cross-entropy of
    values between 0 and 1 (images)."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/autoencode/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""


TINY = Config(model=DenseAutoencoder((32, 8)), trainer=Trainer(epochs=20, learning_rate=5e-3))
"""Digits in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_mse": "min"}
"""What `validate` gives, and which way is better."""

MITCHELL = Config(
    model=DenseAutoencoder((3,), code_activation="sigmoid", output="sigmoid", initial_range=0.1),
    data=Data("one_hot_8"),
    trainer=Trainer(epochs=50, batch_size=1, optimizer="sgd", learning_rate=0.3, schedule="constant"),
    loss="half_sum_of_squares",
)
"""The 8-3-8 network of Mitchell 1997, section 4.6.4; the data holds each row a hundred times, so 5000 epochs are 50."""


def settled(config: Config) -> Config:
    """The configuration, with Mitchell's settings for his data where neither a model nor a way to train it is named."""
    untouched = replace(config.trainer, seed=0) == Trainer() and config.loss == Config().loss
    if not (isinstance(config.model, Auto) and config.data.data == "one_hot_8" and untouched):
        return config
    trainer = replace(MITCHELL.trainer, seed=config.trainer.seed)
    return replace(config, model=MITCHELL.model, trainer=trainer, loss=MITCHELL.loss)


def load(config: Config):
    """The splits of `config`: pixels between 0 and 1, features of tables standardised, labels only to look at.

    Raises DataError where the data or the anomaly cannot be used.
    """
    from data import augmentation
    from data.anomaly import keep_out
    from data.errors import DataError
    from data.source import resolve

    splits = resolve(config.data, seed=config.trainer.seed, task="autoencode", standardize=False)
    if splits.kind == "image":
        splits = replace(splits, prepare=splits.prepare.in_unit_range())
        if config.data.augment == "auto":
            _, said = augmentation.choose("auto", splits.name, splits.classes, splits.prepare.size)
            splits = replace(splits, augmentation=None, notes=tuple(note for note in splits.notes if note != said))
    elif config.loss == "cross_entropy" and config.data.data != "one_hot_8":
        raise DataError(
            "`--loss cross_entropy` needs values between 0 and 1, and the features of a table have no bounds. "
            f"Received: a table, {splits.name}. Use squared_error."
        )
    return keep_out(splits, config.anomaly) if config.anomaly is not None else splits


def recipe_for(config: Config, splits):
    """The model that was asked for, or the one for the kind of data."""
    if not isinstance(config.model, Auto):
        return config.model
    if config.data.data == "one_hot_8":
        return MITCHELL.model
    if splits.kind == "image":
        return ConvAutoencoder() if min(splits.input_shape[:2]) >= 16 else DenseAutoencoder((256, 128, 16))
    features = splits.input_shape[0]
    code = max(min(features // 3, 16), 1)
    return DenseAutoencoder((max(4 * features, 32), max(2 * features, 16), code), activation="tanh")


def build(config: Config, splits):
    """A network for `splits`, compiled as `config` says."""
    from training import reconstruction
    from training.compilation import compile_model
    from training.devices import seed_everything, set_precision
    from training.plan import plan

    seed_everything(config.trainer.seed, config.trainer.deterministic)
    set_precision(config.trainer.precision)
    model = recipe_for(config, splits).build(splits.input_shape)
    schedule = plan(config.trainer, len(splits.train))
    compile_model(model, config.trainer, schedule, reconstruction.make(config.loss), metrics(config))
    return model


def metrics(config: Config) -> list:
    """The mean squared error, where the loss is another."""
    import keras

    return [] if config.loss == "squared_error" else [keras.metrics.MeanSquaredError(name="mse")]


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split. A finished run is not trained again."""
    from training.devices import configure, environment
    from training.hosts import alone

    config = settled(config)
    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    refuse_class_settings(config.trainer)
    directory, settings = open_run("autoencode", config)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := directory.results()):
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
        return announce(results, directory)
    from apps.autoencode_results import score, write_report
    from apps.export import export_run

    splits = load(config)
    recipe = recipe_for(config, splits)
    describe(splits, recipe, directory)
    model = build(config, splits)  # refuses what does not fit the data before a folder is made
    directory.start(settings, environment(), fresh=config.fresh)
    preparing = {"kind": splits.kind, "classes": splits.classes, "anomaly": config.anomaly}
    directory.write_json("preparing.json", {**preparing, "prepare": splits.prepare.config()})
    rows = train(model, config, splits, directory)
    alone(model)
    model.save(directory / "model.keras")
    found = score(model, recipe, splits, rows, config)
    differences = export_run(directory, splits)
    write_report(directory, config, model, splits, rows, found)
    results = {"test": found.test, "validation": found.validation, "train": found.train, "export": differences}
    results |= {"code_size": found.code_size, "diagnosis": asdict(found.diagnosis)}
    results |= {"training_seconds": round(sum(row["seconds"] for row in directory.read_rows("timing.csv")), 1)}
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(results, directory)


def refuse_class_settings(trainer: Trainer) -> None:
    """Raise ValueError on a setting that only classes have."""
    if trainer.label_smoothing or trainer.class_weights != "none":
        raise ValueError(
            "`label_smoothing` and `class_weights` are for classifiers; an autoencoder learns without classes. "
            f"Received: label_smoothing={trainer.label_smoothing}, class_weights={trainer.class_weights}"
        )


def describe(splits, recipe, directory: RunDirectory) -> None:
    """Say what will run on what."""
    counts = f"{len(splits.train):,} training, {len(splits.validation):,} validation, {len(splits.test):,} test records"
    print(f"data    {splits.name}: {counts}, inputs {splits.input_shape}")
    for note in splits.notes:
        print(f"        {note}")
    print(f"model   {recipe}")
    print(f"run     {directory.path}", flush=True)


def train(model, config: Config, splits, directory: RunDirectory) -> list[dict[str, float]]:
    """Train the network that `build` gave; returns a row of figures per epoch."""
    from data.pipeline import batches
    from training.fit import fit
    from training.plan import plan

    schedule = plan(config.trainer, len(splits.train))
    training = partial(
        batches,
        splits.train,
        splits.prepare,
        schedule.batch_size,
        seed=config.trainer.seed,
        epochs=schedule.epochs,
        steps_per_epoch=schedule.steps_per_epoch,
        augment=splits.augmentation,
        reconstruct=True,
    )
    validation = batches(splits.validation, splits.prepare, 512, reconstruct=True)
    return fit(model, training, validation, trainer=config.trainer, plan=schedule, run=directory)


def validate(config: Config, splits, directory: RunDirectory) -> tuple[dict[str, float], list[dict]]:
    """Train and measure on the validation split; the test split is not read. `OBJECTIVES`, and a row per epoch."""
    import keras

    from data.pipeline import batches
    from training import reconstruction
    from training.validation import figures

    config = settled(config)
    model = build(config, splits)
    rows = train(model, config, splits, directory)
    validation = batches(splits.validation, splits.prepare, 512, reconstruct=True)
    mse = keras.metrics.MeanSquaredError(name="mse")
    return figures(model, validation, reconstruction.make(config.loss), [mse]), rows


def announce(results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last."""
    test = results["test"]
    names = [name for name in test if not name.startswith("pca_")]
    print(f"\n{'on the test split':<28}{'network':>10}{'PCA':>10}   code of {results['code_size']} numbers")
    for name in names:
        beside = f"{test[f'pca_{name}']:>10.4f}" if f"pca_{name}" in test else f"{'':>10}"
        print(f"  {name.replace('_', ' '):<26}{test[name]:>10.4f}{beside}")
    print(f"diagnosis: {results['diagnosis']['label']}. {results['diagnosis']['advice']}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    line = {}
    for name in names:
        line[f"test_{name}"] = round(test[name], 6)
        if f"pca_{name}" in test:
            line[f"pca_{name}"] = round(test[f"pca_{name}"], 6)
    line |= {
        "saved_model_difference": results["export"]["saved_model_difference"],
        "training_seconds": results["training_seconds"],
    }
    print(" ".join(f"{name}={value:g}" for name, value in line.items()))
    return test
>>>>>>> main


if __name__ == "__main__":
    run(main, "python -m apps.autoencode")
