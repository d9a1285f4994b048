"""The stages of captioning: each is measured by the captions it writes; a further one keeps only what is better.

The first, of many short epochs, is measured by greedy captions; the further ones by the search of the run: after
training by rewards greedy captions say too little of those that beam search finds.
"""

from functools import partial

from training.run_directory import RunDirectory


def learn(
    model, config, splits, subwords, inputs, training, *, trainer, plan, run: RunDirectory, measure=None, **course
) -> list[dict]:
    """Train a compiled network; return a row of figures per epoch.

    Args:
        model: `keras.Model`.
        config: `apps.caption.Config`.
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        inputs: `ImageInputs` or `PixelInputs`, what `model` takes.
        training: Function of the place to start at that gives the batches, see `training.fit.fit`.
        trainer, plan: `Trainer` and `Plan` of the stage.
        run: Folder of its records.
        measure: Function that gives the validation figures; by default those of greedy captions.
        course: `resumable` and `callbacks` of `training.fit.fit`.
    """
    from apps.caption import best_by
    from apps.caption_batches import batch
    from apps.caption_results import validation_scores
    from models.search import Search
    from training.fit import fit

    given = config, model, splits.validation, subwords, inputs
    return fit(
        model,
        training,
        batch(config, splits.validation, subwords, inputs).dataset(finish=inputs.finish),
        trainer=trainer,
        plan=plan,
        run=run,
        best_by=best_by(config),
        measure=measure or validation_scores(*given, Search(beams=1)),
        **course,
    )


def learn_further(stage: str, directory: RunDirectory, model, loss, config, splits, subwords, inputs, *given, **course):
    """Train a trained network further; return a row of figures per epoch of it.

    Unless the captions that the search of the run finds score better than before (`apps.further_stage`), the weights
    are put back.

    Args:
        stage: Its name, and that of the folder in that of the run which holds its records.
        directory: Of the run.
        model: `keras.Model`.
        loss: What it is compiled with.
        config, splits, subwords, inputs, given, course: See `learn`.
    """
    from apps import further_stage
    from apps.caption import best_by
    from apps.caption_results import validation_of_each, validation_scores
    from training.compilation import compile_model

    compile_model(model, course["trainer"], course["plan"], loss)
    validation = (config, model, splits.validation, subwords, inputs, config.search)
    measure, validate = validation_scores(*validation), validation_of_each(*validation, best_by(config))
    further = partial(learn, model, config, splits, subwords, inputs, *given, measure=measure, **course)
    return further_stage.learn_further(stage, directory, model, further, validate)
