"""A stage of translation: a training, measured by the translations of validation sentences."""


def learn(model, config, splits, source, target, training, *, trainer, plan, run, measure=None, **course):
    """Train a compiled network; return a row of figures per epoch.

    Args:
        training: Function of the place to start at that gives the batches, see `training.fit.fit`.
        run: Folder of its records.
        measure: Function that gives the validation figures; by default the BLEU of greedy translations.
        course: `resumable` and `callbacks` of `training.fit.fit`.
    """
    from apps.translate_batches import batch
    from apps.translate_results import validation_bleu
    from models.search import Search
    from training.fit import fit

    measure = measure or validation_bleu(model, splits.validation, source, target, Search(beams=1))
    validation = batch(config, splits.validation, source, target).dataset()
    settings = {"trainer": trainer, "plan": plan, "run": run, "best_by": "bleu", "measure": measure}
    return fit(model, training, validation, **settings, **course)
