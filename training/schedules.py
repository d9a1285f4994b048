"""Courses of the learning rate."""

from training.trainer import Trainer


def make(trainer: Trainer, *, updates: int, updates_per_epoch: int):
    """The learning rate of `trainer`: a float, or a Keras schedule over updates.

    With t in epochs and eta the highest rate: inverse_time `eta / (1 + decay t)`, exponential `eta decay^t`, cosine
    `eta (1 + cos(pi u)) / 2` over the share u of the updates after the warm-up.
    """
    from keras.optimizers import schedules

    if trainer.schedule == "inverse_time":
        return schedules.InverseTimeDecay(trainer.learning_rate, updates_per_epoch, trainer.decay)
    if trainer.schedule == "exponential":
        return schedules.ExponentialDecay(trainer.learning_rate, updates_per_epoch, trainer.decay)
    if trainer.schedule == "cosine":
        warmup = int(trainer.warmup * updates)
        return schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup else trainer.learning_rate,
            decay_steps=max(updates - warmup, 1),
            warmup_target=trainer.learning_rate if warmup else None,
            warmup_steps=warmup,
        )
    return trainer.learning_rate
