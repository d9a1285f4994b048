"""The training of a regression, and the calibration of its intervals."""

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from tasks.regress.prepared import Prepared
from tasks.task import Learned
from training.fit import Fitted, fit
from training.run_directory import RunDirectory


@dataclass(frozen=True)
class Regression(Learned):
    """A trained regression, calibrated.

    Attributes:
        network: `keras.Model` as it was trained; `model` predicts with Monte Carlo dropout where that was asked for.
        core: `model` without the units of the target: standardised outputs (N, members, 1 or 2).
        decode: `export.regression_decoding.RegressionDecoding`, from outputs to numbers with intervals.
    """

    network: Any = None
    core: Any = None
    decode: Any = None


def train(prepared: Prepared, run: RunDirectory) -> Regression:
    """The trained network, calibrated, and a row of figures per epoch."""
    from data.pipeline import batches
    from training.hosts import alone

    model, rows, plan = prepared.build(), prepared.rows, prepared.plan
    training = partial(
        batches,
        rows.train,
        rows.prepare,
        plan.batch_size,
        seed=prepared.trainer.seed,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
    )
    fitted = fit(model, training, prepared.validation(), trainer=prepared.trainer, plan=plan, run=run)
    alone(model)
    return calibrated(prepared, model, fitted)


def calibrated(prepared: Prepared, network, fitted: Fitted) -> Regression:
    """The network with its decoding. Intervals are set by rows that the answering members had not seen."""
    import numpy as np

    from evaluation.intervals import calibrate
    from export.regression_decoding import RegressionDecoding
    from models.regression import monte_carlo, standardized

    rows, model = prepared.rows, network
    if prepared.mc_dropout:
        model = monte_carlo(network, prepared.mc_dropout, prepared.trainer.seed)
    core = standardized(model)
    held_out = rows.unseen(outputs(core, rows.validation, rows.prepare))
    targets = (rows.validation.labels[:, 0].astype(np.float64) - rows.mean) / rows.scale
    noise, width = calibrate(targets, held_out, members=model.output_shape[1], level=prepared.level)
    decode = RegressionDecoding(rows.mean, rows.scale, noise, width, prepared.level)
    return Regression(model, *fitted, {"decode": asdict(decode)}, network=network, core=core, decode=decode)


def outputs(core, split, prepare):
    """Standardised outputs (N, members, 1 or 2) of a split, in its order, of a model without the target's units."""
    from data import pipeline

    return pipeline.outputs(core, split, prepare, 1024).astype("float64")


def measure(prepared: Prepared, learned: Regression) -> dict[str, float]:
    """`OBJECTIVES` on the validation rows."""
    from training.member_loss import RootMeanSquaredError
    from training.validation import figures

    return figures(learned.network, prepared.validation(), prepared.member_loss(), [RootMeanSquaredError()])
