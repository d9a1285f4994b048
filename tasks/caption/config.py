"""The settings of a network that describes images."""

import math
from dataclasses import dataclass, field
from typing import Annotated

import tyro

from cli.errors import UserError
from data.settings import CaptionData
from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.transformer_captioner import TransformerCaptioner
from tasks.members import Members
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the data: attention to regions, small for scenes."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[ShowTell, tyro.conf.subcommand("show-tell")]
    | Annotated[ShowAttendTell, tyro.conf.subcommand("show-attend-tell")]
    | Annotated[TransformerCaptioner, tyro.conf.subcommand("transformer")]
)


@dataclass(frozen=True)
class Config:
    """Train a network that describes images."""

    model: Model = Auto()
    """The network; `python -m apps.caption NAME --help` shows its own flags."""
    data: CaptionData = field(default_factory=CaptionData)
    encoder: ImageEncoder = field(default_factory=ImageEncoder)
    trainer: Trainer = field(default_factory=lambda: Trainer(clip_norm=5.0, warmup=0.05, average=5))
    label_smoothing: float = 0.1
    """Probability mass taken from the true subword and spread over all, in [0, 1)."""
    search: DecodingSettings = field(default_factory=lambda: DecodingSettings(beams=3))
    vocab_size: int | None = None
    """Size of the dictionary, in subwords. Default: one per 80 words of the training captions, between 200 and 8000,
    and enough for their characters."""
    coverage: float | None = None
    """Share of the characters of the training captions that the dictionary holds, the most frequent first. Default: 1;
    0.9995 where their characters are thousands, as of Chinese."""
    keep_capitals: bool = False
    """Keep the capitals of the captions; otherwise everything is lower-case."""
    word_dropout: float = 0.1
    """Share of the previous words that are hidden in training, so that the network has to look at the image; in
    [0, 1)."""
    mirror: bool = False
    """Mirror a random half of the training images in each epoch; for captions that do not mention left and right.
    Features are computed for both."""
    every_caption: bool = False
    """Show each image with all its captions in an epoch; otherwise with one of them, another one each epoch."""
    buckets: int = 3
    """Lengths that batches are padded to: with more of them less is padded, but each compiles its own graph."""
    longest_tokens: int = 40
    """Most tokens of a caption. Longer training captions are left out, and counted."""
    warm_start: Annotated[str | None, tyro.conf.arg(name="from")] = field(
        default=None, metadata={"files": "model.keras"}
    )
    """An earlier run to start from: its dictionary, and every weight of the same name and shape, are taken over."""
    members: Members = field(default_factory=Members)
    reward_epochs: int = 0
    """Epochs at the end in which the network samples captions and is rewarded by their CIDEr-D."""
    reward_learning_rate: float = 1e-4
    """Highest learning rate of those epochs."""
    neighbours: int = 0
    """Number of similar training images whose captions rerank the `--beams` hypotheses; 0: no reranking. 20, with 20
    beams, describes photographs better (docs/captioning.md)."""
    features: str = field(default="runs/features", metadata={"names_run": False})
    """Folder where the features of images are kept, for all runs."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/caption/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise UserError(f"`--{name.replace('_', '-')}` must be {allowed}. Received: {getattr(self, name)}")

        require("label_smoothing", 0 <= self.label_smoothing < 1, "in [0, 1)")
        require("vocab_size", self.vocab_size is None or self.vocab_size >= 50, "at least 50")
        require("coverage", self.coverage is None or 0.98 <= self.coverage <= 1, "in [0.98, 1]")
        require("word_dropout", 0 <= self.word_dropout < 1, "in [0, 1)")
        require("buckets", 1 <= self.buckets <= 32, "between 1 and 32")
        require("longest_tokens", self.longest_tokens >= 2, "at least 2")
        require("neighbours", self.neighbours >= 0, "0 or more")
        require("reward_epochs", self.reward_epochs >= 0, "0 or more")
        require("reward_learning_rate", 0 < self.reward_learning_rate < math.inf, "a positive number")
        if self.members.count > 1 and self.encoder.fine_tune_epochs:
            raise UserError(
                "`--members`: each of them would fine-tune a backbone of its own. Leave out `--fine-tune-epochs`. "
                f"Received: {self.members.count} members"
            )
        if self.mirror and self.data.data == "scenes":
            raise UserError("`--mirror`: captions of scenes say what is left and right. Leave it out.")
        if self.search.sample:
            raise UserError("`--sample` is for apps.predict: a run is scored by what beam search finds. Leave it out.")


TINY = Config(
    model=ShowAttendTell(units=32, embedding_units=32, dropout=0.0),
    trainer=Trainer(epochs=1, learning_rate=3e-3, average=1),
    label_smoothing=0.0,
    search=DecodingSettings(beams=2),
    buckets=1,
)
"""Scenes in seconds, for tests."""

OBJECTIVES = {"val_cider": "max", "val_exact_match": "max", "val_bleu4": "max", "val_loss": "min"}
"""What `measure` gives, and which way is better."""
