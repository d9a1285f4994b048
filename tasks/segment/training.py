"""The training of a network that finds the class of each pixel."""

from functools import partial

from tasks import members
from tasks.segment.prepared import Prepared
from tasks.task import Learned
from tasks.warm_start import take_over
from training.run_directory import RunDirectory


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    """The trained network, or ensemble, and a row of figures per epoch."""
    network, fitted = members.train(train_one, prepared, run)
    return Learned(network, *fitted)


def train_one(prepared: Prepared, run: RunDirectory):
    """One trained network and a row of figures per epoch."""
    from training.fit import fit

    model = prepared.build()
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
    )
    return model, fit(model, training, prepared.validation(), trainer=trainer, plan=plan, run=run, best_by="miou")


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """`OBJECTIVES` on the validation split."""
    from training.mean_iou import MeanIoU
    from training.pixel_cross_entropy import PixelCrossEntropy
    from training.validation import figures

    metrics = [MeanIoU(len(prepared.splits.classes))]
    return figures(learned.model, prepared.validation(), PixelCrossEntropy(), metrics)
