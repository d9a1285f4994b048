"""A captioning with its settings resolved: what is trained on what."""

import math
from dataclasses import asdict, dataclass

from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from models.show_attend_tell import ShowAttendTell
from models.transformer_captioner import TransformerCaptioner
from tasks.caption import neighbours
from tasks.caption.batches import Batching, learn_subwords, texts
from tasks.caption.config import Auto, Config
from tasks.caption.inputs import ImageInputs
from tasks.members import Members, at_a_time
from tasks.warm_start import preparing_of
from training.plan import Plan
from training.trainer import Trainer

SCENE_UPDATES, PHOTO_UPDATES = 1200, 5000


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        further: A sentence on their number, or none.
        inputs: `ImageInputs`: what the network takes of images.
        batches: `CaptionBatches` of the training images.
        batching: How they were made.
        recipe: Of `models`.
        trainer, plan: `Trainer`, and the `Plan` that it comes to.
        label_smoothing: In [0, 1).
        search: `DecodingSettings` that the run is scored with.
        word_dropout: Share of the words so far that are hidden in training.
        best_by: Validation figure that the weights are kept by.
        warm_start: Folder of an earlier run whose weights are taken over, or None.
        members, jobs: The ensemble, and how many of it are trained at a time.
        encoder: `ImageEncoder`, for fine-tuning.
        reward_epochs, reward_learning_rate: Of the stage of rewards.
        neighbours: Similar training images whose captions rank those that a search finds.
    """

    splits: object
    subwords: object
    further: tuple[str, ...]
    inputs: ImageInputs
    batches: object
    batching: Batching
    recipe: object
    trainer: Trainer
    plan: Plan
    label_smoothing: float
    search: DecodingSettings
    word_dropout: float
    best_by: str
    warm_start: str | None
    members: Members
    jobs: int
    encoder: ImageEncoder
    reward_epochs: int
    reward_learning_rate: float
    neighbours: int

    @property
    def name(self) -> str:
        return self.splits.name

    @property
    def longest(self) -> int:
        """The most tokens of a caption."""
        return self.batching.longest

    def texts(self, captions):
        """`Captions` as they are learned."""
        return texts(captions, self.batching.lower)

    def notes(self) -> list[str]:
        inputs = self.inputs
        side = "x".join(map(str, inputs.prepare.size))
        return [
            f"data    {self.splits.name}",
            *(f"        {note}" for note in (*self.splits.notes, *self.batches.notes(), *self.further)),
            f"images  {side} pixels, {inputs.backbone or 'a stem that is learned with the captions'}",
            f"words   {len(self.subwords)} subwords",
            f"model   {self.recipe}",
        ]

    def record(self) -> dict:
        content = {"kind": "caption", "prepare": self.inputs.prepare.config(), "words": self.subwords.config()}
        return content | {"search": asdict(self.search), "longest": self.longest, "neighbours": self.neighbours}

    def examples(self) -> dict:
        return {"image": self.splits.test.images}

    def build(self):
        """A compiled network from what `inputs` gives."""
        from training.compilation import compile_model
        from training.devices import seed_everything, set_precision
        from training.token_cross_entropy import TokenCrossEntropy

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        inputs, recipe = self.inputs, self.recipe
        model = recipe.build(inputs.name, inputs.shape, len(self.subwords))
        loss = TokenCrossEntropy(self.label_smoothing)
        # Convolutions gain nothing by XLA.
        fused = isinstance(recipe, TransformerCaptioner) and inputs.name == "features"
        compile_model(model, self.trainer, self.plan, loss, fused=fused)
        return model

    def validation(self, inputs):
        """Batches of the validation images as `inputs` gives them."""
        return self.batching.of(self.splits.validation, self.subwords, inputs).dataset(finish=inputs.finish)


def load(config: Config):
    """The splits of `config`."""
    from data.captions.caption_source import resolve

    return resolve(config.data, seed=config.trainer.seed)


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`; features of images are computed here.

    Raises UserError on what this device, these machines or so few images cannot do.
    """
    from training.devices import seed_everything
    from training.hosts import require_alone

    jobs = at_a_time(config.members, config.trainer)
    if config.reward_epochs:
        require_alone("`--reward-epochs`: captions are drawn")
    neighbours.require_enough(config.neighbours, len(splits.train))
    recipe, is_scenes = config.model, config.data.data == "scenes"
    if isinstance(recipe, Auto):
        small = ShowAttendTell(units=128, embedding_units=128, positions=True, dropout=0.1)
        recipe = small if is_scenes else ShowAttendTell()
    seed_everything(config.trainer.seed)  # for a backbone of random weights: the next attempt finds its features
    inputs = ImageInputs.of(config.encoder, splits, config.features)
    lower = not config.keep_capitals
    if config.warm_start:
        subwords, note = earlier_subwords(config), ""
    else:
        subwords, note = learn_subwords(texts(splits.train, lower), config.vocab_size, config.coverage, lower)
    size = config.trainer.batch_size or 64
    batching = Batching(size, config.buckets, config.longest_tokens, config.every_caption, config.mirror, lower)
    batches = batching.of(splits.train, subwords, inputs, training=True)
    return Prepared(
        splits,
        subwords,
        (note,) if note else (),
        inputs,
        batches,
        batching,
        recipe,
        config.trainer,
        plan(config.trainer.epochs, batches, SCENE_UPDATES if is_scenes else PHOTO_UPDATES),
        config.label_smoothing,
        config.search,
        config.word_dropout,
        # All right captions of scenes are known; CIDEr would prefer the longer of two.
        "exact_match" if is_scenes else "cider",
        config.warm_start,
        config.members,
        jobs,
        config.encoder,
        config.reward_epochs,
        config.reward_learning_rate,
        config.neighbours,
    )


def earlier_subwords(config: Config):
    """The subwords of the run that `--from` names."""
    from data.text.subwords import Subwords

    named = {"--vocab-size": config.vocab_size, "--coverage": config.coverage}
    return Subwords.from_config(preparing_of(config.warm_start, "caption", named)["words"])


def plan(epochs: int | None, batches, updates: int) -> Plan:
    """The plan of training: the epochs asked for, or as many as give `updates`, at least 5."""
    steps = batches.steps_per_epoch
    return Plan(batches.size, epochs or max(math.ceil(updates / steps), 5), steps, 1)
