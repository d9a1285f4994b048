"""The training of a network that finds the class of each pixel."""

from dataclasses import replace
from functools import partial

from tasks import members
from tasks.segment.prepared import Prepared
from tasks.task import Learned
from tasks.warm_start import take_over
from training.run_directory import RunDirectory

ENCODER_STEP = 8  # of the pixels whose classes an encoder alone answers


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    """The trained network, or ensemble, and a row of figures per epoch."""
    network, fitted = members.train(train_one, prepared, run)
    return Learned(network, *fitted)


def train_one(prepared: Prepared, run: RunDirectory):
    """One trained network and a row of figures per epoch, those of the encoder first where it learns alone at first."""
    share = getattr(prepared.recipe, "encoder_share", 0.0)
    epochs = round(share * prepared.plan.epochs)
    if not epochs or prepared.trainer.check_device:
        return learn(prepared, prepared.build(), run)
    alone = of_epochs(prepared, epochs)
    folder = RunDirectory(run / "encoder", run.watch)
    folder.path.mkdir(exist_ok=True)
    from models.loading import copy_matching_weights

    encoder, first = learn(alone, alone.build(encoder=True), folder, ENCODER_STEP)
    rest = of_epochs(prepared, max(prepared.plan.epochs - epochs, 1))
    model = rest.build()
    copy_matching_weights(encoder, model)
    model, fitted = learn(replace(rest, warm_start=None), model, run)
    later = [{**row, "epoch": row["epoch"] + epochs} for row in fitted.rows]
    kept = (
        fitted.kept or f"The best epoch was kept of those after the first {epochs}, in which the encoder learned alone."
    )
    return model, fitted._replace(rows=[*first.rows, *later], kept=kept)


def of_epochs(prepared: Prepared, epochs: int) -> Prepared:
    """The same with another number of epochs."""
    trainer = replace(prepared.trainer, epochs=epochs)
    return replace(prepared, trainer=trainer, plan=replace(prepared.plan, epochs=epochs))


def learn(prepared: Prepared, model, run: RunDirectory, every: int = 1):
    """A compiled network, trained on the classes of every so many pixels, and its `Fitted`."""
    from training.fit import fit

    if prepared.warm_start:
        take_over(prepared.warm_start, model)
    trainer, plan = prepared.trainer, prepared.plan
    training = partial(
        prepared.batches.training,
        plan.batch_size,
        prepared.crop,
        prepared.augmentation,
        seed=trainer.seed,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        every=every,
    )
    validation = prepared.validation(every)
    return model, fit(model, training, validation, trainer=trainer, plan=plan, run=run, best_by="miou")


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """`OBJECTIVES` on the validation split."""
    from training.mean_iou import MeanIoU
    from training.pixel_cross_entropy import PixelCrossEntropy
    from training.validation import figures

    metrics = [MeanIoU(len(prepared.splits.classes))]
    return figures(learned.model, prepared.validation(), PixelCrossEntropy(), metrics)
