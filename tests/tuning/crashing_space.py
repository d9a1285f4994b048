"""A space in which some trials crash, and some take two seconds."""

from dataclasses import replace

from tests.tuning.tiny_task import TASK as TASK
from tests.tuning.tiny_task import Config


def settle(base: Config) -> Config:
    """Nothing is left open."""
    return base


def sample(hp, base: Config) -> Config:
    """What a trial does, and a rate that tells trials apart."""
    rate = hp.Float("learning_rate", 1e-5, 1e-1, sampling="log", default=base.trainer.learning_rate)
    act = hp.Choice("act", ["relu", "slow", "kill"], default=base.act)
    return replace(base, trainer=replace(base.trainer, learning_rate=rate), act=act)
