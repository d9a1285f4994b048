"""The second stage of captioning photographs: backbone and captioner learn together, at a low rate."""

from dataclasses import replace
from functools import partial

from tasks.caption.inputs import PixelInputs
from tasks.caption.prepared import Prepared
from tasks.caption.stages import learn_further
from training.fit import Fitted
from training.plan import Plan
from training.run_directory import RunDirectory


def fine_tune(prepared: Prepared, whole, directory: RunDirectory) -> Fitted:
    """Train a network from pixels further; return a row of figures per epoch.

    Its records are in the folder fine-tuning/ of the run. Should it not validate better than the epochs before, the
    weights are put back as they were. The batch norms of the backbone keep their statistics.

    Args:
        prepared: What was trained on what; its inputs have a backbone.
        whole: `keras.Model` from pixels, of `models.captioner.with_backbone`.
        directory: Of the run.
    """
    from models.pretrained import unfreeze
    from training.token_cross_entropy import TokenCrossEntropy

    epochs = prepared.encoder.fine_tune_epochs
    rate = prepared.encoder.fine_tune_learning_rate
    trainer = replace(prepared.trainer, epochs=epochs, learning_rate=rate, preflight="off")
    pixels = PixelInputs(prepared.inputs.prepare)
    batches = prepared.batching.of(prepared.splits.train, prepared.subwords, pixels, training=True)
    unfreeze(whole.get_layer("encoder"))
    fitted = learn_further(
        "fine-tuning",
        prepared,
        whole,
        pixels,
        partial(batches.dataset, trainer.seed, epochs=epochs, word_dropout=prepared.word_dropout),
        TokenCrossEntropy(prepared.label_smoothing),
        directory,
        trainer=trainer,
        plan=Plan(batches.size, epochs, batches.steps_per_epoch, 1),
    )
    whole.get_layer("encoder").trainable = False
    return fitted
