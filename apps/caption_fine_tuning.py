"""The second stage of captioning photographs: backbone and captioner learn together, at a low rate."""

from dataclasses import replace
from functools import partial

from training.run_directory import RunDirectory


def fine_tune(whole, config, splits, subwords, inputs, directory: RunDirectory) -> list[dict]:
    """Train a network from pixels further; return a row of figures per epoch.

    Its records are in the folder fine-tuning/ of the run. Should it not validate better than the epochs before, the
    weights are put back as they were. The batch norms of the backbone keep their statistics.

    Args:
        whole: `keras.Model` from pixels, of `models.captioner.with_backbone`.
        config: `apps.caption.Config`.
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        inputs: `ImageInputs` of the backbone.
        directory: Of the run.
    """
    from apps.caption_batches import batch
    from apps.caption_stage import learn_further
    from apps.image_inputs import PixelInputs
    from models.pretrained import unfreeze
    from training.plan import Plan
    from training.token_cross_entropy import TokenCrossEntropy

    settings = config.encoder
    trainer = replace(config.trainer, epochs=settings.fine_tune_epochs, learning_rate=settings.fine_tune_learning_rate)
    pixels = PixelInputs(inputs.prepare)
    batches = batch(config, splits.train, subwords, pixels, training=True)
    plan = Plan(batches.size, settings.fine_tune_epochs, batches.steps_per_epoch, 1)
    training = partial(batches.dataset, trainer.seed, epochs=plan.epochs, word_dropout=config.word_dropout)
    loss = TokenCrossEntropy(trainer.label_smoothing)
    unfreeze(whole.get_layer("encoder"))
    given = (config, splits, subwords, pixels, training)
    later = learn_further("fine-tuning", directory, whole, loss, *given, trainer=trainer, plan=plan)
    whole.get_layer("encoder").trainable = False
    return later
