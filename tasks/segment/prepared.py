"""A segmentation with its settings resolved: what is trained on what."""

from dataclasses import dataclass, replace

from models.unet import UNet
from tasks.members import Members, at_a_time
from tasks.segment.config import Answering, Auto, Config, PixelLoss
from training.plan import Plan, plan
from training.trainer import Trainer

BATCH_SIZE = 8  # crops of photographs
SHAPES = {"batch_size": 8, "epochs": 4}  # of the drawn scenes: about three minutes on two cores
UPDATES, MOST_EPOCHS = 2500, 200


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `MaskSplits`.
        prepare: `PicturePrepare`: what the network sees of a picture.
        batches: `MaskBatches` of the training pictures.
        crop: Side of the crops, in pixels.
        augmentation: `MaskAugmentation`.
        further: Sentences on what was decided here.
        recipe: Of `models`.
        trainer, plan: `Trainer`, and the `Plan` that it comes to.
        loss: `PixelLoss`.
        answering: How the run is scored, and answers.
        augment: The augmentation that was asked for.
        warm_start: Folder of an earlier run whose weights are taken over, or None.
        members, jobs: The ensemble, and how many of it are trained at a time.
        reachable: The mIoU that can be reached, where it is known.
    """

    splits: object
    prepare: object
    batches: object
    crop: int
    augmentation: object
    further: tuple[str, ...]
    recipe: object
    trainer: Trainer
    plan: Plan
    loss: PixelLoss
    answering: Answering
    augment: str
    warm_start: str | None
    members: Members
    jobs: int
    reachable: float | None

    @property
    def name(self) -> str:
        return self.splits.name

    def notes(self) -> list[str]:
        from tasks.describe import data_lines

        detail = f"{len(self.splits.classes)} classes, crops of {self.crop}x{self.crop}"
        return [*data_lines(self.splits, detail, *self.further, unit="pictures"), f"model   {self.recipe}"]

    def record(self) -> dict:
        splits, answering = self.splits, self.answering
        return {
            "kind": splits.kind,
            "classes": splits.classes,
            "palette": splits.palette,
            "prepare": self.prepare.config(),
            "crop": self.crop,
            "tile": answering.tile,
            "flip_test": answering.flip_test,
        }

    def examples(self) -> dict:
        return {"image": self.splits.test.images}

    def build(self, encoder: bool = False):
        """A compiled network for pictures of any size; of a recipe that has one, the encoder alone."""
        from training.compilation import compile_model
        from training.devices import seed_everything, set_precision
        from training.mean_iou import MeanIoU
        from training.two_rates import slow_down

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        num_classes = len(self.splits.classes)
        make = self.recipe.build_encoder if encoder else self.recipe.build
        model = make((None, None, 3), num_classes)
        compile_model(model, self.trainer, self.plan, self.cross_entropy(), [MeanIoU(num_classes)])
        if hasattr(self.recipe, "backbone_rate"):
            slow_down(model, "backbone", self.recipe.backbone_rate)
        return model

    def cross_entropy(self):
        """Cross-entropy with the class weights of `loss`."""
        from data.masks.class_pixels import class_weights
        from training.pixel_cross_entropy import PixelCrossEntropy

        splits = self.splits
        return PixelCrossEntropy(
            class_weights=class_weights(self.loss.class_weights, splits.train, len(splits.classes))
        )

    def validation(self, every: int = 1):
        """Batches of the whole validation pictures, with the classes of every so many pixels."""
        from data.masks.mask_batches import MaskBatches

        return MaskBatches(self.splits.validation, self.prepare).evaluation(every)


def load(config: Config):
    """The splits of `config`."""
    from data.masks.mask_source import resolve

    return resolve(config.data, seed=config.trainer.seed)


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`. Raises UserError on what this device or these machines cannot do."""
    from data.masks import mask_augmentation
    from data.masks.mask_batches import MaskBatches
    from data.masks.mask_source import LARGEST_SIDE, crop_side
    from data.masks.picture import PicturePrepare

    is_drawn = config.data.data == "shapes"
    recipe = config.model
    if isinstance(recipe, Auto):
        from models.lraspp import LRASPP

        recipe = UNet() if is_drawn else LRASPP()
    longest = config.data.image_size or (None if config.answering.tile else LARGEST_SIDE)
    pictures = PicturePrepare(longest)
    batches = MaskBatches(splits.train, pictures)
    crop = crop_side(batches.sizes, config.data.crop)
    augmentation, said = mask_augmentation.choose(config.data.augment, splits.classes, is_drawn)
    further = [said]
    if batches.scaled:
        further.append(
            f"{batches.scaled} of {len(splits.train)} training pictures are larger than {longest} pixels a side, and "
            "scaled down (--image-size); their answers are scaled up again."
        )
    trainer = config.trainer
    rate = trainer.learning_rate or (recipe.LEARNING_RATE if trainer.update_rule in ("adam", "adamw") else None)
    usual = SHAPES if is_drawn else {"batch_size": BATCH_SIZE}
    given = {name: getattr(trainer, name) or value for name, value in usual.items()}
    trainer = replace(trainer, learning_rate=rate, **given)
    return Prepared(
        splits,
        pictures,
        batches,
        crop,
        augmentation,
        tuple(further),
        recipe,
        trainer,
        plan(trainer, len(splits.train), updates=UPDATES, most_epochs=MOST_EPOCHS),
        config.loss,
        config.answering,
        config.data.augment,
        config.warm_start,
        config.members,
        at_a_time(config.members, config.trainer),
        1.0 if is_drawn else None,
    )
