"""The settings of a translator."""

import math
from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from cli.errors import UserError
from data.settings import TranslationData
from models.decoding_settings import DecodingSettings
from models.recurrent import Recurrent
from models.transformer import Transformer
from tasks.members import Members
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the data: a Transformer, small for phrases."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[Transformer, tyro.conf.subcommand("transformer")]
    | Annotated[Recurrent, tyro.conf.subcommand("recurrent")]
)


@dataclass(frozen=True)
class Config:
    """Train a translator on pairs of sentences."""

    model: Model = Auto()
    """The network; `python -m apps.translate NAME --help` shows its own flags."""
    data: TranslationData = field(default_factory=TranslationData)
    trainer: Trainer = field(default_factory=lambda: Trainer(beta_2=0.98))
    label_smoothing: float = 0.1
    """Probability mass taken from the true subword and spread over all, in [0, 1)."""
    search: DecodingSettings = field(default_factory=DecodingSettings)
    vocab_size: int | None = None
    """Size of the dictionary, in subwords. Default: one per 600 letters of training text, between 500 and 16000, and
    enough for its characters."""
    coverage: float | None = None
    """Share of the characters of the training text that the dictionary holds, the most frequent first. Default: 1;
    0.9995 where its characters are thousands, as of Chinese."""
    dictionary: Literal["joint", "separate"] = "joint"
    """joint: one dictionary and one embedding for both languages; separate: one each (for different scripts)."""
    lower: bool = False
    """Lower-case the text; scores are against lower-case references, too."""
    bleu_tokenize: Literal["auto", "13a", "intl", "zh", "ja-mecab", "ko-mecab", "char"] = "auto"
    """sacreBLEU's tokenizer, for scores and for choosing the weights; auto: the one that fits the language of the
    training targets."""
    subword_dropout: float = 0.0
    """BPE-dropout: probability to skip a merge of subwords in training, so that each epoch cuts words differently."""
    tokens: int | None = None
    """Tokens per update, counted on the longer side, padding included. Default: 2048 below 20000 training pairs, else
    4096."""
    buckets: int = 6
    """Lengths that batches are padded to: with more of them less is padded, but each compiles its own graph."""
    warm_start: Annotated[str | None, tyro.conf.arg(name="from")] = field(
        default=None, metadata={"files": "model.keras"}
    )
    """An earlier run to start from: its dictionary, and every weight of the same name and shape, are taken over."""
    members: Members = field(default_factory=Members)
    reward_epochs: int = 0
    """Epochs at the end in which the network translates training sentences and is rewarded by their BLEU."""
    reward_learning_rate: float = 1e-4
    """Highest learning rate of those epochs."""
    longest_tokens: int = 250
    """Most tokens on a side of a training pair; longer pairs are left out and counted."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/translate/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise UserError(f"`--{name.replace('_', '-')}` must be {allowed}. Received: {getattr(self, name)}")

        require("label_smoothing", 0 <= self.label_smoothing < 1, "in [0, 1)")
        require("vocab_size", self.vocab_size is None or self.vocab_size >= 100, "at least 100")
        require("coverage", self.coverage is None or 0.98 <= self.coverage <= 1, "in [0.98, 1]")
        require("subword_dropout", 0 <= self.subword_dropout < 1, "in [0, 1)")
        require("tokens", self.tokens is None or self.tokens >= 16, "at least 16")
        require("buckets", 1 <= self.buckets <= 32, "between 1 and 32")
        require("longest_tokens", self.longest_tokens >= 2, "at least 2")
        require("reward_epochs", self.reward_epochs >= 0, "0 or more")
        require("reward_learning_rate", 0 < self.reward_learning_rate < math.inf, "a positive number")
        if self.search.sample:
            raise UserError("`--sample` is for apps.predict: a run is scored by what beam search finds. Leave it out.")
        if self.search.no_repeat:
            raise UserError(f"`--no-repeat` is for apps.caption. Leave it out. Received: {self.search.no_repeat}")
        if self.trainer.batch_size is not None:
            raise UserError("`--batch-size` is counted in tokens here: give `--tokens`.")


TINY = Config(
    model=Transformer(units=32, num_layers=1, num_heads=2, feed_forward_units=64, dropout=0.0),
    trainer=Trainer(epochs=2, learning_rate=5e-3, average=2),
    label_smoothing=0.0,
    search=DecodingSettings(beams=2),
    vocab_size=300,
    buckets=1,
)
"""Phrases in seconds, for tests."""

OBJECTIVES = {"val_bleu": "max", "val_loss": "min"}
"""What `measure` gives, and which way is better. The loss of a token depends on the dictionary."""
