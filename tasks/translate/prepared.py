"""A translation with its settings resolved: what is trained on what."""

import math
from dataclasses import asdict, dataclass, replace

from models.decoding_settings import DecodingSettings
from models.recurrent import Recurrent
from models.transformer import Transformer
from tasks.describe import data_lines
from tasks.members import Members, at_a_time
from tasks.translate.batches import Batching, learn_subwords
from tasks.translate.config import Auto, Config
from tasks.warm_start import preparing_of
from training.plan import Plan
from training.trainer import Trainer

LONG = 2500  # updates


@dataclass(frozen=True, eq=False)
class Prepared:
    """A `Config` resolved.

    Attributes:
        splits: `TranslationSplits`.
        source, target: `Subwords`; the same object twice for a joint dictionary.
        batches: `PairBatches` of the training pairs.
        batching: How they were made.
        recipe: Of `models`.
        trainer, plan: `Trainer` with the defaults of translation, and the `Plan` that it comes to.
        asked: `Trainer` as it was typed.
        label_smoothing: In [0, 1).
        search: `DecodingSettings` that the run is scored with.
        tokenize: sacreBLEU's tokenizer of BLEU.
        further: Sentences on dictionary and scores.
        warm_start: Folder of an earlier run whose weights are taken over, or None.
        members, jobs: The ensemble, and how many of it are trained at a time.
        reward_epochs, reward_learning_rate: Of the stage of rewards.
    """

    splits: object
    source: object
    target: object
    batches: object
    batching: Batching
    recipe: object
    trainer: Trainer
    plan: Plan
    asked: Trainer
    label_smoothing: float
    search: DecodingSettings
    tokenize: str
    further: tuple[str, ...]
    warm_start: str | None
    members: Members
    jobs: int
    reward_epochs: int
    reward_learning_rate: float

    @property
    def name(self) -> str:
        return self.splits.name

    def notes(self) -> list[str]:
        source, target, batches = self.source, self.target, self.batches
        languages = " to ".join(self.splits.languages)
        sizes = f"{len(target)} for both languages"
        if source is not target:
            sizes = f"{len(source)} source, {len(target)} target"
        lines = data_lines(self.splits, languages, *batches.notes(), *self.further, unit="pairs")
        return [*lines, f"words   subwords: {sizes}", f"model   {self.recipe}"]

    def record(self) -> dict:
        content = {"kind": "text", "languages": self.splits.languages, "search": asdict(self.search)}
        source = None if self.source is self.target else self.source.config()
        return content | {"target": self.target.config(), "source": source, "bleu_tokenize": self.tokenize}

    def examples(self) -> dict:
        return {"text": self.splits.test.sources}

    def build(self):
        """A compiled network."""
        from training.devices import seed_everything, set_precision
        from training.token_cross_entropy import TokenCrossEntropy

        seed_everything(self.trainer.seed, self.trainer.deterministic)
        set_precision(self.trainer.precision)
        joint = self.source is self.target
        model = self.recipe.build(None if joint else len(self.source), len(self.target))
        self.compile(model, self.trainer, self.plan, TokenCrossEntropy(self.label_smoothing))
        return model

    def compile(self, model, trainer: Trainer, plan: Plan, loss) -> None:
        """Compile a network of the recipe for a training of `plan`."""
        from training.compilation import compile_model

        # XLA compiles each shape for seconds, which a short training does not win back.
        fused = isinstance(self.recipe, Transformer) and plan.updates >= LONG
        compile_model(model, trainer, plan, loss, fused=fused)

    def validation(self):
        """Batches of the validation pairs."""
        return self.batching.of(self.splits.validation, self.source, self.target).dataset()


def load(config: Config):
    """The splits of `config`."""
    from data.text.translation_source import resolve

    splits = resolve(config.data, seed=config.trainer.seed)
    return splits.in_lower_case() if config.lower else splits


