"""Why a training left the finite numbers, and which learning rate would not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from web.playground.training import Training

TOO_LARGE = 1e6
RATES = (30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 1e-4, 1e-5)
FEWEST, MOST = 10, 40  # epochs for which a rate is tried


@dataclass(frozen=True)
class Trouble:
    """Where training stopped.

    Attributes:
        epoch, update: Both counted from 1.
        reason: A sentence.
        rate: The largest smaller rate of `RATES` that trains this network from its initial weights; None where there is
            none, or the rate was not to blame.
    """

    epoch: int
    update: int
    reason: str
    rate: float | None

    @property
    def sentence(self) -> str:
        advice = f" From the same weights a rate of {self.rate:g} works." if self.rate else ""
        return f"Stopped in epoch {self.epoch}, update {self.update}: {self.reason}{advice}"


def explained(training: Training, update: int) -> Trouble:
    """What happened in the update, counted from 0, of the epoch under way."""
    settings, rate = training.settings, training.settings.learning_rate
    factor = abs(1 - 2 * rate * settings.l2)
    broken = [
        layer.name.replace("_", " ") for layer in training.layers if not np.abs(layer.kernel.numpy()).max() < TOO_LARGE
    ]
    where = f"the weights of {' and '.join(broken[:3])} have overflowed" if broken else "the loss has overflowed"
    if settings.optimizer == "sgd" and factor > 1:
        why = f"the L2 penalty alone multiplies every weight by {1 - 2 * rate * settings.l2:.3g} in each update (1 - 2 "
        why += "x rate x penalty). Lower the penalty or the learning rate."
    else:
        why = f"a learning rate of {rate:g} steps over the valley, each time to a higher place, where the gradient is "
        why += "larger. Lower it, or choose an optimizer that scales its steps."
    return Trouble(training.epoch + 1, update + 1, f"{where}: {why}", working_rate(training))


def working_rate(training: Training) -> float | None:
    """The largest rate below the present one with which the loss stays finite and falls, from the initial weights."""
    epochs = min(max(training.epoch + 1, FEWEST), MOST)
    for rate in (one for one in RATES if one < training.settings.learning_rate):
        found = training.tried(rate, epochs)
        if np.isfinite(found) and found < training.curve[0].train:
            return rate
    return None
