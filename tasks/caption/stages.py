"""The stages of captioning: each is measured by the captions it writes; a further one keeps only what is better.

The first, of many short epochs, is measured by greedy captions; the further ones by the search of the run: after
training by rewards greedy captions say too little of those that beam search finds.
"""

from collections.abc import Callable, Sequence
from functools import partial

from models.decoding_settings import DecodingSettings
from tasks.caption import validation
from tasks.caption.prepared import Prepared
from training.fit import Fitted, fit
from training.plan import Plan
from training.run_directory import RunDirectory
from training.trainer import Trainer


def learn(prepared: Prepared, model, directory: RunDirectory) -> Fitted:
    """The first stage: train a compiled network with cross-entropy; return a row of figures per epoch."""
    inputs, plan, trainer = prepared.inputs, prepared.plan, prepared.trainer
    training = partial(
        prepared.batches.dataset,
        trainer.seed,
        epochs=plan.epochs,
        finish=inputs.finish,
        word_dropout=prepared.word_dropout,
    )
    return fit(
        model,
        training,
        prepared.validation(inputs),
        trainer=trainer,
        plan=plan,
        run=directory,
        best_by=prepared.best_by,
        measure=validation.scores(prepared, model, inputs, DecodingSettings(beams=1)),
    )


def learn_further(
    stage: str,
    prepared: Prepared,
    model,
    inputs,
    training: Callable,
    loss,
    directory: RunDirectory,
    *,
    trainer: Trainer,
    plan: Plan,
    resumable: Callable[[int], bool] | None = None,
    callbacks: Sequence = (),
) -> Fitted:
    """Train a trained network further; return a row of figures per epoch of it.

    Unless the captions that the search of the run finds score better than before (`training.further_stage`), the
    weights are put back.

    Args:
        stage: Name of the stage and of its subfolder of the run.
        prepared: What was trained on what.
        model: `keras.Model`.
        inputs: What it takes: `ImageInputs` or `PixelInputs`.
        training: Function of the place to start at that gives the batches, see `training.fit.fit`.
        loss: What it is compiled with.
        directory: Of the run.
        trainer, plan: Of the stage.
        resumable, callbacks: See `training.fit.fit`.
    """
    from training import further_stage
    from training.compilation import compile_model

    compile_model(model, trainer, plan, loss)
    further = partial(
        fit,
        model,
        training,
        prepared.validation(inputs),
        trainer=trainer,
        plan=plan,
        best_by=prepared.best_by,
        measure=validation.scores(prepared, model, inputs, prepared.search),
        resumable=resumable,
        callbacks=callbacks,
    )
    validate = validation.scores_of_each(prepared, model, inputs, prepared.search)
    return further_stage.learn_further(stage, directory, model, further, validate)
