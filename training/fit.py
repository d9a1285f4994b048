"""The training of a compiled model, from wherever an earlier attempt stopped."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from training.place import Place
from training.plan import Plan
from training.run_directory import RunDirectory
from training.trainer import Trainer


class Fitted(NamedTuple):
    """What a training has to tell.

    Attributes:
        rows: Figures per epoch.
        kept: Which weights the model has, as a sentence; "" where they are those of the best epoch.
    """

    rows: list[dict[str, float]]
    kept: str = ""


def fit(
    model,
    train: Callable,
    validation,
    *,
    trainer: Trainer,
    plan: Plan,
    run: RunDirectory,
    best_by: str = "loss",
    measure: Callable[[], dict[str, float]] | None = None,
    resumable: Callable[[int], bool] | None = None,
    callbacks: Sequence = (),
) -> Fitted:
    """Train a compiled `model`; go on where an earlier attempt in `run` stopped. Returns one row of figures per epoch,
    and which weights were kept.

    `train(first_epoch=e, first_step=s)` gives a dataset of the batches of the epochs from e (counted from 0) on,
    without the first s of epoch e, `plan.steps_per_epoch` in each whole epoch, whose order depends on the seed and the
    epoch alone; where its content depends on more, `resumable(step)` says whether it can start at a step. `validation`
    is a dataset or None.
    `measure()` gives further figures of the model as it is at the end of a validation; `callbacks`, of Keras, see the
    training too. Afterwards the model has the weights of its best validation epoch, by the loss, or by the highest of
    another figure, such as "accuracy"; or the mean of the weights of the last `trainer.average` epochs where that
    validates better.

    Raises NonFiniteError, with step and layer, when the loss is no longer a finite number; and, where the run is only
    checked for a device, Checked.
    """
    import keras

    from training.batch_parallel import dividing
    from training.best_weights import BestWeights
    from training.checkpoint import Checkpoint
    from training.epoch_log import EpochLog
    from training.finite import FiniteGuard
    from training.hosts import divided
    from training.microscope import Microscope
    from training.preflight import preflight
    from training.progress import Progress
    from training.rest_of_epoch import RestOfEpoch
    from training.waiting import Waiting
    from training.weight_average import WeightAverage

    model.optimizer.build(model.trainable_variables)
    if trainer.check_device:
        from training.devices import Checked
        from training.lowering import check

        raise Checked(check(model, train(first_epoch=0, first_step=0).take(plan.steps_per_epoch), validation))
    best = BestWeights(trainer.patience, trainer.stop_rule, best_by, measure)
    waiting = Waiting()
    log = EpochLog(run, plan, waiting)
    average = WeightAverage(trainer.average or 1)
    steps = plan.steps_per_epoch
    checkpoint = Checkpoint(
        run / "checkpoint.npz",
        best,
        log,
        average,
        steps_per_epoch=steps,
        minutes=trainer.checkpoint_minutes,
        resumable=resumable,
    )

    @cache
    def first_batch():
        (batch,) = train(first_epoch=0, first_step=0).take(1)
        return batch

    start, several = checkpoint.restore(model), keras.distribution.distribution() is not None
    if trainer.preflight == "on" and start == Place() and run.watch is None and not several:
        preflight(model, first_batch, run)
    if start.epoch < plan.epochs and not best.stopped:

        def part(**place):
            return divided(train(**place))

        dataset = part(first_epoch=start.epoch, first_step=start.step)
        rest = RestOfEpoch(start, steps, checkpoint.metrics, dataset.element_spec)
        guard = FiniteGuard(part, start, steps)
        companions = [rest, best, guard, log, average, checkpoint, Progress(plan, start, log), *callbacks]
        if trainer.microscope:
            companions.append(Microscope(first_batch(), plan, run))
        if trainer.ema:
            # After `best`, which reads the averaged weights at the end of validation, before they are swapped back.
            companions.append(keras.callbacks.SwapEMAWeights())
        with dividing() as watching:
            model.fit(
                waiting.timed(dataset),
                initial_epoch=start.epoch,
                epochs=plan.epochs,
                steps_per_epoch=steps,
                validation_data=validation,
                callbacks=[*companions, *watching],
                shuffle=False,
                verbose=0,
            )
    else:
        model.optimizer.finalize_variable_values(model.trainable_variables)  # as Keras does after training
    kept = ""
    if average.weights is not None and validation is not None:
        of_an_epoch = best.weights
        model.set_weights(average.weights)
        model.evaluate(validation, callbacks=[best], verbose=0)
        if best.weights is not of_an_epoch:
            kept = f"The mean of the weights of the last {len(average.kept)} epochs was kept."
    best.put_back(model)
    return Fitted(log.rows, kept)
