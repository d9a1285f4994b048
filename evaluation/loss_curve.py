"""What the curve of the training loss says about the learning rate: "plot the cost function with time".

    read(loss, val_loss=None, *, guess=None) -> CurveReading      reading.rate is "too high", "too low" or "fine"

The thresholds were set on 152 trainings of small networks at rates from 1e-6 to 10 (plain gradient descent and Adam, 8
and 30 epochs, four data sets) and are tested on others: "too low" means that ten times the rate ends with a loss a
fifth lower, "too high" that a smaller rate ends with a loss a third lower.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BLOWN_UP = 2.0  # first epoch's mean loss, in units of the loss of guessing
RISEN = 1.05  # last quarter's mean loss, in units of the first epoch's
LEAP = 0.1  # a leap is a rise by this share of the whole fall ...
LEAP_LEVEL = 0.02  # ... and by this share of the first loss, so that noise on a plateau is none
LEAPS = 0.1  # share of the epochs that leap: the loss oscillates
FEWEST_EPOCHS = 4  # a shorter curve says nothing about its shape
STEADY_PACE = 0.55  # pace of the last quarter over the mean pace: a curve that bends less has hardly begun
LITTLE = 0.6  # share of the loss that is gone: more than this and the rate was not too low
CRAWLED = 0.1  # share of the validation loss that is gone: less than this, epoch by epoch, and nothing was learned yet


@dataclass(frozen=True)
class CurveReading:
    """rate: "too high", "too low" or "fine"; reason: the sentence that says why; factor: what to multiply the rate by.

    falling: whether both losses were still on their way down when training ended, so that more epochs would help.
    ruined: whether the loss ended above where it began, or far above guessing, or as no number.
    """

    rate: str
    reason: str
    factor: float
    falling: bool
    ruined: bool = False


def read(loss: Sequence[float], val_loss: Sequence[float] | None = None, *, guess: float | None = None) -> CurveReading:
    """Reads one training.

    Args:
        loss: mean training loss of each epoch.
        val_loss: validation loss of each epoch, if there is any.
        guess: the loss of a model that knows nothing, ln K for K classes; without it, or where the loss holds a
            weight penalty, the size of the first loss is not judged.
    """
    loss = np.asarray(loss, np.float64)
    if loss.ndim != 1 or len(loss) == 0:
        raise ValueError(f"`loss` must hold one number per epoch. Received: shape={loss.shape}")
    if not np.isfinite(loss).all():
        epoch = int(np.flatnonzero(~np.isfinite(loss))[0]) + 1
        return CurveReading("too high", f"the training loss was no longer a number in epoch {epoch}", 0.1, False, True)
    falling = still_falling(loss, val_loss)
    if crawled(val_loss, guess):
        reason = (
            f"the validation loss fell epoch by epoch, and only from {val_loss[0]:.3g} to {val_loss[-1]:.3g}: it is "
            f"still above the {guess:.3g} of guessing"
        )
        return CurveReading("too low", reason, 10.0, True)
    if guess is not None and loss[0] > BLOWN_UP * guess:
        reason = f"the loss of the first epoch was {loss[0]:.3g}, far above the {guess:.3g} of guessing"
        return CurveReading("too high", reason, 0.1, falling, True)
    if len(loss) < FEWEST_EPOCHS:
        return CurveReading("fine", f"{len(loss)} epochs are too few to judge the learning rate", 1.0, falling)

    quarter = quarter_of(loss)
    end = loss[-quarter:].mean()
    if end > RISEN * loss[0]:
        reason = f"the training loss rose from {loss[0]:.3g} in the first epoch to {end:.3g} at the end"
        return CurveReading("too high", reason, 0.1, falling, True)
    changes = np.diff(loss)
    leaps = np.flatnonzero(changes > max(LEAP * (loss[0] - loss.min()), LEAP_LEVEL * abs(loss[0])))
    # Early leaps that settle are harmless, so one of them has to fall into the second half.
    if len(leaps) >= max(2, LEAPS * len(changes)) and leaps[-1] >= len(changes) // 2:
        reason = f"the training loss oscillates: it leapt up in {len(leaps)} of {len(changes)} epochs"
        return CurveReading("too high", reason, 0.3, falling)

    start = loss[0] if guess is None else max(loss[0], guess)
    gone = 1 - loss[-1] / start if start > 0 else 1.0
    pace = (loss[-quarter - 1] - loss[-1]) / quarter
    mean_pace = (loss[0] - loss[-1]) / len(changes)
    if falling and pace >= STEADY_PACE * mean_pace and gone < LITTLE:
        reason = f"the training loss was still falling steadily at the end, with {gone:.0%} of it gone"
        return CurveReading("too low", reason, 10.0 if gone < LITTLE / 2 else 3.0, True)
    return CurveReading("fine", f"the training loss fell from {loss[0]:.3g} to {loss[-1]:.3g}", 1.0, falling)


def crawled(val_loss: Sequence[float] | None, guess: float | None) -> bool:
    """Whether the validation loss has fallen steadily and hardly, and from above guessing: first weights that a network
    has hardly left. Dropout shakes the training loss more than such steps do, and the level alone, which may be far
    above guessing, looks like that of weights that were blown up."""
    if guess is None or val_loss is None or len(val_loss) < FEWEST_EPOCHS:
        return False
    val_loss = np.asarray(val_loss, np.float64)
    steady = np.isfinite(val_loss).all() and np.mean(np.diff(val_loss) < 0) > 0.8
    return bool(steady and guess < val_loss[-1] and val_loss[-1] > (1 - CRAWLED) * val_loss[0])


def still_falling(loss: np.ndarray, val_loss: Sequence[float] | None) -> bool:
    """Whether the training loss kept falling in the last quarter and the validation loss was best there."""
    if len(loss) < 2:
        return True
    quarter = quarter_of(loss)
    before, tail = loss[-quarter - 1], loss[-quarter:]
    # 0.01 percent an epoch: a rate that is far too low moves the loss by no more than that.
    fell = np.mean(np.diff(loss[-quarter - 1 :]) < 0) > 0.7 and before - tail[-1] > 1e-4 * quarter * abs(before)
    if val_loss is None or len(val_loss) < 2:
        return bool(fell)
    val_loss = np.asarray(val_loss, np.float64)
    return bool(fell and np.isfinite(val_loss).any() and np.nanargmin(val_loss) >= len(val_loss) - quarter_of(val_loss))


def quarter_of(curve: np.ndarray) -> int:
    """Number of epochs in the last quarter, at least 1 and never all of them."""
    return max(1, min(len(curve) - 1, -(-len(curve) // 4)))
