"""How a model is trained: the settings, the plan they give for a number of rows, and `fit`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from training.devices import Device, Precision
from training.run_directory import RunDirectory

Optimizer = Literal["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "adamw"]
LEARNING_RATES: dict[Optimizer, float] = {
    "sgd": 0.1,
    "momentum": 0.05,
    "adagrad": 0.01,
    "rmsprop": 0.001,
    "adadelta": 1.0,
    "adam": 0.001,
    "adamax": 0.002,
    "adamw": 0.001,
}
Schedule = Literal["constant", "inverse_time", "exponential", "cosine", "inverse_sqrt"]
StopRule = Literal["best", "increases", "running_mean"]


@dataclass(frozen=True)
class Trainer:
    """Settings of training, the same for every app."""

    epochs: int | None = None
    """Passes over the training rows. Default: as many as give 3000 updates, between 15 and 300; for regression 6000,
    between 15 and 100."""
    batch_size: int | None = None
    """Rows per update. Default: 32 below 5000 training rows, else 128."""
    optimizer: Optimizer = "adam"
    """Update rule."""
    learning_rate: float | None = None
    """Learning rate at its highest. Default: adam and adamw 0.001, with batch norm in the network 0.004; sgd 0.1;
    momentum 0.05; adagrad 0.01; rmsprop 0.001; adadelta 1; adamax 0.002."""
    schedule: Schedule | None = None
    """Course of the learning rate over epochs t: constant; inverse_time 1/(1+decay*t); exponential decay^t;
    cosine down to zero after `warmup`; inverse_sqrt, up during `warmup`, then with one over the root of the updates.
    Default: cosine; for Transformers of translation that train for long inverse_sqrt."""
    decay: float = 0.9
    """The number `decay` in the inverse_time and exponential schedules."""
    warmup: float | None = None
    """Share of the updates over which the cosine and inverse_sqrt schedules first rise from zero. Default: 0.05; for
    translators 0.1, with inverse_sqrt 0.25."""
    momentum: float = 0.9
    """Momentum of `--optimizer momentum`."""
    beta_2: float = 0.999
    """Decay of the average of squared gradients of adam and adamw; 0.98 is usual for Transformers."""
    epsilon: float = 1e-8
    """Added to the denominator of the adaptive optimizers (1e-8 in Adam's paper; Keras' own default is 1e-7)."""
    weight_decay: float = 0.0
    """Decoupled weight decay per update, times the learning rate (adamw uses 0.004 where this is 0)."""
    clip_norm: float | None = None
    """Largest norm of all gradients together; longer ones are scaled down to it."""
    label_smoothing: float = 0.0
    """Probability mass taken from the true class and spread over all, in [0, 1)."""
    class_weights: Literal["none", "balanced"] = "none"
    """balanced: rows weigh in the loss by rows / (classes * rows of their class)."""
    ema: float | None = None
    """Decay of a moving average of the weights, such as 0.999, which validation and the result then use."""
    average: int | None = None
    """Try the mean of the weights at the ends of so many last epochs, too; it is kept if it validates better. Default:
    1, which is none; for translators that train for long 10."""
    patience: int | None = None
    """Stop after this many epochs without improvement (see `stop_rule`). Default: run all epochs. Either way the
    weights of the best validation epoch are the ones returned."""
    stop_rule: StopRule = "best"
    """What counts as no improvement: best, not better than the best so far; increases, worse than the epoch before;
    running_mean, worse than the mean of all validation losses so far."""
    precision: Precision = "float32"
    """Arithmetic of the layers; weights stay float32."""
    jit: Literal["auto", "on", "off"] = "auto"
    """Compile the training step with XLA. auto: on a GPU and with JAX, not with TensorFlow on a CPU, where it was
    slower."""
    device: Device = "auto"
    """Where to train. auto: on a TPU, which needs JAX, else on a GPU, where there is one; it says which and why."""
    check_device: Literal["tpu"] | None = None
    """tpu: train nothing; say whether the steps of this run could be compiled for a TPU, and what stands in the way."""
    deterministic: bool = False
    """Forbid operations whose results vary on a GPU; slower there, not needed on a CPU."""
    checkpoint_minutes: float = 5.0
    """The most minutes of training that an interruption can cost: the state is written down within epochs, too."""
    seed: int = 0
    """Seed of the splits, the initial weights, the order of the rows, dropout and augmentation."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise ValueError(f"`{name}` must be {allowed}. Received: {name}={getattr(self, name)}")

        require("epochs", self.epochs is None or self.epochs >= 1, "at least 1")
        require("batch_size", self.batch_size is None or self.batch_size >= 1, "at least 1")
        require("learning_rate", self.learning_rate is None or 0 < self.learning_rate < math.inf, "a positive number")
        require("decay", self.decay >= 0, "0 or more")
        require("decay", self.schedule != "exponential" or 0 < self.decay <= 1, "in (0, 1] for an exponential schedule")
        require("warmup", self.warmup is None or 0 <= self.warmup < 1, "in [0, 1)")
        require("momentum", 0 <= self.momentum < 1, "in [0, 1)")
        require("beta_2", 0 < self.beta_2 < 1, "in (0, 1)")
        require("epsilon", self.epsilon > 0, "positive")
        require("weight_decay", self.weight_decay >= 0, "0 or more")
        require("clip_norm", self.clip_norm is None or self.clip_norm > 0, "positive")
        require("label_smoothing", 0 <= self.label_smoothing < 1, "in [0, 1)")
        require("average", self.average is None or self.average >= 1, "at least 1")
        require("ema", self.ema is None or 0 < self.ema < 1, "in (0, 1)")
        require("patience", self.patience is None or self.patience >= 1, "at least 1")
        require("checkpoint_minutes", 0 < self.checkpoint_minutes < math.inf, "a positive number")
        require("seed", 0 <= self.seed < 2**31, "in [0, 2**31)")


