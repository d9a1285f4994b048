"""What is wrong with a regression: the evidence that `evaluation.diagnosis` asks for."""

from collections.abc import Mapping

import numpy as np

from tasks.advice import flags
from tasks.regress.prepared import Prepared
from tasks.regress.training import Regression


def diagnosed(
    prepared: Prepared,
    learned: Regression,
    truths: Mapping[str, np.ndarray],
    predictions: Mapping[str, np.ndarray],
    figures: Mapping[str, Mapping[str, float]],
    simple: list,
):
    """The `Diagnosis`.

    Args:
        prepared, learned: The run.
        truths, predictions: Numbers by part: "train" (those rows that were looked at), "validation", "test".
        figures: Metrics by part.
        simple: Baselines.
    """
    from evaluation.diagnosis import diagnose
    from evaluation.regression_baselines import MEAN
    from evaluation.rivals import Rival, paired
    from training.compilation import highest_rate

    validation, test = figures["validation"]["r2"], truths["test"]
    ours = explained(test, predictions["test"])
    rivals = [
        paired(one.name, ours, explained(test, one.predictions), trivial=one.name == MEAN)
        for one in simple
        if np.isfinite(ours).all()
    ]
    rivals.append(Rival(MEAN, validation, 0.0, 0.0, len(truths["validation"]), trivial=True))
    each = explained(truths["validation"], predictions["validation"])
    return diagnose(
        {name: [row[name] for row in learned.rows] for name in ("loss", "val_loss")},
        train_accuracy=share(figures["train"]["r2"]),
        validation_accuracy=share(validation),
        guess=1.0 if prepared.loss == "squared" and not learned.core.losses else None,
        baseline=share(max(baseline.validation_r2 for baseline in simple)),
        learning_rate=highest_rate(prepared.trainer, learned.core),
        flags=flags(prepared.recipe),
        measure="R2",
        spread=1.96 * float(each.std()) / len(each) ** 0.5,
        rivals=rivals,
    )


def explained(truths: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Of each row (N,) 1 - squared error / variance, whose mean is R2; NaN where all truths are equal."""
    truths = np.asarray(truths, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (truths - predictions) ** 2 / (np.var(truths) or np.nan)


def share(r2: float) -> float:
    """R2 as the diagnosis takes it: not below 0, which is answering the mean."""
    return min(max(r2, 0.0), 1.0)
