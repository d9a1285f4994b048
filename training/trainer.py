"""How a model is trained: the settings, the same for every app."""

import math
from dataclasses import dataclass, field
from typing import Literal

from cli.errors import UserError
from training.devices import Device, Precision
from training.hosts import Hosts

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
    """Passes over the training rows. Default: as many as give 3000 updates, between 15 and 300; for classes of texts
    1000 with bag, and with other networks 500 in 8 epochs at least; for regression 6000, between 15 and 100."""
    batch_size: int | None = None
    """Rows per update. Default: 32 below 5000 training rows, else 128."""
    optimizer: Optimizer | None = None
    """Update rule. Default: adam."""
    learning_rate: float | None = None
    """Highest learning rate. Default: adam and adamw 0.001, with batch norm in the network 0.004; sgd 0.1;
    momentum 0.05; adagrad 0.01; rmsprop 0.001; adadelta 1; adamax 0.002."""
    schedule: Schedule | None = None
    """Learning-rate schedule over epochs t: constant; inverse_time, 1/(1+decay*t); exponential, decay^t; cosine, down
    to zero after `warmup`; inverse_sqrt, up during `warmup`, then proportional to 1/sqrt(updates). Default: cosine; for
    long trainings of Transformers for translation inverse_sqrt."""
    decay: float | None = None
    """The number `decay` in the inverse_time and exponential schedules. Default: 0.9."""
    warmup: float | None = None
    """Share of the updates over which the cosine and inverse_sqrt schedules first rise from zero. Default: 0.05; for
    translators 0.1, with inverse_sqrt 0.25."""
    momentum: float | None = None
    """Momentum of `--optimizer momentum`. Default: 0.9."""
    beta_2: float = 0.999
    """Decay of the average of squared gradients of adam and adamw; 0.98 is usual for Transformers."""
    epsilon: float = 1e-8
    """Added to the denominator of the adaptive optimizers (1e-8 in Adam's paper; Keras' own default is 1e-7)."""
    weight_decay: float | None = None
    """Decoupled weight decay per update, times the learning rate. Default: 0; adamw 0.004."""
    clip_norm: float | None = None
    """Largest norm of the gradient of all weights; a larger one is scaled down to it."""
    ema: float | None = None
    """Decay of a moving average of the weights, such as 0.999; validation and the result then use the average."""
    average: int | None = None
    """Also try the mean of the weights of this many last epochs, and keep it if it validates better. Default: 1, no
    mean; for long trainings of translators 10."""
    patience: int | None = None
    """Stop after this many epochs without improvement (see `stop_rule`). Default: run all epochs. Either way the
    weights of the best validation epoch are kept."""
    stop_rule: StopRule = "best"
    """What counts as no improvement: best, not better than the best so far; increases, worse than the epoch before;
    running_mean, worse than the mean of all validation losses so far."""
    precision: Precision = "float32"
    """Arithmetic of the layers; weights stay float32."""
    jit: Literal["auto", "on", "off"] = "auto"
    """Compile the training step with XLA. auto: on a GPU and with JAX; not with TensorFlow on a CPU, where XLA was
    slower."""
    device: Device = "auto"
    """Where to train. auto: a TPU (with JAX), else a GPU, else the CPU; the run says which and why."""
    check_device: Literal["tpu"] | None = field(default=None, metadata={"names_run": False})
    """tpu: train nothing; say whether the steps of this run could be compiled for a TPU, and what prevents it."""
    preflight: Literal["on", "off"] = field(default="on", metadata={"names_run": False})
    """on: before the first update, check on a few rows in a second or two that the loss is that of guessing, that they
    can be learned by heart, and that every weight has a gradient."""
    microscope: bool = field(default=False, metadata={"names_run": False})
    """Show in the report what goes on inside the network: gradients, updates, activations and dead units of each layer.
    It changes nothing in the training."""
    deterministic: bool = False
    """Forbid operations whose results vary on a GPU; slower there, not needed on a CPU."""
    checkpoint_minutes: float = field(default=5.0, metadata={"names_run": False})
    """Most minutes of training that an interruption can cost; the state is saved within epochs, too."""
    machines: Hosts = field(default_factory=Hosts, metadata={"names_run": False})
    seed: int = 0
    """Seed of the splits, the initial weights, the order of the rows, dropout and augmentation."""

    @property
    def update_rule(self) -> Optimizer:
        """`optimizer`, or adam where none is named."""
        return self.optimizer or "adam"

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise UserError(f"`{name}` must be {allowed}. Received: {name}={getattr(self, name)}")

        require("epochs", self.epochs is None or self.epochs >= 1, "at least 1")
        require("batch_size", self.batch_size is None or self.batch_size >= 1, "at least 1")
        require("learning_rate", self.learning_rate is None or 0 < self.learning_rate < math.inf, "a positive number")
        require("decay", self.decay is None or 0 <= self.decay < math.inf, "a finite number, 0 or more")
        shrinks = self.decay is None or 0 < self.decay <= 1
        require("decay", self.schedule != "exponential" or shrinks, "in (0, 1] for an exponential schedule")
        require("warmup", self.warmup is None or 0 <= self.warmup < 1, "in [0, 1)")
        require("momentum", self.momentum is None or 0 <= self.momentum < 1, "in [0, 1)")
        require("beta_2", 0 < self.beta_2 < 1, "in (0, 1)")
        require("epsilon", 0 < self.epsilon < math.inf, "positive and finite")
        finite = self.weight_decay is None or 0 <= self.weight_decay < math.inf
        require("weight_decay", finite, "a finite number, 0 or more")
        require("clip_norm", self.clip_norm is None or 0 < self.clip_norm < math.inf, "positive and finite")
        require("average", self.average is None or self.average >= 1, "at least 1")
        require("ema", self.ema is None or 0 < self.ema < 1, "in (0, 1)")
        require("patience", self.patience is None or self.patience >= 1, "at least 1")
        require("checkpoint_minutes", 0 < self.checkpoint_minutes < math.inf, "a positive number")
        require("seed", 0 <= self.seed < 2**31, "in [0, 2**31)")
