"""An autoencoding with its settings resolved: what is trained on what."""

from dataclasses import dataclass, replace

from models.conv_autoencoder import ConvAutoencoder
from models.dense_autoencoder import DenseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder
from tasks.autoencode.config import MITCHELL, Auto, Config
from tasks.describe import columns, data_lines
from training.plan import Plan, plan
from training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `Splits`.
        recipe: Of `models`.
        trainer, plan: `Trainer`, and the `Plan` that it comes to.
        loss: "squared_error", "half_sum_of_squares" or "cross_entropy".
        anomaly: Class that is kept out of training, or None.
        augment: The augmentation that was asked for.
    """

    splits: object
    recipe: object
    trainer: Trainer
    plan: Plan
    loss: str
    anomaly: str | None
    augment: str

    @property
    def name(self) -> str:
        return self.splits.name

    @property
    def is_variational(self) -> bool:
        return isinstance(self.recipe, VariationalAutoencoder)

    def notes(self) -> list[str]:
        return [*data_lines(self.splits, f"inputs {self.splits.input_shape}"), f"model   {self.recipe}"]

    def record(self) -> dict:
        splits = self.splits
        content = {"kind": splits.kind, "classes": splits.classes, "anomaly": self.anomaly}
        return content | {"prepare": splits.prepare.config(), "columns": columns(splits)}

    def examples(self) -> dict:
        return self.splits.test.inputs

    def build(self):
        """A compiled network."""
        import keras

        from training import reconstruction
        from training.compilation import compile_model
        from training.devices import seed_everything, set_precision

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        model = self.recipe.build(self.splits.input_shape)
        mse = [] if self.loss == "squared_error" else [keras.metrics.MeanSquaredError(name="mse")]
        compile_model(model, self.trainer, self.plan, reconstruction.make(self.loss), mse)
        return model

    def validation(self):
        """Batches of the validation records, to be rebuilt."""
        from data.pipeline import batches

        return batches(self.splits.validation, self.splits.prepare, 512, reconstruct=True)


def load(config: Config):
    """The splits of `config`: pixels between 0 and 1, features of tables standardised, labels only to look at.

    Raises DataError where the data or the anomaly cannot be used.
    """
    from data.anomaly import keep_out
    from data.errors import DataError
    from data.images import augmentation
    from data.source import resolve
    from data.targets import NoTarget

    splits = resolve(config.data, NoTarget, seed=config.trainer.seed, standardize=False)
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


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`."""
    recipe, trainer, loss = config.model, config.trainer, config.loss
    if isinstance(recipe, Auto):
        untouched = replace(trainer, seed=0) == Trainer() and loss == Config().loss
        if config.data.data == "one_hot_8" and untouched:
            trainer, loss = replace(MITCHELL.trainer, seed=trainer.seed), MITCHELL.loss
        recipe = recipe_for(config.data.data, splits)
    schedule = plan(trainer, len(splits.train))
    return Prepared(splits, recipe, trainer, schedule, loss, config.anomaly, config.data.augment)


def recipe_for(data: str, splits):
    """The network for the kind of data, as `Auto` promises it."""
    if data == "one_hot_8":
        return MITCHELL.model
    if splits.kind == "image":
        return ConvAutoencoder() if min(splits.input_shape[:2]) >= 16 else DenseAutoencoder((256, 128, 16))
    features = splits.input_shape[0]
    code = max(min(features // 3, 16), 1)
    return DenseAutoencoder((max(4 * features, 32), max(2 * features, 16), code), activation="tanh")