@dataclass(frozen=True)
class Plan:
    """What the settings come to for a number of training rows."""

    batch_size: int
    """Rows, or what else `unit` says, per update."""
    epochs: int
    """Passes over the rows."""
    steps_per_epoch: int
    """Updates per epoch; the rows left over differ from epoch to epoch."""
    steps_per_execution: int
    """Updates per call of the compiled step."""
    unit: str = "examples"
    """What the speed of training is counted in."""

    @property
    def updates(self) -> int:
        """Updates in all."""
        return self.epochs * self.steps_per_epoch


def plan(trainer: Trainer, num_rows: int, *, updates: int = 3000, most_epochs: int = 300) -> Plan:
    """The plan of `trainer` for `num_rows` training rows.

    Where `trainer` names no number of epochs it is the least that gives `updates`, between 15 and `most_epochs`.
    """
    batch_size = min(trainer.batch_size or (32 if num_rows < 5000 else 128), num_rows)
    steps = num_rows // batch_size
    # Several updates per call save Python's cost per call; at most one update in 50 may be given up to divide evenly.
    steps_per_execution = max(k for k in range(1, 33) if k <= steps and steps % k <= steps // 50)
    steps -= steps % steps_per_execution
    epochs = trainer.epochs or min(max(math.ceil(updates / steps), 15), most_epochs)
    return Plan(batch_size, epochs, steps, steps_per_execution)


def compile_model(model, trainer: Trainer, plan: Plan, loss, metrics=(), *, fused: bool = False) -> None:
    """Give `model` its optimizer, `loss`, `metrics` and the way its step is compiled.

    `fused` says that XLA makes this kind of model faster on a CPU too.
    """
    from training import optimizers, schedules

    refuse_what_fails(trainer)
    trainer = replace(trainer, learning_rate=highest_rate(trainer, model))
    learning_rate = schedules.make(trainer, updates=plan.updates, updates_per_epoch=plan.steps_per_epoch)
    optimizer = optimizers.make(
        trainer.optimizer,
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
    # Batch norm bears a higher rate: on Fashion-MNIST, ten epochs, 0.004 reached 0.931 where 0.001 stayed behind.
    if trainer.optimizer in ("adam", "adamw") and any(type(layer).__name__ == "BatchNorm" for layer in model.layers):
        return 4e-3
    return LEARNING_RATES[trainer.optimizer]


def jit_compile(jit: str, fused: bool = False) -> bool | str:
    """Whether XLA compiles the step: as asked, or as measured to be faster (benchmarks/training.py).

    `fused` says that XLA makes this kind of model faster on a CPU too.
    """
    from training.devices import backend, count_gpus

    if jit != "auto":
        return jit == "on"
    # On a CPU TensorFlow's own kernels are faster: a little for dense networks, several times for convolutions.
    return "auto" if backend() != "tensorflow" or count_gpus() else fused


def fit(
    model,
    train: Callable,
    validation,
    *,
    trainer: Trainer,
    plan: Plan,
    run: RunDirectory,
    best_by: str = "loss",
    measure: Callable[[], dict[str, float]] | None = None,
    resumable: Callable[[int], bool] | None = None,
    callbacks: Sequence = (),
) -> list[dict[str, float]]:
    """Train a compiled `model`; go on where an earlier attempt in `run` stopped. Returns one row of figures per epoch.

    `train(first_epoch=e, first_step=s)` gives a dataset of the batches of the epochs from e (counted from 0) on,
    without the first s of epoch e, `plan.steps_per_epoch` in each whole epoch, whose order depends on the seed and the
    epoch alone; where its content depends on more, `resumable(step)` says whether it can start at a step. `validation`
    is a dataset or None.
    `measure()` gives further figures of the model as it is at the end of a validation; `callbacks`, of Keras, see the
    training too. Afterwards the model has the
    weights of its best validation epoch, by the loss, or by the highest of another figure, such as "accuracy"; or the
    mean of the weights of the last `trainer.average` epochs where that validates better.

    Raises NonFiniteError, with step and layer, when the loss is no longer a finite number; and, where the run is only
    checked for a device, Checked.
    """
    import keras

    from training.best_weights import BestWeights
    from training.checkpoint import Checkpoint
    from training.epoch_log import EpochLog
    from training.finite import FiniteGuard
    from training.progress import Progress
    from training.rest_of_epoch import RestOfEpoch
    from training.waiting import Waiting
    from training.weight_average import WeightAverage

    model.optimizer.build(model.trainable_variables)
    if trainer.check_device:
        from training.devices import Checked
        from training.lowering import check

        raise Checked(check(model, train(first_epoch=0, first_step=0).take(plan.steps_per_epoch), validation))
    best = BestWeights(trainer.patience, trainer.stop_rule, best_by, measure)
    waiting = Waiting()
    log = EpochLog(run, plan, waiting)
    average = WeightAverage(trainer.average or 1)
    steps = plan.steps_per_epoch
    checkpoint = Checkpoint(
        run / "checkpoint.npz",
        best,
        log,
        average,
        steps_per_epoch=steps,
        minutes=trainer.checkpoint_minutes,
        resumable=resumable,
    )
    start = checkpoint.restore(model)
    if start.epoch < plan.epochs and not best.stopped:
        dataset = train(first_epoch=start.epoch, first_step=start.step)
        rest = RestOfEpoch(start, steps, checkpoint.metrics, dataset.element_spec)
        guard = FiniteGuard(train, start, steps)
        companions = [rest, best, guard, log, average, checkpoint, Progress(plan, start, log), *callbacks]
        if trainer.ema:
            # After `best`, which reads the averaged weights at the end of validation, before they are swapped back.
            companions.append(keras.callbacks.SwapEMAWeights())
        model.fit(
            waiting.timed(dataset),
            initial_epoch=start.epoch,
            epochs=plan.epochs,
            steps_per_epoch=steps,
            validation_data=validation,
            callbacks=companions,
            shuffle=False,
            verbose=0,
        )
    else:
        model.optimizer.finalize_variable_values(model.trainable_variables)  # as Keras does after training
    if average.weights is not None and validation is not None:
        model.set_weights(average.weights)
        model.evaluate(validation, callbacks=[best], verbose=0)
    best.put_back(model)
    return log.rows
