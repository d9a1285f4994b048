"""The training of an autoencoder."""

from functools import partial

from tasks.autoencode.prepared import Prepared
from tasks.task import Learned
from training.run_directory import RunDirectory


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    """The trained network and a row of figures per epoch."""
    from data.pipeline import batches
    from training.fit import fit

    splits, trainer, plan = prepared.splits, prepared.trainer, prepared.plan
    model = prepared.build()
    training = partial(
        batches,
        splits.train,
        splits.prepare,
        plan.batch_size,
        seed=trainer.seed,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        augment=splits.augmentation,
        reconstruct=True,
    )
    return Learned(model, *fit(model, training, prepared.validation(), trainer=trainer, plan=plan, run=run))


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """`OBJECTIVES` on the validation split."""
    import keras

    from training import reconstruction
    from training.validation import figures

    mse = keras.metrics.MeanSquaredError(name="mse")
    return figures(learned.model, prepared.validation(), reconstruction.make(prepared.loss), [mse])
