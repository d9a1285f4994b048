"""Translation: pairs of sentences in; a trained translator, its BLEU, a report and a SavedModel out.

    python -m apps.translate                                       phrases, English to German, three minutes
    python -m apps.translate --data pairs.tsv transformer          source, tab, target
    python -m apps.translate --data train.en train.de --validation val.en val.de --test test.en test.de
    python -m apps.translate --data train.en train.de recurrent    GRUs with attention
    python -m apps.translate --source fr --target it               phrases in other languages
    python -m apps.predict runs/translate/NAME new.en              one translation a line

Subwords are learned from the training pairs, the weights that are kept have the best BLEU on the validation pairs, and
the test pairs are translated once, by beam search. Everything about a run is in its folder (runs/translate/NAME): type
the same command again to go on after an interruption, or to see the results; `--fresh` trains anew.
"""

<<<<<<< HEAD
from cli.run import run
from tasks import course
from tasks.translate import TASK
from tasks.translate.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)
=======
import math
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from statistics import median_high
from typing import Annotated, Literal

import tyro

from apps import members
from apps.command import run
from apps.members import Members
from apps.run_folder import open_run
from apps.translate_batches import batch, learn_subwords
from data.translation_source import TranslationData
from models.recurrent import Recurrent
from models.search import Search
from models.transformer import Transformer
from training.plan import Plan
from training.run_directory import RunDirectory
from training.trainer import Trainer


@dataclass(frozen=True)
class Auto:
    """The network for the data: a Transformer, small for phrases."""


Model = (
    Annotated[Auto, tyro.conf.subcommand("auto")]
    | Annotated[Transformer, tyro.conf.subcommand("transformer")]
    | Annotated[Recurrent, tyro.conf.subcommand("recurrent")]
)
LONG = 2500  # updates


@dataclass(frozen=True)
class Config:
    """Train a translator on pairs of sentences."""

    model: Model = Auto()
    """The network; `python -m apps.translate NAME --help` shows its own flags."""
    data: TranslationData = field(default_factory=TranslationData)
    trainer: Trainer = field(default_factory=lambda: Trainer(beta_2=0.98, label_smoothing=0.1))
    search: Search = field(default_factory=Search)
    vocab_size: int | None = None
    """Subwords to learn. Default: one for 600 letters of training text, between 500 and 16000."""
    dictionary: Literal["joint", "separate"] = "joint"
    """One dictionary, and one table of vectors, for both languages, or one each (for other scripts)."""
    lower: bool = False
    """Translate without capitals; scores are of references without capitals, too."""
    subword_dropout: float = 0.0
    """Probability that a merge of subwords is left out in training: other cuts of the same words in each epoch."""
    tokens: int | None = None
    """Tokens per update, of the longer side, padding included. Default: 2048 below 20000 training pairs, else 4096."""
    buckets: int = 6
    """Lengths that batches are padded to: more waste less on padding and take longer to compile."""
    members: Members = field(default_factory=Members)
    reward_epochs: int = 0
    """Epochs, after the others, in which training sentences are translated and the translations rewarded by BLEU."""
    reward_learning_rate: float = 1e-4
    """Highest learning rate of those epochs."""
    longest_tokens: int = 250
    """Training pairs with more tokens on a side are left out, and counted."""
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run. Default: runs/translate/DATA-MODEL-HASH, where HASH is of all settings."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew where an earlier run of the same settings is found."""

    def __post_init__(self):
        def require(name: str, ok: bool, allowed: str) -> None:
            if not ok:
                raise ValueError(f"`--{name.replace('_', '-')}` must be {allowed}. Received: {getattr(self, name)}")

        require("vocab_size", self.vocab_size is None or self.vocab_size >= 100, "at least 100")
        require("subword_dropout", 0 <= self.subword_dropout < 1, "in [0, 1)")
        require("tokens", self.tokens is None or self.tokens >= 16, "at least 16")
        require("buckets", 1 <= self.buckets <= 32, "between 1 and 32")
        require("longest_tokens", self.longest_tokens >= 2, "at least 2")
        require("reward_epochs", self.reward_epochs >= 0, "0 or more")
        require("reward_learning_rate", 0 < self.reward_learning_rate < math.inf, "a positive number")
        if self.search.sample:
            raise ValueError("`--sample` is for apps.predict: a run is scored by what beam search finds. Leave it out.")
        if self.search.no_repeat:
            raise ValueError(f"`--no-repeat` is for apps.caption. Leave it out. Received: {self.search.no_repeat}")
        if self.trainer.batch_size is not None:
            raise ValueError("`--batch-size` is counted in tokens here: give `--tokens`.")
        if self.trainer.class_weights != "none":
            raise ValueError("`--class-weights` is for classes. Leave it out.")


