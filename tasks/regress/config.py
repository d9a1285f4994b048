"""The settings of a regression."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from cli.errors import UserError
from data.settings import Data
from models.bag import Bag
from models.ensemble import Ensemble
from models.linear import Linear
from models.mlp import MLP
from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the kind of data: ensemble for tables, bag for tables with text."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[Ensemble, tyro.conf.subcommand("ensemble")]
    | Annotated[MLP, tyro.conf.subcommand("mlp")]
    | Annotated[Linear, tyro.conf.subcommand("linear")]
    | Annotated[Bag, tyro.conf.subcommand("bag")]
    | Annotated[TextCNN, tyro.conf.subcommand("textcnn")]
    | Annotated[TextRecurrent, tyro.conf.subcommand("recurrent")]
    | Annotated[TextTransformer, tyro.conf.subcommand("transformer")]
)


@dataclass(frozen=True)
class Config:
    """Estimate a number from the columns of a table."""

    model: Model = Auto()
    """The network; `python -m apps.regress NAME --help` shows its own flags."""
    data: Data = field(default_factory=lambda: Data("diabetes"))
    trainer: Trainer = field(
        default_factory=lambda: Trainer(batch_size=128, optimizer="adamw", learning_rate=3e-3, weight_decay=0.01)
    )
    loss: Literal["squared", "absolute", "huber", "gaussian"] = "squared"
    """squared: the mean is estimated; absolute: the median; huber: between them, for outliers; gaussian: mean and
    spread of each row, so that intervals are wide where the data are noisy."""
    level: float = 0.9
    """Share of new rows that the prediction intervals should contain, in (0, 1)."""
    mc_dropout: int = 0
    """mlp: thinned networks to predict with (Monte Carlo dropout), whose disagreement widens intervals; 0: none."""
    what_if: bool = False
    """After the run, also train the change that its diagnosis advises, and say whether it helps."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/regress/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        if not 0 < self.level < 1:
            raise UserError(f"`--level` must be in (0, 1). Received: {self.level}")
        if self.mc_dropout < 0 or self.mc_dropout == 1:
            raise UserError(f"`--mc-dropout` must be 0, or 2 or more. Received: {self.mc_dropout}")
        if isinstance(self.model, Bag) and self.model.naive_bayes is not None:
            raise UserError(f"`--naive-bayes` is for classes. Received: --naive-bayes {self.model.naive_bayes}")
        if self.mc_dropout and not (isinstance(self.model, MLP) and self.model.dropout):
            raise UserError(
                "`--mc-dropout` needs the model mlp with `--dropout` above 0. "
                f"Received: {type(self.model).__name__.lower()}"
            )


TINY = Config(model=Ensemble(members=4, folds=2, hidden=(32,), bins=8), trainer=Trainer(epochs=10, learning_rate=5e-3))
"""Diabetes in seconds, for tests."""

OBJECTIVES = {"val_loss": "min", "val_rmse": "min"}
"""What `measure` gives, and which way is better."""