def prepare(config: Config, splits) -> Prepared:
    """`config` resolved for `splits`. Raises UserError on what this device or these machines cannot do."""
    from training.hosts import require_alone

    jobs = at_a_time(config.members, config.trainer)
    if config.reward_epochs:
        require_alone("`--reward-epochs`: training sentences are translated")
    recipe, is_phrases = config.model, config.data.data == ("phrases",)
    if isinstance(recipe, Auto):
        recipe = Transformer(num_layers=2, dropout=0.0) if is_phrases else Transformer()
    joint = config.dictionary == "joint"
    if config.warm_start:
        source, target = earlier_subwords(config)
        notes = ()
    else:
        source, target, notes = learn_subwords(
            splits, config.vocab_size, config.coverage, joint=joint, lower=config.lower
        )
    tokenize, counted = tokenizer_of(config.bleu_tokenize, splits)
    tokens = config.tokens or (2048 if len(splits.train) < 20_000 else 4096)
    batching = Batching(tokens, config.buckets, config.longest_tokens, config.subword_dropout)
    batches = batching.of(splits.train, source, target, training=True)
    schedule = plan(config.trainer.epochs, batches, recipe, is_phrases)
    return Prepared(
        splits,
        source,
        target,
        batches,
        batching,
        recipe,
        trainer_for(config.trainer, recipe, schedule),
        schedule,
        config.trainer,
        config.label_smoothing,
        config.search,
        tokenize,
        (*notes, *counted),
        config.warm_start,
        config.members,
        jobs,
        config.reward_epochs,
        config.reward_learning_rate,
    )


def earlier_subwords(config: Config):
    """Source and target subwords of the run that `--from` names."""
    from data.text.subwords import Subwords

    named = {"--vocab-size": config.vocab_size, "--coverage": config.coverage}
    preparing = preparing_of(config.warm_start, "translate", named)
    target = Subwords.from_config(preparing["target"])
    return target if preparing["source"] is None else Subwords.from_config(preparing["source"]), target


def tokenizer_of(wanted: str, splits) -> tuple[str, tuple[str, ...]]:
    """sacreBLEU's tokenizer for the training targets, or the one named; and a sentence where it is no usual one.

    Raises UserError where it is not installed.
    """
    from evaluation.bleu_tokens import require, tokenizer_for
    from evaluation.translation import WORDS

    found = tokenizer_for(splits.train.targets) if wanted == "auto" else wanted
    require(found)
    told = f"BLEU counts the tokens of sacreBLEU's tokenizer {found!r}: `--bleu-tokenize` names another."
    return found, () if found == WORDS else (told,)


def plan(epochs: int | None, batches, recipe, is_phrases: bool) -> Plan:
    """The plan of training: by default 8000 updates, of recurrent networks 3500; phrases are simple: 8 epochs."""
    steps = batches.steps_per_epoch
    updates = 3500 if isinstance(recipe, Recurrent) else 8000
    known = 8 if is_phrases else max(math.ceil(updates / steps), 5)
    return Plan(tokens_per_step(batches), epochs or known, steps, 1, "target_tokens")


def tokens_per_step(batches) -> int:
    """Target tokens of an update, on average, ends counted."""
    return round(sum(len(ids) + 1 for ids in batches.targets) / batches.steps_per_epoch)


def trainer_for(asked: Trainer, recipe, plan: Plan) -> Trainer:
    """The settings of training with the defaults of translation, as measured (docs/translation.md).

    A Transformer that trains for long has the published schedule of the learning rate, proportional to one over the
    root of the updates, and the mean of its last weights (Wu et al. 2021). Short trainings and recurrent networks want
    a rate that ends at zero: phrases reach an exact match of 0.97 so, 0.91 otherwise.
    """
    recurrent, long = isinstance(recipe, Recurrent), plan.updates >= LONG
    schedule = asked.schedule or ("inverse_sqrt" if long and not recurrent else "cosine")
    return replace(
        asked,
        schedule=schedule,
        warmup=(0.25 if schedule == "inverse_sqrt" else 0.1) if asked.warmup is None else asked.warmup,
        average=asked.average or (10 if long else 1),
        learning_rate=asked.learning_rate or (2e-3 if recurrent else 5e-3),
    )
