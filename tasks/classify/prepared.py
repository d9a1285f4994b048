"""A classification with its settings resolved: what is trained on what."""

from dataclasses import dataclass

from cli.errors import UserError
from models.published import Published
from tasks import text_model
from tasks.classify.config import Auto, ClassLoss, Config
from tasks.describe import columns, data_lines
from training.plan import Plan, plan
from training.trainer import Trainer

FEW_RECORDS = 1000  # to validate on: of fewer the accuracy is too coarse to choose an epoch by


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `Splits`.
        recipe: Of `models`.
        trainer, plan: `Trainer`, and the `Plan` that it comes to.
        loss: `ClassLoss`.
        best_by: Validation figure that the best epoch is chosen by.
        two_stages: Whether the head is trained first, then everything.
        warm_start: Folder of an earlier run whose weights are taken over, or None.
        augment: The augmentation that was asked for.
        reachable: The accuracy that can be reached, where it is known.
        refit: Whether the network learns from the validation rows, too, once they have chosen its epoch.
    """

    splits: object
    recipe: object
    trainer: Trainer
    plan: Plan
    loss: ClassLoss
    best_by: str
    two_stages: bool
    warm_start: str | None
    augment: str
    reachable: float | None
    refit: bool = False

    @property
    def name(self) -> str:
        return self.splits.name

    def notes(self) -> list[str]:
        detail = f"{len(self.splits.classes)} classes"
        if self.splits.kind != "text":
            detail += f", inputs {self.splits.input_shape}"
        lines = [*data_lines(self.splits, detail), f"model   {self.recipe}"]
        paper = self.recipe.paper_training() if isinstance(self.recipe, Published) else None
        return [*lines, f"recipe  {paper.told(self.trainer)}"] if paper else lines

    def record(self) -> dict:
        splits = self.splits
        return {
            "kind": splits.kind,
            "classes": splits.classes,
            "prepare": splits.prepare.config(),
            "columns": columns(splits),
        }

    def examples(self) -> dict:
        return self.splits.test.inputs

    def build(self):
        """A compiled network."""
        from training.compilation import compile_model
        from training.devices import seed_everything, set_precision

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        classes = len(self.splits.classes)
        if isinstance(self.recipe, text_model.TextModel):
            model = text_model.build(self.recipe, self.splits, classes)
        else:
            model = self.recipe.build(self.splits.input_shape, classes)
        compile_model(model, self.trainer, self.plan, self.cross_entropy(), ["accuracy"])
        return model

    def cross_entropy(self):
        """Cross-entropy with the smoothing and the class weights of `loss`."""
        from training.class_weights import balanced
        from training.losses import CrossEntropy

        weights = None
        if self.loss.class_weights == "balanced":
            weights = list(balanced(self.splits.train.labels, len(self.splits.classes)).values())
        return CrossEntropy(self.loss.label_smoothing, weights)


def load(config: Config):
    """The splits of `config`, prepared as its model needs them."""
    from data.source import resolve
    from data.targets import ClassTarget

    needs = getattr(config.model, "needs", dict)()
    text = text_model.preparing(config.model, isinstance(config.model, Auto))
    return resolve(config.data, ClassTarget, seed=config.trainer.seed, text=text, **needs)


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`."""
    from data.toys import BEST_ACCURACY
    from models.bag import Bag
    from models.convnet import ConvNet
    from models.mlp import MLP
    from models.pretrained import Pretrained

    recipe = config.model
    if isinstance(recipe, Auto):
        recipe = {"image": ConvNet(), "table": MLP(), "text": Bag()}[splits.kind]
    text_model.require_text(recipe, splits)
    two_stages = isinstance(recipe, Pretrained)
    paper = recipe.paper_training() if isinstance(recipe, Published) else None
    trainer = paper.applied(config.trainer) if paper else text_model.trainer_for(recipe, config.trainer)
    return Prepared(
        splits,
        recipe,
        trainer,
        plan(
            trainer,
            len(splits.train),
            updates=getattr(recipe, "UPDATES", 3000),
            fewest_epochs=getattr(recipe, "FEWEST_EPOCHS", 15),
        ),
        config.loss,
        "accuracy" if len(splits.validation) >= FEW_RECORDS and not two_stages else "loss",
        two_stages,
        config.warm_start,
        config.data.augment,
        # Known of made-up data and taken to be all of images, which people can name.
        BEST_ACCURACY.get(config.data.data, 1.0 if splits.kind == "image" else None),
        _refits(config, recipe, splits) and not config.trainer.check_device,
    )


def _refits(config: Config, recipe, splits) -> bool:
    """Whether the network is trained anew with the validation rows. Raises UserError where it was asked for in vain."""
    from models.bag import Bag

    data, why = config.data, None
    if splits.kind != "text":
        why = "reads text, and this data has no column of it"
    elif data.validation or data.group or data.time or splits.cross_validated:
        why = "needs validation rows drawn at random, and these are your own, of other groups or of another time"
    if config.refit and why and not splits.cross_validated:
        raise UserError(f"`--refit` {why}. Leave it out.")
    return not why and (isinstance(recipe, Bag) if config.refit is None else config.refit)
