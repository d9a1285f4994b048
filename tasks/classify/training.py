"""The training of a classifier."""

from functools import partial

from tasks.classify.fine_tuning import fine_tune
from tasks.classify.prepared import Prepared
from tasks.task import Learned
from tasks.warm_start import take_over
from training.run_directory import RunDirectory


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    """The trained network and a row of figures per epoch."""
    from data.pipeline import batches
    from models.auxiliary_heads import cut
    from training.fit import fit

    model = prepared.build()
    if prepared.warm_start:
        take_over(prepared.warm_start, model)
    if prepared.two_stages:
        return fine_tune(model, prepared, run)
    splits, trainer, plan = prepared.splits, prepared.trainer, prepared.plan
    training = partial(
        batches,
        splits.train,
        splits.prepare,
        plan.batch_size,
        seed=trainer.seed,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        augment=splits.augmentation,
    )
    validation = batches(splits.validation, splits.prepare, 512)
    fitted = fit(model, training, validation, trainer=trainer, plan=plan, run=run, best_by=prepared.best_by)
    return Learned(cut(model), *fitted)


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """`OBJECTIVES` on the validation split."""
    from data.pipeline import batches
    from training.losses import CrossEntropy
    from training.validation import figures

    splits = prepared.splits
    return figures(learned.model, batches(splits.validation, splits.prepare, 256), CrossEntropy(), ["accuracy"])
