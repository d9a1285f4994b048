"""The settings of a classification."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from cli.errors import UserError
from data.settings import Data
from models.alexnet import AlexNet
from models.convnet import ConvNet
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.logistic import Logistic
from models.mlp import MLP
from models.overfeat import OverFeat
from models.pretrained import Pretrained
from models.resnet import ResNet
from models.shufflenet import ShuffleNet
from models.vgg import VGG
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the kind of data: mlp for tables, convnet for images."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[Logistic, tyro.conf.subcommand("logistic")]
    | Annotated[MLP, tyro.conf.subcommand("mlp")]
    | Annotated[ConvNet, tyro.conf.subcommand("convnet")]
    | Annotated[ResNet, tyro.conf.subcommand("resnet")]
    | Annotated[Pretrained, tyro.conf.subcommand("pretrained")]
    | Annotated[AlexNet, tyro.conf.subcommand("alexnet")]
    | Annotated[OverFeat, tyro.conf.subcommand("overfeat")]
    | Annotated[VGG, tyro.conf.subcommand("vgg")]
    | Annotated[GoogLeNet, tyro.conf.subcommand("googlenet")]
    | Annotated[ShuffleNet, tyro.conf.subcommand("shufflenet")]
    | Annotated[ENet, tyro.conf.subcommand("enet")]
)


@dataclass(frozen=True)
class ClassLoss:
    """How classes count in the loss."""

    label_smoothing: float = 0.0
    """Probability mass taken from the true class and spread over all, in [0, 1)."""
    class_weights: Literal["none", "balanced"] = "none"
    """balanced: rows weigh in the loss by rows / (classes * rows of their class)."""

    def __post_init__(self):
        if not 0 <= self.label_smoothing < 1:
            raise UserError(f"`--label-smoothing` must be in [0, 1). Received: {self.label_smoothing}")


@dataclass(frozen=True)
class Config:
    """Train a classifier on a table or on images."""

    model: Model = Auto()
    """The network; `python -m apps.classify NAME --help` shows its own flags."""
    data: Data = field(default_factory=Data)
    trainer: Trainer = field(default_factory=Trainer)
    loss: ClassLoss = field(default_factory=ClassLoss)
    warm_start: Annotated[str | None, tyro.conf.arg(name="from")] = field(
        default=None, metadata={"files": "model.keras"}
    )
    """An earlier run to start from: every weight of the same name and shape is taken over."""
    what_if: bool = False
    """After the run, also train the change that its diagnosis advises, and say whether it helps."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/classify/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""


TINY = Config(model=MLP((32,)), trainer=Trainer(epochs=20, learning_rate=5e-3))
"""Digits in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_accuracy": "max"}
"""What `measure` gives, and which way is better."""
