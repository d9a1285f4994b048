"""The training of a translator: cross-entropy, then, where so set, rewards."""

from functools import partial

from models.decoding_settings import DecodingSettings
from tasks import members
from tasks.task import Learned
from tasks.translate import validation
from tasks.translate.prepared import Prepared
from tasks.warm_start import take_over
from training.run_directory import RunDirectory


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    """The trained network, or an ensemble, and a row of figures per epoch."""
    model, fitted = members.train(train_one, prepared, run)
    return Learned(model, *fitted)


def train_one(prepared: Prepared, run: RunDirectory):
    """One trained network and a row of figures per epoch; greedy translations choose the best one."""
    from tasks.translate.rewards import reward
    from training.fit import fit

    plan, model = prepared.plan, prepared.build()
    if prepared.warm_start:
        take_over(prepared.warm_start, model)
    fitted = fit(
        model,
        partial(prepared.batches.dataset, prepared.trainer.seed, epochs=plan.epochs),
        prepared.validation(),
        trainer=prepared.trainer,
        plan=plan,
        run=run,
        best_by="bleu",
        measure=validation.bleu(prepared, model, DecodingSettings(beams=1)),
    )
    if prepared.reward_epochs:
        reward(prepared, model, run)
    return model, fitted


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    """`OBJECTIVES` on the validation pairs."""
    from training.token_cross_entropy import TokenCrossEntropy
    from training.validation import figures

    bleu = validation.bleu(prepared, learned.model, DecodingSettings(beams=1))()["bleu"]
    return {"val_bleu": bleu, **figures(learned.model, prepared.validation(), TokenCrossEntropy(), padding=0)}