TINY = Config(
    model=Transformer(units=32, num_layers=1, num_heads=2, feed_forward_units=64, dropout=0.0),
    trainer=Trainer(epochs=2, learning_rate=5e-3, average=2),
    search=Search(beams=2),
    vocab_size=300,
    buckets=1,
)
"""Phrases in seconds, for tests."""

OBJECTIVES = {"val_bleu": "max", "val_loss": "min"}
"""What `validate` gives, and which way is better. The loss of a token depends on the dictionary."""


def load(config: Config):
    """The splits of `config`."""
    from data.translation_source import resolve

    splits = resolve(config.data, seed=config.trainer.seed)
    return splits.in_lower_case() if config.lower else splits


def recipe_for(config: Config):
    """The model that was asked for, or the one for the data."""
    if not isinstance(config.model, Auto):
        return config.model
    return Transformer(num_layers=2, dropout=0.0) if config.data.data == ("phrases",) else Transformer()


def schedule(config: Config, batches) -> Plan:
    """The plan of training: by default 8000 updates, of recurrent networks 3500; phrases are simple: 8 epochs."""
    steps = batches.steps_per_epoch
    updates = 3500 if isinstance(config.model, Recurrent) else 8000
    known = 8 if config.data.data == ("phrases",) else max(math.ceil(updates / steps), 5)
    epochs = config.trainer.epochs or known
    tokens = sum(len(ids) + 1 for ids in batches.targets) / steps
    return Plan(round(tokens), epochs, steps, 1, "target_tokens")


def build(config: Config, source, target, plan: Plan):
    """A network for two dictionaries, compiled as `config` says."""
    from training.devices import seed_everything, set_precision
    from training.token_cross_entropy import TokenCrossEntropy

    seed_everything(config.trainer.seed, config.trainer.deterministic)
    set_precision(config.trainer.precision)
    recipe = recipe_for(config)
    model = recipe.build(None if source is target else len(source), len(target))
    compile_for(config, model, trainer_for(config, plan), plan, TokenCrossEntropy(config.trainer.label_smoothing))
    return model


def compile_for(config: Config, model, trainer: Trainer, plan: Plan, loss) -> None:
    """Compile the network of `config` for a training of `plan`."""
    from training.compilation import compile_model

    # XLA compiles each shape for seconds, which a short training does not win back.
    fused = isinstance(recipe_for(config), Transformer) and plan.updates >= LONG
    compile_model(model, trainer, plan, loss, fused=fused)


