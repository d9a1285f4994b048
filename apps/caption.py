"""Captioning: images with captions in; a network that describes images, its scores, a report and a SavedModel out.

    python -m apps.caption                                               drawn scenes, their right captions all known
    python -m apps.caption --data captions.json --images photos/         COCO's or Karpathy's JSON
    python -m apps.caption --data Flickr8k.token.txt --images Images --test Flickr_8k.testImages.txt
    python -m apps.caption --data captions.csv transformer               a column of image names, one of captions
    python -m apps.caption --data captions.csv --encoder stem            no pretrained network
    python -m apps.predict runs/caption/NAME photos/                     a caption for each photograph

For photographs the features of a pretrained network are computed once and kept on disk; for scenes a small stem is
learned from scratch. The weights that are kept have the best CIDEr on the validation images (scenes: the most exact
captions), and the test images are captioned once, by beam search. Everything about a run is in its folder
(runs/caption/NAME): type the same command again to go on after an interruption, or to see the results; `--fresh` trains
anew.
"""

<<<<<<< HEAD
from cli.run import run
from tasks import course
from tasks.caption import TASK
from tasks.caption.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)
=======
import math
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated

import tyro

from apps import caption_neighbours, members
from apps.caption_batches import batch, learn_subwords
from apps.command import run
from apps.members import Members
from apps.run_folder import open_run
from data.caption_source import CaptionData
from models.image_encoder import ImageEncoder
from models.search import Search
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.transformer_captioner import TransformerCaptioner
from training.plan import Plan
from training.run_directory import RunDirectory
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
SCENE_UPDATES, PHOTO_UPDATES = 1200, 5000


@dataclass(frozen=True)
class Config:
    """Train a network that describes images."""

    model: Model = Auto()
    """The network; `python -m apps.caption NAME --help` shows its own flags."""
    data: CaptionData = field(default_factory=CaptionData)
    encoder: ImageEncoder = field(default_factory=ImageEncoder)
    trainer: Trainer = field(
        default_factory=lambda: Trainer(label_smoothing=0.1, clip_norm=5.0, warmup=0.05, average=5)
    )
    search: Search = field(default_factory=lambda: Search(beams=3))
    vocab_size: int | None = None
    """Subwords to learn. Default: one for 80 words of the training captions, between 200 and 8000."""
    keep_capitals: bool = False
    """Write capitals as the captions have them; otherwise everything is lower-case."""
    word_dropout: float = 0.1
    """Share of the words so far that are hidden in training, so that the image has to be looked at; in [0, 1)."""
    mirror: bool = False
    """Show half of the images mirrored in training, each time others; for captions that say nothing of left and right.
    Features are computed of both."""
    every_caption: bool = False
    """An epoch shows each image with all its captions; otherwise with one, another one each epoch."""
    buckets: int = 3
    """Lengths that batches are padded to: more waste less on padding and take longer to compile."""
    longest_tokens: int = 40
    """Most tokens of a caption. Longer training captions are left out, and counted."""
    members: Members = field(default_factory=Members)
    reward_epochs: int = 0
    """Epochs, after the others, in which captions are drawn and rewarded for being like those of people (CIDEr-D)."""
    reward_learning_rate: float = 1e-4
    """Highest learning rate of those epochs."""
    neighbours: int = 0
    """Similar training images whose captions decide which of the `--beams` hypotheses comes first; 0: the most probable
    does. 20, with as many beams, describes photographs better (docs/captioning.md)."""
    features: str = field(default="runs/features", metadata={"names_run": False})
    """Folder in which the features of images are kept, for all runs."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/caption/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise ValueError(f"`--{name.replace('_', '-')}` must be {allowed}. Received: {getattr(self, name)}")

        require("vocab_size", self.vocab_size is None or self.vocab_size >= 50, "at least 50")
        require("word_dropout", 0 <= self.word_dropout < 1, "in [0, 1)")
        require("buckets", 1 <= self.buckets <= 32, "between 1 and 32")
        require("longest_tokens", self.longest_tokens >= 2, "at least 2")
        require("neighbours", self.neighbours >= 0, "0 or more")
        require("reward_epochs", self.reward_epochs >= 0, "0 or more")
        require("reward_learning_rate", 0 < self.reward_learning_rate < math.inf, "a positive number")
        if self.members.count > 1 and self.encoder.fine_tune_epochs:
            raise ValueError(
                "`--members`: each of them would fine-tune a backbone of its own. Leave out `--fine-tune-epochs`. "
                f"Received: {self.members.count} members"
            )
        if self.mirror and self.data.data == "scenes":
            raise ValueError("`--mirror`: captions of scenes say what is left and right. Leave it out.")
        if self.search.sample:
            raise ValueError("`--sample` is for apps.predict: a run is scored by what beam search finds. Leave it out.")
        if self.trainer.class_weights != "none":
            raise ValueError("`--class-weights` is for classes. Leave it out.")


TINY = Config(
    model=ShowAttendTell(units=32, embedding_units=32, dropout=0.0),
    trainer=Trainer(epochs=1, learning_rate=3e-3, average=1),
    search=Search(beams=2),
    buckets=1,
)
"""Scenes in seconds, for tests."""

OBJECTIVES = {"val_cider": "max", "val_exact_match": "max", "val_bleu4": "max", "val_loss": "min"}
"""What `validate` gives, and which way is better."""


def load(config: Config):
    """The splits of `config`."""
    from data.caption_source import resolve

    return resolve(config.data, seed=config.trainer.seed)


def recipe_for(config: Config):
    """The model that was asked for, or the one for the data."""
    if not isinstance(config.model, Auto):
        return config.model
    if config.data.data == "scenes":
        return ShowAttendTell(units=128, embedding_units=128, positions=True, dropout=0.1)
    return ShowAttendTell()


def schedule(config: Config, batches) -> Plan:
    """The plan of training: by default 5000 updates, for scenes, which are simple, fewer."""
    steps = batches.steps_per_epoch
    updates = SCENE_UPDATES if config.data.data == "scenes" else PHOTO_UPDATES
    epochs = config.trainer.epochs or max(math.ceil(updates / steps), 5)
    return Plan(batches.size, epochs, steps, 1)


def build(config: Config, subwords, inputs, plan: Plan):
    """A network for a dictionary and what it sees, compiled as `config` says."""
    from training.compilation import compile_model
    from training.devices import seed_everything, set_precision
    from training.token_cross_entropy import TokenCrossEntropy

    seed_everything(config.trainer.seed, config.trainer.deterministic)
    set_precision(config.trainer.precision)
    recipe = recipe_for(config)
    model = recipe.build(inputs.name, inputs.shape, len(subwords))
    loss = TokenCrossEntropy(config.trainer.label_smoothing)
    fused = isinstance(recipe, TransformerCaptioner) and inputs.name == "features"  # convolutions gain nothing by it
    compile_model(model, config.trainer, plan, loss, fused=fused)
    return model


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split. A finished run is not trained again."""
    from training.devices import configure, environment
    from training.hosts import alone, require_alone

    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    from apps.caption_results import announce, describe, finish

    jobs = members.at_a_time(config)
    if config.reward_epochs:
        require_alone("`--reward-epochs`: captions are drawn")
    directory, settings = open_run("caption", config)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := directory.results()):
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
        return announce(results, directory)
    splits = load(config)
    caption_neighbours.require_enough(config.neighbours, len(splits.train))
    subwords, inputs, batches = prepare(config, splits)
    directory.start(settings, environment(), fresh=config.fresh)
    directory.write_json("preparing.json", preparing(inputs, subwords, config))
    describe(splits, subwords, batches, inputs, config, directory)
    model, rows = train(config, splits, subwords, inputs, batches, directory, jobs)
    alone(model)
    results = finish(directory, config, model, splits, subwords, inputs, rows, batches)
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(results, directory)


