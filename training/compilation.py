"""What a model is compiled with: optimizer, loss, metrics and the way its step is made."""

from dataclasses import replace

from training.memory import require_memory
from training.plan import Plan
from training.trainer import LEARNING_RATES, Trainer


def compile_model(model, trainer: Trainer, plan: Plan, loss, metrics=(), *, fused: bool = False) -> None:
    """Give `model` its optimizer, `loss`, `metrics` and the way its step is compiled.

    `fused` says that XLA makes this kind of model faster on a CPU too. Raises UserError where a step needs more memory
    than there is.
    """
    from training import optimizers, schedules

    refuse_what_fails(trainer)
    trainer = replace(trainer, learning_rate=highest_rate(trainer, model))
    learning_rate = schedules.make(trainer, updates=plan.updates, updates_per_epoch=plan.steps_per_epoch)
    optimizer = optimizers.make(
        trainer.update_rule,
        learning_rate,
        momentum=trainer.momentum,
        beta_2=trainer.beta_2,
        epsilon=trainer.epsilon,
        weight_decay=trainer.weight_decay,
        clip_norm=trainer.clip_norm,
        ema=trainer.ema,
    )
    model.compile(
        optimizer,
        loss,
        metrics=list(metrics),
        jit_compile=jit_compile(trainer.jit, fused),
        steps_per_execution=plan.steps_per_execution,
    )
    require_memory(model, plan)


def refuse_what_fails(trainer: Trainer) -> None:
    """Raise DeviceError, with what to use instead, where the device cannot train with these settings."""
    from training.devices import DeviceError, kind

    if kind() != "tpu":
        return
    if trainer.precision == "float16":
        raise DeviceError("`--precision float16`: TPUs compute in bfloat16. Use `--precision bfloat16`.")
    if trainer.jit == "off":
        raise DeviceError("`--jit off`: on a TPU every step is compiled. Leave it out.")


def highest_rate(trainer: Trainer, model) -> float:
    """The learning rate of `trainer`, or the default for its optimizer and `model`."""
    if trainer.learning_rate is not None:
        return trainer.learning_rate
    optimizer = trainer.update_rule
    # Batch norm bears a higher rate: on Fashion-MNIST, ten epochs, 0.004 reached 0.931 where 0.001 stayed behind.
    if optimizer in ("adam", "adamw") and any(type(layer).__name__ == "BatchNorm" for layer in model.layers):
        return 4e-3
    return LEARNING_RATES[optimizer]


def jit_compile(jit: str, fused: bool = False) -> bool | str:
    """Whether XLA compiles the step: as asked, or as measured to be faster (benchmarks/training.py).

    `fused` says that XLA makes this kind of model faster on a CPU too.
    """
    from training.devices import backend, count_gpus

    if jit != "auto":
        return jit == "on"
    # On a CPU TensorFlow's own kernels are faster: a little for dense networks, several times for convolutions.
    return "auto" if backend() != "tensorflow" or count_gpus() else fused
