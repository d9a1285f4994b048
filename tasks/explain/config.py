"""The settings of a network that says why a picture is of its class."""

import math
from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from cli.errors import UserError
from data.settings import ExplanationData
from models.decoding_settings import DecodingSettings
from models.explainer import Explainer
from training.trainer import Trainer

Variant = Literal["definition", "description", "explanation-label", "explanation-dis", "explanation"]


@dataclass(frozen=True)
class Auto:
    """The network for the data: small for birds."""


Model = Annotated[Auto, tyro.conf.subcommand("auto")] | Annotated[Explainer, tyro.conf.subcommand("explainer")]


@dataclass(frozen=True)
class Config:
    """Train a network that says why a picture is of its class."""

    model: Model = Auto()
    """The network; `python -m apps.explain NAME --help` shows its own flags."""
    data: ExplanationData = field(default_factory=ExplanationData)
    trainer: Trainer = field(default_factory=lambda: Trainer(learning_rate=3e-3, clip_norm=5.0))
    variant: Variant = "explanation"
    """What writes: definition sees the class alone, description the picture alone, explanation-label both;
    explanation-dis (the picture) and explanation (both) are rewarded for sentences that tell the class."""
    search: DecodingSettings = field(default_factory=lambda: DecodingSettings(beams=3))
    classifier_epochs: int = 24
    """Epochs of the picture classifier, before anything is written."""
    sentence_epochs: int = 5
    """Epochs of the language model that gives the vectors of classes, and of the sentence classifier that rewards."""
    reward_epochs: int = 2
    """Epochs at the end in which sentences are drawn and rewarded; for the variants that are."""
    reward_learning_rate: float = 6e-3
    """Highest learning rate of those epochs."""
    reward_weight: float = 10.0
    """Weight of the reward, the probability of the class by the sentence classifier, beside the likelihood of what
    people wrote."""
    vocab_size: int | None = None
    """Size of the dictionary, in subwords. Default: one per 80 words of the training sentences, 200 to 8000."""
    longest_tokens: int = 40
    """Most tokens of a sentence. Longer training sentences are left out, and counted."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/explain/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise UserError(f"`--{name.replace('_', '-')}` must be {allowed}. Received: {getattr(self, name)}")

        for name in ("classifier_epochs", "sentence_epochs", "reward_epochs"):
            require(name, getattr(self, name) >= 1, "at least 1")
        require("reward_learning_rate", 0 < self.reward_learning_rate < math.inf, "a positive number")
        require("reward_weight", 0 < self.reward_weight < math.inf, "a positive number")
        require("vocab_size", self.vocab_size is None or self.vocab_size >= 50, "at least 50")
        require("longest_tokens", self.longest_tokens >= 2, "at least 2")
        if self.search.sample:
            raise UserError("`--sample` is for apps.predict: a run is scored by what beam search finds. Leave it out.")


TINY = Config(
    model=Explainer(units=24, embedding_units=16, class_units=8, feature_units=32),
    trainer=Trainer(epochs=1, learning_rate=3e-3, batch_size=32),
    search=DecodingSettings(beams=2),
    classifier_epochs=1,
    sentence_epochs=1,
    reward_epochs=1,
)
"""Birds in seconds, for tests."""

OBJECTIVES = {"val_cider": "max", "val_reward": "max", "val_loss": "min"}
"""What `measure` gives, and which way is better."""