def prepare(config: Config, splits):
    """What a training takes: the subwords, the images as the network sees them, and the batches."""
    from apps.image_inputs import ImageInputs
    from training.devices import seed_everything

    seed_everything(config.trainer.seed)  # for a backbone of random weights: the next attempt finds its features
    inputs = ImageInputs.of(config.encoder, splits, config.features)
    subwords = learn_subwords(config, splits)
    return subwords, inputs, batch(config, splits.train, subwords, inputs, training=True)


def preparing(inputs, subwords, config: Config) -> dict:
    """What predict, evaluate and export need besides the network."""
    content = {"kind": "caption", "prepare": inputs.prepare.config(), "words": subwords.config()}
    return content | {
        "search": asdict(config.search),
        "longest": config.longest_tokens,
        "neighbours": config.neighbours,
    }


def train(config: Config, splits, subwords, inputs, batches, directory: RunDirectory, jobs: int = 1):
    """The trained model, or several as one, and a row of figures per epoch."""

    def one(own: Config, folder: RunDirectory):
        return train_one(own, splits, subwords, inputs, batches, folder)

    return members.train(one, config, directory, jobs)


def train_member(config: Config, number: int, directory: RunDirectory) -> None:
    """Train member `number` of the run in `directory`, whose folder has its records afterwards."""
    splits = load(config)
    own, folder = members.member(config, number, directory)
    train_one(own, splits, *prepare(config, splits), folder)


def train_one(config: Config, splits, subwords, inputs, batches, directory: RunDirectory):
    """One trained model and a row of figures per epoch."""
    from apps.caption_stage import learn

    plan = schedule(config, batches)
    model = build(config, subwords, inputs, plan)
    training = partial(
        batches.dataset,
        config.trainer.seed,
        epochs=plan.epochs,
        finish=inputs.finish,
        word_dropout=config.word_dropout,
    )
    given = (config, splits, subwords, inputs)
    rows = learn(model, *given, training, trainer=config.trainer, plan=plan, run=directory)
    if config.reward_epochs:
        from apps.caption_rewards import reward

        reward(model, *given, batches, directory)
    return model, rows


def validate(config: Config, splits, directory: RunDirectory) -> tuple[dict[str, float], list[dict]]:
    """Train and measure on the validation images; the test images are not read. `OBJECTIVES`, and a row per epoch."""
    from apps.caption_results import validation_scores
    from training.token_cross_entropy import TokenCrossEntropy
    from training.validation import figures

    words, inputs, batches = prepare(config, splits)
    model, rows = train(config, splits, words, inputs, batches, directory)
    validation = batch(config, splits.validation, words, inputs).dataset(finish=inputs.finish)
    scores = validation_scores(config, model, splits.validation, words, inputs, Search(beams=1))()
    found = {f"val_{name}": value for name, value in scores.items()}
    return found | figures(model, validation, TokenCrossEntropy(), padding=0), rows


def best_by(config: Config) -> str:
    """The validation figure that the weights are kept by.

    For scenes, whose right captions are all known, that is exact match: CIDEr would prefer the longer of two.
    """
    return "exact_match" if config.data.data == "scenes" else "cider"
>>>>>>> main


if __name__ == "__main__":
    run(main, "python -m apps.caption")
