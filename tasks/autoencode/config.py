"""The settings of an autoencoder."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from data.settings import Data
from models.conv_autoencoder import ConvAutoencoder
from models.dense_autoencoder import DenseAutoencoder
from models.sparse_autoencoder import SparseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the kind of data: dense for tables and small images, conv for images of 16 pixels and more."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[DenseAutoencoder, tyro.conf.subcommand("dense")]
    | Annotated[ConvAutoencoder, tyro.conf.subcommand("conv")]
    | Annotated[VariationalAutoencoder, tyro.conf.subcommand("variational")]
    | Annotated[SparseAutoencoder, tyro.conf.subcommand("sparse")]
)


@dataclass(frozen=True)
class Config:
    """Train an autoencoder on a table or on images."""

    model: Model = Auto()
    """The network; `python -m apps.autoencode NAME --help` shows its own flags."""
    data: Data = field(default_factory=Data)
    trainer: Trainer = field(default_factory=Trainer)
    anomaly: str | None = None
    """Class that is kept out of training; the test split then shows how well the reconstruction error detects it."""
    loss: Literal["squared_error", "half_sum_of_squares", "cross_entropy"] = "squared_error"
    """Loss: the mean squared error; half the sum of squares, as in textbooks; or the cross-entropy of values between 0
    and 1 (images)."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/autoencode/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""


TINY = Config(model=DenseAutoencoder((32, 8)), trainer=Trainer(epochs=20, learning_rate=5e-3))
"""Digits in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_mse": "min"}
"""What `measure` gives, and which way is better."""

MITCHELL = Config(
    model=DenseAutoencoder((3,), code_activation="sigmoid", output="sigmoid", initial_range=0.1),
    data=Data("one_hot_8"),
    trainer=Trainer(epochs=50, batch_size=1, optimizer="sgd", learning_rate=0.3, schedule="constant"),
    loss="half_sum_of_squares",
)
"""The 8-3-8 network of Mitchell 1997, section 4.6.4; the data holds each row a hundred times, so 5000 epochs are 50."""
