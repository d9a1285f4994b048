"""A last stage of training: anew, on training and validation rows, for as many epochs as validated best.

Of a few thousand rows a fifth is worth having; and what was to be chosen by the validation rows is chosen by then.
"""

from dataclasses import replace
from functools import partial

from tasks.classify.prepared import Prepared
from tasks.task import Learned
from tasks.warm_start import take_over
from training.fit import fit
from training.plan import plan
from training.run_directory import RunDirectory

STAGE = "refit"
"""Folder of the stage within the run."""


def refit(first: Learned, prepared: Prepared, directory: RunDirectory) -> Learned:
    """Train the network of `first` anew on more rows, with the same schedule, up to the epoch that was best before."""
    from data.folds import joined
    from data.pipeline import batches, fixed_part
    from data.text import ragged_rows

    splits, epochs = prepared.splits, first.best_epoch(prepared.best_by) or prepared.plan.epochs
    rows = joined(splits.train, splits.validation)
    known = [fixed_part(part, splits.prepare) for part in (splits.train, splits.validation)]
    rows.fixed[id(splits.prepare)] = (splits.prepare, ragged_rows.joined(known))
    trainer = replace(prepared.trainer, preflight="off", microscope=False, patience=None, average=None)
    whole = plan(replace(trainer, epochs=prepared.plan.epochs), len(rows))
    again = replace(prepared, splits=replace(splits, train=rows), trainer=trainer, plan=whole)
    model = again.build()
    if prepared.warm_start:
        take_over(prepared.warm_start, model)
    training = partial(
        batches, rows, splits.prepare, whole.batch_size, seed=trainer.seed, steps_per_epoch=whole.steps_per_epoch
    )
    folder = RunDirectory(directory / STAGE)
    folder.path.mkdir(exist_ok=True)
    print(f"refit   anew on all {len(rows):,} rows but those of the test split, for {epochs} epochs", flush=True)
    fit(
        model,
        partial(training, epochs=epochs),
        None,
        trainer=trainer,
        plan=replace(whole, epochs=epochs),
        run=folder,
    )
    kept = (
        f"The network was chosen by its validation rows (epoch {epochs}) and then trained anew on training and "
        "validation rows together. Figures of training and validation rows are those of the network before that."
    )
    return replace(first, model=model, kept=kept, first=first.model)
