"""Why a training left the finite numbers, and which learning rate would not have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from web.playground.settings import Settings

TOO_LARGE = 1e6
RATES = (30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 1e-4, 1e-5)
FEWEST, MOST = 20, 40  # epochs for which a rate is tried


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


def reason(settings: Settings, kernels: Mapping[str, np.ndarray]) -> str:
    """What has happened, and why, given the weights of each layer by its name."""
    rate = settings.learning_rate
    factor = 1 - 2 * rate * settings.l2
    broken = [name for name, kernel in kernels.items() if not np.abs(kernel).max() < TOO_LARGE]
    what = f"the weights of {' and '.join(broken[:3])} have overflowed" if broken else "the loss has overflowed"
    if settings.optimizer == "sgd" and abs(factor) > 1:
        return (
            f"{what}: the L2 penalty alone multiplies every weight by {factor:.3g} in each update (1 - 2 x rate x "
            "penalty). Lower the penalty or the learning rate."
        )
    return (
        f"{what}: a learning rate of {rate:g} steps over the valley, each time to a higher place, where the gradient "
        "is larger. Lower it, or choose an optimizer that scales its steps."
    )


def working_rate(present: float, start: float, tried: Callable[[float], float]) -> float | None:
    """The largest of `RATES` below the present one with which training ends below the loss that it started from.

    Args:
        present: The rate that does not work.
        start: The loss of the initial weights.
        tried: Rate -> the loss after some epochs from these weights, infinite where it overflows.
    """
    return next((rate for rate in RATES if rate < present and tried(rate) < start), None)
