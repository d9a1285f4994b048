"""The stages of captioning: each is measured by the captions it writes; a further one keeps only what is better."""

from training.run_directory import RunDirectory


def learn(
    model, config, splits, subwords, inputs, training, *, trainer, plan, run: RunDirectory, **course
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
        course: `resumable` and `callbacks` of `training.fit.fit`.
    """
    from apps.caption import best_by
    from apps.caption_batches import batch
    from apps.caption_results import validation_scores
    from training.fit import fit

    return fit(
        model,
        training,
        batch(config, splits.validation, subwords, inputs).dataset(finish=inputs.finish),
        trainer=trainer,
        plan=plan,
        run=run,
        best_by=best_by(config),
        measure=validation_scores(config, model, splits.validation, subwords, inputs),
        **course,
    )


def learn_further(stage: str, rows: list[dict], directory: RunDirectory, model, loss, config, *given, **course):
    """Train a trained network further; return a row of figures per epoch of it.

    Should none of them raise the validation figure above those before, the weights are put back as they were.

    Args:
        stage: Its name, and that of the folder in that of the run which holds its records.
        rows: Figures of the epochs before.
        directory: Of the run.
        model: `keras.Model`.
        loss: What it is compiled with.
        config, given, course: See `learn`.
    """
    from apps.caption import best_by
    from training.compilation import compile_model

    before, figure = model.get_weights(), f"val_{best_by(config)}"
    folder = RunDirectory(directory / stage)
    folder.path.mkdir(exist_ok=True)
    compile_model(model, course["trainer"], course["plan"], loss)
    later = learn(model, config, *given, run=folder, **course)
    if max(row[figure] for row in later) <= max(row[figure] for row in rows):
        print(f"{stage} did not validate better: the network before it is kept")
        model.set_weights(before)
    return later
