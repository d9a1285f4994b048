"""The second stage of captioning photographs: backbone and captioner learn together, at a low rate."""

from dataclasses import replace
from functools import partial

from training.run_directory import RunDirectory


def fine_tune(whole, config, splits, subwords, inputs, directory: RunDirectory, reached: float) -> list[dict]:
    """Train a network from pixels further; return a row of figures per epoch.

    Its records are in the folder fine-tuning/ of the run. Should it not raise the validation figure above `reached`,
    the weights are put back as they were. The batch norms of the backbone keep their statistics.

    Args:
        whole: `keras.Model` from pixels, of `models.captioner.with_backbone`.
        config: `apps.caption.Config`.
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        inputs: `ImageInputs` of the backbone.
        directory: Of the run.
        reached: The best validation figure so far, see `apps.caption.best_by`.
    """
    from apps.caption import batch, best_by
    from apps.caption_results import validation_scores
    from apps.image_inputs import PixelInputs
    from models.pretrained import unfreeze
    from training.token_cross_entropy import TokenCrossEntropy
    from training.trainer import Plan, compile_model, fit

    before = whole.get_weights()
    folder = RunDirectory(directory / "fine-tuning")
    folder.path.mkdir(exist_ok=True)
    settings = config.encoder
    trainer = replace(config.trainer, epochs=settings.fine_tune_epochs, learning_rate=settings.fine_tune_learning_rate)
    pixels = PixelInputs(inputs.prepare)
    batches = batch(config, splits.train, subwords, pixels)
    plan = Plan(batches.size, settings.fine_tune_epochs, batches.steps_per_epoch, 1)
    unfreeze(whole.get_layer("encoder"))
    compile_model(whole, trainer, plan, TokenCrossEntropy(trainer.label_smoothing))
    rows = fit(
        whole,
        partial(batches.dataset, trainer.seed, epochs=plan.epochs, word_dropout=config.word_dropout),
        batch(config, splits.validation, subwords, pixels).dataset(),
        trainer=trainer,
        plan=plan,
        run=folder,
        best_by=best_by(config),
        measure=validation_scores(config, whole, splits.validation, subwords, pixels),
    )
    whole.get_layer("encoder").trainable = False
    put_back_unless_better(whole, before, rows, best_by(config), reached, "fine-tuning")
    return rows


def put_back_unless_better(model, before: list, rows: list[dict], by: str, reached: float, stage: str) -> None:
    """Give `model` the weights `before` where no row of a stage has more than `reached` of the validation figure."""
    if max(row[f"val_{by}"] for row in rows) <= reached:
        print(f"{stage} did not validate better: the network before it is kept")
        model.set_weights(before)
