"""Courses of the learning rate."""

import keras
from keras import ops

from training.trainer import Trainer


def make(trainer: Trainer, *, updates: int, updates_per_epoch: int):
    """The learning rate of `trainer`: a float, or a Keras schedule over updates.

    With t in epochs and eta the highest rate: inverse_time `eta / (1 + decay t)`, exponential `eta decay^t`, cosine
    `eta (1 + cos(pi u)) / 2` over the share u of the updates after the warm-up; inverse_sqrt see `InverseSqrt`.
    """
    schedules = keras.optimizers.schedules
    schedule, decay = trainer.schedule or "cosine", 0.9 if trainer.decay is None else trainer.decay
    warmup = int((0.05 if trainer.warmup is None else trainer.warmup) * updates)
    if schedule == "inverse_time":
        return schedules.InverseTimeDecay(trainer.learning_rate, updates_per_epoch, decay)
    if schedule == "exponential":
        return schedules.ExponentialDecay(trainer.learning_rate, updates_per_epoch, decay)
    if schedule == "cosine":
        return schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup else trainer.learning_rate,
            decay_steps=max(updates - warmup, 1),
            warmup_target=trainer.learning_rate if warmup else None,
            warmup_steps=warmup,
        )
    if schedule == "inverse_sqrt":
        return InverseSqrt(trainer.learning_rate, max(warmup, 1))
    return trainer.learning_rate


@keras.saving.register_keras_serializable(package="lamina")
class InverseSqrt(keras.optimizers.schedules.LearningRateSchedule):
    """Up in a straight line, then down with one over the root of the updates: `eta min(t / w, sqrt(w / t))`.

    Args:
        highest: eta, reached after w updates.
        warmup_steps: w, positive.

    Reference:
        Vaswani et al., 2017: Attention is all you need (arXiv:1706.03762), section 5.3, where eta is
        `(w units) ** -0.5`.
    """

    def __init__(self, highest: float, warmup_steps: int):
        self.highest, self.warmup_steps = highest, warmup_steps

    def __call__(self, step):
        update = ops.cast(step, "float32") + 1  # of Keras the first is 0
        share = update / self.warmup_steps
        return self.highest * ops.minimum(share, ops.rsqrt(share))

    def get_config(self):
        return {"highest": self.highest, "warmup_steps": self.warmup_steps}
