"""The settings of a network that finds the class of each pixel."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from data.settings import SegmentationData
from models.deeplab import DeepLab
from models.enet_segmenter import ENetSegmenter
from models.lraspp import LRASPP
from models.unet import UNet
from tasks.members import Members
from tasks.request import require_tile
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the data: unet for the drawn shapes, else lraspp."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[UNet, tyro.conf.subcommand("unet")]
    | Annotated[LRASPP, tyro.conf.subcommand("lraspp")]
    | Annotated[DeepLab, tyro.conf.subcommand("deeplab")]
    | Annotated[ENetSegmenter, tyro.conf.subcommand("enet")]
)


@dataclass(frozen=True)
class PixelLoss:
    """How classes count in the loss."""

    class_weights: Literal["none", "median", "enet"] = "none"
    """median: a pixel weighs by the median share of a class over that of its own; enet: by 1 / ln(1.02 + share)."""


@dataclass(frozen=True)
class Answering:
    """How a picture is answered."""

    tile: int | None = None
    """Side in pixels, a multiple of 32, of the pieces in which larger pictures are answered, half over each other.
    Default: pictures are answered whole."""
    flip_test: bool = False
    """Answer with the mean of the picture and its mirror image: a little better, and twice the time."""

    def __post_init__(self):
        require_tile(self.tile)


@dataclass(frozen=True)
class Config:
    """Train a network that finds the class of each pixel."""

    model: Model = Auto()
    """The network; `python -m apps.segment NAME --help` shows its own flags."""
    data: SegmentationData = field(default_factory=SegmentationData)
    trainer: Trainer = field(default_factory=lambda: Trainer(optimizer="adamw", weight_decay=1e-4))
    loss: PixelLoss = field(default_factory=PixelLoss)
    answering: Answering = field(default_factory=Answering)
    warm_start: Annotated[str | None, tyro.conf.arg(name="from")] = field(
        default=None, metadata={"files": "model.keras"}
    )
    """An earlier run to start from: every weight of the same name and shape is taken over."""
    members: Members = field(default_factory=Members)
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/segment/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""


TINY = Config(model=UNet((8, 16), convolutions=1), trainer=Trainer(epochs=2, optimizer="adamw", weight_decay=1e-4))
"""Shapes in seconds, for tests."""

OBJECTIVES = {"val_miou": "max", "val_loss": "min"}
"""What `measure` gives, and which way is better."""
