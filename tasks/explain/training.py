"""The training of an explanation, in the paper's order: pictures, classes, sentences, relevance, rewards."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from models.decoding_settings import DecodingSettings
from tasks.explain import stages
from tasks.explain.judging import Examiner
from tasks.explain.prepared import Prepared, sentences
from tasks.explain.stages import Shared
from tasks.task import Learned
from training.run_directory import RunDirectory

MEASURED = 200  # validation pictures that sentences are written for after each epoch of rewards
REWARD_FIGURES = ("cider", "learned_posterior", "picture_truth", "class_posterior")


@dataclass(frozen=True)
class Explained(Learned):
    """A trained explanation.

    Attributes:
        shared: What the variants have in common.
        rewarded: Figures of each epoch of rewards; the first row is of before.
    """

    shared: Any = None
    rewarded: tuple = ()


def train(prepared: Prepared, run: RunDirectory) -> Explained:
    """The trained network and a row of figures per epoch of the generator."""
    from models.explaining import whole

    shared = stages.shared(prepared, run)
    generator, fitted, times = relevance(prepared, shared, run)
    rewarded, kept = (), fitted.kept
    if prepared.is_rewarded:
        rewarded, more = reward(prepared, shared, generator, stages.folder_of(run, "rewards"))
        times = [*more, *times]
        kept = " ".join(
            filter(None, [kept, "Then sentences were rewarded; the weights with the best reward were kept."])
        )
    times = [{"epoch": number, "seconds": row["seconds"]} for number, row in enumerate([*shared.times, *times], 1)]
    speeds = run.read_rows("timing.csv")[-1]
    run.write_rows("timing.csv", [{**speeds, **row} for row in times])
    typical = typical_features(prepared, shared)
    model = whole(shared.classifier, shared.class_vectors, typical, generator, shared.reader)
    run.write_json("references.json", references(prepared))
    record = {"rewarded": [dict(row) for row in rewarded]}
    return Explained(model, fitted.rows, kept, record, shared=shared, rewarded=rewarded)


def given(prepared: Prepared, shared: Shared, part: str) -> np.ndarray:
    """What the generator is given of the pictures of a part: their features, and the vectors of their true classes."""
    labels = prepared.labels(getattr(prepared.splits, part))
    return np.concatenate([shared.features[part], shared.class_vectors[labels]], axis=1)


def typical_features(prepared: Prepared, shared: Shared) -> np.ndarray:
    """The mean feature of the training pictures of each class: float32 (classes, feature)."""
    labels = prepared.labels(prepared.splits.train)
    means = [shared.features["train"][labels == label].mean(0) for label in range(len(prepared.classes))]
    return np.array(means, np.float32)


def caption_batches(prepared: Prepared, shared: Shared, part: str):
    """`CaptionBatches` of a part."""
    from data.captions.caption_batches import make

    return make(
        given(prepared, shared, part),
        prepared.ids[part],
        batch_size=prepared.size,
        buckets=1,
        longest=prepared.longest,
        name="features",
    )


def relevance(prepared: Prepared, shared: Shared, run: RunDirectory):
    """A generator trained by the cross-entropy of what people wrote (the paper prints it without its minus), its
    `Fitted`, and its times."""
    from training.compilation import compile_model
    from training.fit import fit
    from training.token_cross_entropy import TokenCrossEntropy

    trainer = prepared.trainer
    stages.begin(prepared, f"the generator ({prepared.variant}), {trainer.epochs} epochs")
    model = build(prepared, shared)
    batches = caption_batches(prepared, shared, "train")
    plan = prepared.stage_plan(batches.steps_per_epoch * batches.size, batches.size, trainer.epochs)
    compile_model(model, trainer, plan, TokenCrossEntropy())
    training = partial(batches.dataset, trainer.seed, epochs=plan.epochs)
    validation = caption_batches(prepared, shared, "validation").dataset()
    fitted = fit(model, training, validation, trainer=trainer, plan=plan, run=run)
    # An earlier attempt may have written the rows of all stages already, those of this one last.
    return model, fitted, run.read_rows("timing.csv")[-len(fitted.rows) :]


def build(prepared: Prepared, shared: Shared):
    """A generator without training."""
    return prepared.recipe.build(shared.features["train"].shape[1], len(prepared.subwords), prepared.sees)


def reward(prepared: Prepared, shared: Shared, model, run: RunDirectory) -> tuple[tuple, list[dict]]:
    """Train a generator further by rewards; return its figures by epoch, those of before first, and its times."""
    from tasks.explain.rewards import HalfRewarded, SentenceWriter
    from tasks.rewards import FreshTwin
    from training.compilation import compile_model
    from training.fit import fit
    from training.token_cross_entropy import TokenCrossEntropy

    epochs = prepared.reward_epochs
    stages.begin(prepared, f"rewards, {epochs} epochs")
    features = given(prepared, shared, "train")
    measure = figures_of(prepared, shared, model)
    before = {"epoch": 0, **{f"val_{name}": value for name, value in measure().items()}}
    writer = SentenceWriter(model, prepared, shared, features)
    rewarded = HalfRewarded(
        model, writer, prepared.trainer.seed, epochs, features=features, ids=prepared.ids["train"],
        weight=prepared.reward_weight,
    )  # fmt: skip
    plan = prepared.stage_plan(rewarded.steps_per_epoch * writer.size, writer.size, epochs)
    trainer = prepared.stage_trainer(epochs, learning_rate=prepared.reward_learning_rate)
    compile_model(model, trainer, plan, TokenCrossEntropy())
    fitted = fit(
        model,
        rewarded.dataset,
        caption_batches(prepared, shared, "validation").dataset(),
        trainer=trainer,
        plan=plan,
        run=run,
        best_by="learned_posterior",
        measure=measure,
        resumable=rewarded.written_after,
        callbacks=[FreshTwin(rewarded)],
    )
    rows = [{name: row[name] for name in row if name in before} for row in fitted.rows]
    return (before, *rows), run.read_rows("timing.csv")


def figures_of(prepared: Prepared, shared: Shared, model):
    """A function that gives figures of greedy sentences about some validation pictures, by `model` as it then is."""
    from data.evenly import evenly

    part = prepared.splits.validation
    chosen = evenly(len(part), MEASURED)
    captions, feature = part.take(chosen), shared.features["validation"][chosen]
    classes = prepared.labels(captions)
    logits = np.zeros((len(captions), len(prepared.classes)), np.float32)
    examiner = examiner_in_training(prepared, shared, model, DecodingSettings(beams=1))

    def figures() -> dict[str, float]:
        found = examiner(captions, feature, logits, classes).figures
        return {name: found[name] for name in REWARD_FIGURES if name in found}

    return figures


def examiner_in_training(prepared: Prepared, shared: Shared, model, search: DecodingSettings) -> Examiner:
    """An `Examiner` of a generator that is still apart from the whole network."""
    from evaluation.consensus import Consensus

    settings = (prepared.subwords, search, prepared.longest, prepared.classes)
    own = Consensus(list(references(prepared).values()))
    return Examiner(model, shared.reader, shared.class_vectors, *settings, own)


def references(prepared: Prepared) -> dict[str, list[str]]:
    """The training sentences of each class."""
    part = prepared.splits.train
    found: dict[str, list[str]] = {name: [] for name in prepared.classes}
    for texts, name in zip(sentences(part), part.classes, strict=True):
        found[name] += texts
    return found


def measure(prepared: Prepared, learned: Explained) -> dict[str, float]:
    """`OBJECTIVES` on the validation pictures, their true classes given."""
    from models.explaining import Explaining
    from training.token_cross_entropy import TokenCrossEntropy
    from training.validation import figures

    generator = Explaining.of(learned.model).generator
    found = figures_of(prepared, learned.shared, generator)()
    validation = caption_batches(prepared, learned.shared, "validation").dataset()
    losses = figures(generator, validation, TokenCrossEntropy(), padding=0)
    return {"val_cider": found["cider"], "val_reward": found["learned_posterior"], **losses}
