"""A regression with its settings resolved: what is trained on what."""

from dataclasses import dataclass

from models.bag import Bag
from models.ensemble import Ensemble
from tasks import text_model
from tasks.describe import columns, data_lines
from tasks.regress.config import Auto, Config
from tasks.regress.rows import RegressionRows
from training.plan import Plan, plan
from training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `Splits`.
        rows: The `RegressionRows` of these.
        recipe: Of `models`.
        trainer, plan: `Trainer`, and the `Plan` that it comes to.
        loss: "squared", "absolute", "huber" or "gaussian".
        level: Share of new rows that the intervals should contain.
        mc_dropout: Thinned networks to predict with; 0 for one whole network.
    """

    splits: object
    rows: RegressionRows
    recipe: object
    trainer: Trainer
    plan: Plan
    loss: str
    level: float
    mc_dropout: int

    @property
    def name(self) -> str:
        return self.splits.name

    def notes(self) -> list[str]:
        rows = self.rows
        is_text = self.splits.kind == "text"
        detail = self.splits.prepare.described() if is_text else f"{self.splits.input_shape[0]} features"
        return [
            *data_lines(self.splits, detail, *rows.notes),
            f"target  {self.splits.target}: mean {rows.mean:.4g}, standard deviation {rows.scale:.4g}",
            f"model   {self.recipe}",
        ]

    def record(self) -> dict:
        splits = self.splits
        return {
            "kind": splits.kind,
            "target": splits.target,
            "prepare": splits.prepare.config(),
            "columns": columns(splits),
        }

    def examples(self) -> dict:
        return self.splits.test.inputs

    def build(self):
        """A compiled network, whose answers are in the units of the target."""
        from models.regression import with_units
        from training.compilation import compile_model
        from training.devices import seed_everything, set_precision
        from training.member_loss import RootMeanSquaredError

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        rows, outputs = self.rows, 2 if self.loss == "gaussian" else 1
        if isinstance(self.recipe, text_model.TextModel):
            network = text_model.build(self.recipe, self.splits, outputs)
        elif isinstance(self.recipe, Ensemble):
            network = self.recipe.build(rows.input_shape, outputs, rows.features(), rows.ridge())
        else:
            network = self.recipe.build(rows.input_shape, outputs)
        model = with_units(network, rows.mean, rows.scale)
        compile_model(model, self.trainer, self.plan, self.member_loss(), [RootMeanSquaredError()])
        return model

    def member_loss(self):
        """The loss of each member on its own rows."""
        from training.member_loss import MemberLoss

        return MemberLoss(self.loss, self.rows.scale)

    def validation(self):
        """Batches of the validation rows."""
        from data.pipeline import batches

        return batches(self.rows.validation, self.rows.prepare, 1024)


def load(config: Config):
    """The splits of `config`."""
    from data.source import resolve
    from data.targets import NumberTarget

    text = text_model.preparing(config.model, isinstance(config.model, Auto))
    return resolve(config.data, NumberTarget, seed=config.trainer.seed, text=text)


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`."""
    recipe, data = config.model, config.data
    if isinstance(recipe, Auto):
        recipe = Bag() if splits.kind == "text" else Ensemble()
    text_model.require_text(recipe, splits)
    trainer = text_model.trainer_for(recipe, config.trainer)
    members, folds = getattr(recipe, "members", 1), getattr(recipe, "folds", 0)
    own_validation = bool(data.validation or data.group or data.time or splits.cross_validated)
    rows = RegressionRows.of(splits, members, folds, own_validation, config.trainer.seed)
    return Prepared(
        splits,
        rows,
        recipe,
        trainer,
        # More passes over small tables gain nothing, over large ones they do.
        plan(trainer, len(rows.train), updates=6000, most_epochs=100),
        config.loss,
        config.level,
        config.mc_dropout,
    )