def trainer_for(config: Config, plan: Plan) -> Trainer:
    """The settings of training with the defaults of translation, as measured (docs/translation.md).

    A Transformer that trains for long has the published course of the learning rate, down with one over the root of the
    updates, and the mean of its last weights (Wu et al. 2021). Short trainings and recurrent networks want a rate that
    ends at zero: phrases reach an exact match of 0.97 so, 0.91 otherwise.
    """
    given, recurrent = config.trainer, isinstance(recipe_for(config), Recurrent)
    long = plan.updates >= LONG
    schedule = given.schedule or ("inverse_sqrt" if long and not recurrent else "cosine")
    return replace(
        given,
        schedule=schedule,
        warmup=(0.25 if schedule == "inverse_sqrt" else 0.1) if given.warmup is None else given.warmup,
        average=given.average or (10 if long else 1),
        learning_rate=given.learning_rate or (2e-3 if recurrent else 5e-3),
    )


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split. A finished run is not trained again."""
    from training.devices import configure, environment
    from training.hosts import alone, require_alone

    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    from apps.translate_results import announce, export_run, score, write_report

    jobs = members.at_a_time(config)
    if config.reward_epochs:
        require_alone("`--reward-epochs`: training sentences are translated")
    directory, settings = open_run("translate", config)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := directory.results()):
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
        return announce(results, directory)

    splits = load(config)
    source, target, batches = prepare(config, splits)
    describe(splits, source, target, batches, config, directory)
    directory.start(settings, environment(), fresh=config.fresh)
    directory.write_json("preparing.json", preparing(splits, source, target, config))
    model, rows = train(config, splits, source, target, batches, directory, jobs)
    alone(model)
    model.save(directory / "model.keras")
    found = score(model, splits, source, target, config)
    differences = export_run(directory, splits)
    write_report(directory, config, model, splits, rows, found, batches)
    baselines = {one.name: one.scores for one in found.baselines}
    results = {"test": found.test, "validation": found.validation, "interval": found.interval}
    results |= {"baselines": baselines, "signatures": found.signatures, "export": differences}
    timing = directory.read_rows("timing.csv")
    results["training_seconds"] = round(sum(row["seconds"] for row in timing), 1)
    results["target_tokens_per_second"] = median_high(row["target_tokens_per_second"] for row in timing)
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(results, directory)


def prepare(config: Config, splits):
    """What a training takes: the subwords of both languages and the batches."""
    words = learn_subwords(config, splits)
    return *words, batch(config, splits.train, *words, training=True)


def preparing(splits, source, target, config: Config) -> dict:
    """What predict, evaluate and export need besides the network."""
    content = {"kind": "text", "languages": splits.languages, "search": asdict(config.search)}
    return content | {"target": target.config(), "source": None if source is target else source.config()}


def describe(splits, source, target, batches, config: Config, directory: RunDirectory) -> None:
    """Say what will run on what."""
    counts = f"{len(splits.train):,} training, {len(splits.validation):,} validation, {len(splits.test):,} test pairs"
    print(f"data    {splits.name}: {counts}, {' to '.join(splits.languages)}")
    for note in (*splits.notes, *batches.notes()):
        print(f"        {note}")
    sizes = f"{len(target)} for both languages" if source is target else f"{len(source)} source, {len(target)} target"
    print(f"words   subwords: {sizes}")
    print(f"model   {recipe_for(config)}")
    print(f"run     {directory.path}", flush=True)


def train(config: Config, splits, source, target, batches, directory: RunDirectory, jobs: int = 1):
    """The trained model, or several as one, and a row of figures per epoch."""

    def one(own: Config, folder: RunDirectory):
        return train_one(own, splits, source, target, batches, folder)

    return members.train(one, config, directory, jobs)


def train_member(config: Config, number: int, directory: RunDirectory) -> None:
    """Train member `number` of the run in `directory`, whose folder has its records afterwards."""
    splits = load(config)
    own, folder = members.member(config, number, directory)
    train_one(own, splits, *prepare(config, splits), folder)


def train_one(config: Config, splits, source, target, batches, directory: RunDirectory):
    """One trained model and a row of figures per epoch."""
    from apps.translate_stage import learn

    plan = schedule(config, batches)
    model = build(config, source, target, plan)
    training = partial(batches.dataset, config.trainer.seed, epochs=plan.epochs)
    given = (config, splits, source, target)
    rows = learn(model, *given, training, trainer=trainer_for(config, plan), plan=plan, run=directory)
    if config.reward_epochs:
        from apps.translate_rewards import reward

        reward(model, *given, batches, directory)
    return model, rows


def validate(config: Config, splits, directory: RunDirectory) -> tuple[dict[str, float], list[dict]]:
    """Train and measure on the validation pairs; the test pairs are not read. `OBJECTIVES`, and a row per epoch."""
    from apps.translate_results import validation_bleu
    from training.token_cross_entropy import TokenCrossEntropy
    from training.validation import figures

    source, target, batches = prepare(config, splits)
    model, rows = train(config, splits, source, target, batches, directory)
    bleu = validation_bleu(model, splits.validation, source, target, Search(beams=1))()["bleu"]
    validation = batch(config, splits.validation, source, target).dataset()
    return {"val_bleu": bleu, **figures(model, validation, TokenCrossEntropy(), padding=0)}, rows
>>>>>>> main


if __name__ == "__main__":
    run(main, "python -m apps.translate")
