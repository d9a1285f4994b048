"""A configuration of explanations resolved: what is trained on what."""

import math
from dataclasses import asdict, dataclass, replace

import numpy as np

from cli.errors import UserError
from models.decoding_settings import DecodingSettings
from models.explainer import SEES, Explainer
from tasks.explain.config import Auto, Config
from training.plan import Plan
from training.trainer import Trainer

UPDATES = 600  # of the generator, where the user names no epochs
WIDE = Explainer(units=512, embedding_units=256, class_units=256, feature_units=2048, dropout=0.5)
"""For sentences of people, and many classes."""
SIDE = 96  # pixels, where neither the data nor the user says otherwise
CLASSIFIER = {"optimizer": "adamw", "weight_decay": 1e-2, "learning_rate": 3e-3, "batch_size": 32}
SENTENCES_AT_ONCE = 96  # of an update of the networks that read sentences alone


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `CaptionSplits` of which each picture has a class.
        classes: Their names, sorted.
        prepare: `ImagePrepare`.
        subwords: `Subwords`.
        ids: Part -> per picture the tokens of its sentences.
        size: Sentences of an update of the generator.
        longest: Most tokens of a sentence.
        recipe: `Explainer`.
        variant: Of `config.Variant`.
        trainer: `Trainer` of the generator; the other networks have its seed and precision.
        search: `DecodingSettings` that the run is scored with.
        classifier_epochs, sentence_epochs, reward_epochs: Of the other stages.
        reward_learning_rate, reward_weight: Of the stage of rewards.
    """

    splits: object
    classes: tuple[str, ...]
    prepare: object
    subwords: object
    ids: dict[str, list]
    size: int
    longest: int
    recipe: Explainer
    variant: str
    trainer: Trainer
    search: DecodingSettings
    classifier_epochs: int
    sentence_epochs: int
    reward_epochs: int
    reward_learning_rate: float
    reward_weight: float

    @property
    def name(self) -> str:
        return self.splits.name

    @property
    def sees(self) -> tuple[str, ...]:
        """What the generator is given: "picture", "class" or both."""
        return SEES[self.variant]

    @property
    def is_rewarded(self) -> bool:
        """Whether the variant has a stage of rewards."""
        return self.variant in ("explanation-dis", "explanation")

    @property
    def length(self) -> int:
        """Tokens that all sentences are padded to, the end token included."""
        return min(max(len(ids) for some in self.ids["train"] for ids in some) + 1, self.longest)

    def labels(self, part) -> np.ndarray:
        """Class numbers int32 (N,) of `Captions`."""
        number = {name: place for place, name in enumerate(self.classes)}
        return np.array([number[name] for name in part.classes], np.int32)

    def notes(self) -> list[str]:
        return [
            f"data    {self.splits.name}",
            *(f"        {note}" for note in self.splits.notes),
            f"images  {'x'.join(map(str, self.prepare.size))} pixels, {len(self.classes)} classes",
            f"words   {len(self.subwords)} subwords",
            f"model   {self.variant}, which sees the {' and the '.join(self.sees)}: {self.recipe}",
        ]

    def record(self) -> dict:
        content = {"kind": "explain", "prepare": self.prepare.config(), "words": self.subwords.config()}
        content |= {"classes": list(self.classes), "variant": self.variant}
        return content | {"search": asdict(self.search), "longest": self.longest}

    def examples(self) -> dict:
        return {"image": self.splits.test.images}

    @property
    def plan(self) -> Plan:
        """Of the generator."""
        return self.stage_plan(len(self.splits.train), self.size, self.trainer.epochs)

    def stage_plan(self, count: int, size: int, epochs: int) -> Plan:
        """The plan of so many epochs over `count` records."""
        size = min(size, count)
        return Plan(size, epochs, count // size, 1)

    def stage_trainer(self, epochs: int, **changes) -> Trainer:
        """The trainer of another network than the generator: without the first check, which is of the generator."""
        shared = {"preflight": "off", "microscope": False, "average": None, "patience": None}
        return replace(self.trainer, **shared, epochs=epochs, **changes)


def load(config: Config):
    """The splits of `config`. Raises DataError where pictures have no class."""
    from data.captions.caption_source import resolve

    return with_classes(resolve(config.data, seed=config.trainer.seed), config.data.data)


def with_classes(splits, name: str):
    """`splits`, once each picture is known to have a class that training shows, and there are two of them.

    Raises:
        DataError: A picture has none, or one that no training picture has.
    """
    from data.errors import DataError, listing

    for part, captions in splits.parts.items():
        missing = range(len(captions)) if captions.classes is None else np.flatnonzero(captions.classes == "")
        if len(missing):
            raise DataError(
                f"{name}: {len(missing)} of {len(captions)} pictures for {part} have no class (first: "
                f"{captions.origins[missing[0]]}). apps.explain needs the class of each: 'class' beside the file name "
                "in JSON, a column 'class' in a table; or --data birds."
            )
    known = set(splits.train.classes)
    if len(known) < 2:
        raise DataError(f"{name}: all training pictures are of class {listing(known)}. Give at least two classes.")
    for part, captions in splits.parts.items():
        if strange := sorted(set(captions.classes) - known):
            raise DataError(
                f"{name}: class {strange[0]!r} is in the pictures for {part} and in none for training. Give training "
                "pictures of it, or remove it."
            )
    refuse_leaks(splits.train, name)
    return splits


def refuse_leaks(captions, name: str) -> None:
    """Raise DataError where sentences name their class: a sentence that says the answer is no reason for it."""
    from data.errors import DataError

    leaks = [
        row
        for row, (texts, label) in enumerate(zip(captions.captions, captions.classes, strict=True))
        if any(f" {label.lower()} " in f" {text.lower().strip(' .')} " for text in texts)
    ]
    if len(leaks) > 0.01 * len(captions):
        raise DataError(
            f"{name}: sentences of {len(leaks)} of {len(captions)} training pictures name their class (first: "
            f"{captions.origins[leaks[0]]}, {captions.classes[leaks[0]]!r}). Take the names out: an explanation "
            "must not say the answer."
        )


def sentences(captions) -> list[list[str]]:
    """Per picture its sentences as they are learned: lower-case, without the full stop at the end."""
    return [[(text.rstrip(" .") or text).lower() for text in some] for some in captions.captions]


def network(config: Config) -> Explainer:
    """The network of a configuration."""
    if isinstance(config.model, Auto):
        return Explainer() if config.data.data == "birds" else WIDE
    return config.model


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`. Raises UserError on what these machines cannot do."""
    from data.images.images import ImagePrepare
    from data.text.dictionary_size import fitting
    from data.text.subwords import learn
    from training.hosts import require_alone

    require_alone("explanations: sentences are drawn")
    if config.trainer.check_device:
        raise UserError("`--check-device` checks one network, and an explanation needs four. Leave it out.")
    plain = ImagePrepare(splits.image_size or (SIDE, SIDE), 3, bits=splits.bits)
    pixels = plain.fixed({"image": splits.train.images}, splits.train.origins)
    texts = {part: sentences(getattr(splits, part)) for part in ("train", "validation")}
    flat = [text for some in texts["train"] for text in some]
    usual = min(max(round(sum(len(text.split()) for text in flat) / 8000) * 100, 200), 8000)
    count, share, _ = fitting(flat, usual, config.vocab_size, None, lower=True)
    subwords = learn(flat, count, lower=True, split_digits=True, coverage=share)
    ids = {}
    for part, some in texts.items():
        encoded = iter(subwords.encode([text for one in some for text in one]))
        ids[part] = [[next(encoded) for _ in one] for one in some]
    size = min(config.trainer.batch_size or 64, len(splits.train))
    epochs = config.trainer.epochs or max(math.ceil(UPDATES / max(len(splits.train) // size, 1)), 5)
    return Prepared(
        splits,
        tuple(sorted(set(splits.train.classes))),
        plain.standardized_by(pixels),
        subwords,
        ids,
        size,
        config.longest_tokens,
        network(config),
        config.variant,
        replace(config.trainer, epochs=epochs, batch_size=size),
        config.search,
        config.classifier_epochs,
        config.sentence_epochs,
        config.reward_epochs,
        config.reward_learning_rate,
        config.reward_weight,
    )
