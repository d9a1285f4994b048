"""Transfer learning in two stages: the head on frozen features, then the whole network at a low rate."""

from dataclasses import replace
from functools import partial

import numpy as np

from tasks.classify.prepared import Prepared
from tasks.task import Learned
from training.fit import Fitted, fit
from training.plan import plan
from training.run_directory import RunDirectory


def fine_tune(model, prepared: Prepared, directory: RunDirectory) -> Learned:
    """Train a `Pretrained` model; the rows of figures are those of the head first.

    The features are computed once: the backbone is frozen and the images of the first stage are not augmented. The
    records of the first stage are in the folder head/ of the run. Should the second stage not lower the validation
    loss, the result of the first is kept.
    """
    from data import pipeline
    from models.pretrained import unfreeze
    from training.compilation import compile_model

    splits, recipe = prepared.splits, prepared.recipe
    checks_whole = prepared.trainer.check_device and recipe.fine_tune_epochs
    head = Fitted([]) if checks_whole else _train_head(model, prepared, RunDirectory(directory / "head"))
    if not recipe.fine_tune_epochs:
        return Learned(model, *head)
    head_weights = model.get_weights()
    trainer = replace(
        prepared.trainer,
        epochs=recipe.fine_tune_epochs,
        learning_rate=recipe.fine_tune_learning_rate,
        batch_size=prepared.trainer.batch_size or 32,
        preflight="off",
    )
    schedule = plan(trainer, len(splits.train))
    unfreeze(model)
    compile_model(model, trainer, schedule, model.loss, ["accuracy"])

    training = partial(
        pipeline.batches,
        splits.train,
        splits.prepare,
        schedule.batch_size,
        seed=trainer.seed,
        epochs=schedule.epochs,
        steps_per_epoch=schedule.steps_per_epoch,
        augment=splits.augmentation,
    )
    validation = pipeline.batches(splits.validation, splits.prepare, 32)
    whole = fit(model, training, validation, trainer=trainer, plan=schedule, run=directory)
    kept = whole.kept
    if min(row["val_loss"] for row in whole.rows) > min(row["val_loss"] for row in head.rows):
        print("fine-tuning did not lower the validation loss: the head on frozen features is kept")
        model.set_weights(head_weights)
        kept = head.kept
    later = [{**row, "epoch": row["epoch"] + len(head.rows)} for row in whole.rows]
    return Learned(model, [*head.rows, *later], kept)


def _train_head(model, prepared: Prepared, directory: RunDirectory) -> Fitted:
    import keras

    from data import pipeline
    from data.images import features
    from training.compilation import compile_model

    splits, trainer = prepared.splits, prepared.trainer
    directory.path.mkdir(exist_ok=True)
    backbone, head = model.get_layer("backbone"), model.get_layer("head")
    extractor = keras.Model(model.inputs, backbone(model.get_layer("rescaling").output))
    prepare = features.FeaturePrepare(head.input.shape[-1])

    def compute(split):
        return np.asarray(extractor.predict(pipeline.batches(split, splits.prepare, 32), verbose=0), np.float32)

    train, validation = (features.of(split, compute) for split in (splits.train, splits.validation))
    schedule = plan(trainer, len(train))
    compile_model(head, trainer, schedule, model.loss, ["accuracy"])

    batches = partial(
        pipeline.batches,
        train,
        prepare,
        schedule.batch_size,
        seed=trainer.seed,
        epochs=schedule.epochs,
        steps_per_epoch=schedule.steps_per_epoch,
    )
    in_order = pipeline.batches(validation, prepare, 512)
    fitted = fit(head, batches, in_order, trainer=trainer, plan=schedule, run=directory)
    head.compiled = False  # else its optimizer is saved with the network, and loading asks for the optimizer's class
    return fitted
