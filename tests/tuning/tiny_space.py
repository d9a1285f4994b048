"""A space of three hyperparameters for the task that trains nothing."""

from dataclasses import replace

from tests.tuning.tiny_task import TASK as TASK
from tests.tuning.tiny_task import Config


def settle(base: Config) -> Config:
    """Nothing is left open."""
    return base


def sample(hp, base: Config) -> Config:
    """Rate, units, activation."""
    rate = hp.Float("learning_rate", 1e-5, 1e-1, sampling="log", default=base.trainer.learning_rate)
    units = hp.Int("units", 2, 64, sampling="log", default=base.units)
    act = hp.Choice("act", ["relu", "tanh"] if base.act in ("relu", "tanh") else [base.act], default=base.act)
    return replace(base, trainer=replace(base.trainer, learning_rate=rate), units=units, act=act)
