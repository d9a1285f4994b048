"""The networks that a generator of explanations needs before it learns: of pictures, of classes, of sentences.

They are the same for all variants, so an ablation trains them once.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from tasks.explain.prepared import CLASSIFIER, SENTENCES_AT_ONCE, Prepared, sentences
from training.run_directory import RunDirectory

CUT = 0.3  # of the sentences that the sentence classifier learns from end early: length alone shall not be rewarded
VARIED = {"shift": 0.06, "flip": True, "light": 0.1}
"""How the pictures vary that the classifier learns from: sixty of a class are soon known by heart."""
READER_RATE = 6e-3
AT_ONCE = 256


@dataclass(frozen=True)
class Shared:
    """What the variants have in common.

    Attributes:
        classifier: Trained `keras.Model` from pictures to class logits.
        class_vectors: float32 (classes, class_units).
        reader: Trained sentence classifier.
        features: Part -> float32 (N, feature), of the training and the validation pictures.
        times: Rows of timing.csv.
    """

    classifier: object
    class_vectors: np.ndarray
    reader: object
    features: dict[str, np.ndarray]
    times: list[dict]


def shared(prepared: Prepared, run: RunDirectory) -> Shared:
    """Train the three networks, or go on where an earlier attempt in `run` stopped."""
    from training.devices import set_precision

    set_precision(prepared.trainer.precision)
    classifier, times = picture_classifier(prepared, folder_of(run, "classifier"))
    splits = prepared.splits
    features = {
        part: features_of(prepared.prepare, classifier, getattr(splits, part))[0] for part in ("train", "validation")
    }
    vectors, more = class_vectors(prepared, folder_of(run, "language-model"))
    reader, most = sentence_classifier(prepared, folder_of(run, "sentence-classifier"))
    return Shared(classifier, vectors, reader, features, [*times, *more, *most])


def folder_of(run: RunDirectory, stage: str) -> RunDirectory:
    """The folder of a stage."""
    folder = RunDirectory(run / stage, run.watch)
    folder.path.mkdir(exist_ok=True)
    return folder


def begin(prepared: Prepared, told: str) -> None:
    """Say which stage begins; its first weights are the same whatever came before it."""
    from training.devices import seed_everything

    print(f"stage   {told}", flush=True)
    seed_everything(prepared.trainer.seed, prepared.trainer.deterministic)


def picture_classifier(prepared: Prepared, run: RunDirectory):
    """The trained picture classifier, and its times."""
    from data import pipeline
    from data.images.augmentation import Augmentation
    from data.splits import Split
    from tasks.explain.describing import ClassAndPhrases, describing, labels, phrases
    from training.compilation import compile_model
    from training.fit import fit

    known = phrases(sentences(prepared.splits.train))

    def split(part):
        captions = getattr(prepared.splits, part)
        told = labels(prepared.labels(captions), sentences(captions), known)
        return Split({"image": captions.images}, told, captions.origins)

    begin(prepared, f"the picture classifier, {prepared.classifier_epochs} epochs")
    seed = prepared.trainer.seed
    counts = len(prepared.classes), len(known.vocabulary_)
    classifier = prepared.recipe.classifier(prepared.prepare.input_shape, *counts, seed)
    model = describing(classifier)
    train = split("train")
    plan = prepared.stage_plan(len(train), CLASSIFIER["batch_size"], prepared.classifier_epochs)
    trainer = prepared.stage_trainer(prepared.classifier_epochs, **CLASSIFIER)
    loss = ClassAndPhrases(len(prepared.classes))
    compile_model(model, trainer, plan, loss, [loss.accuracy])
    batches = partial(
        pipeline.batches, train, prepared.prepare, plan.batch_size, seed=seed, epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        augment=Augmentation(**VARIED),
    )  # fmt: skip
    validation = pipeline.batches(split("validation"), prepared.prepare, AT_ONCE)
    fit(model, batches, validation, trainer=trainer, plan=plan, run=run)
    return classifier, run.read_rows("timing.csv")


def features_of(prepare, classifier, captions) -> tuple[np.ndarray, np.ndarray]:
    """Features float32 (N, feature) and class logits (N, classes) of pictures by the frozen classifier.

    Args:
        prepare: `ImagePrepare`.
        classifier: `keras.Model` from pictures to both.
        captions: `Captions`.
    """
    found = []
    for start in range(0, len(captions), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        fixed = prepare.fixed({"image": captions.images[part]}, captions.origins[part])
        found.append([np.asarray(one) for one in classifier(prepare.finish(fixed), training=False)])
    feature, logits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return feature, logits


def class_vectors(prepared: Prepared, run: RunDirectory) -> tuple[np.ndarray, list[dict]]:
    """The mean state of a language model over the training sentences of each class, scaled to a deviation of 1 in each
    of its numbers; and its times."""
    import keras

    from training.compilation import compile_model
    from training.fit import fit
    from training.token_cross_entropy import TokenCrossEntropy

    begin(prepared, f"the vectors of the classes, {prepared.sentence_epochs} epochs")
    model = prepared.recipe.language_model(len(prepared.subwords))
    train, validation = (sentence_batches(prepared, part, labelled=False) for part in ("train", "validation"))
    plan = prepared.stage_plan(len(train.ids), train.size, prepared.sentence_epochs)
    trainer = prepared.stage_trainer(plan.epochs)
    compile_model(model, trainer, plan, TokenCrossEntropy())
    training = partial(train.dataset, trainer.seed, epochs=plan.epochs)
    fit(model, training, validation.dataset(), trainer=trainer, plan=plan, run=run)
    state = keras.Model(model.input, model.get_layer("state").output)
    total, count = np.zeros((len(prepared.classes), prepared.recipe.class_units)), np.zeros((len(prepared.classes), 1))
    labels = np.repeat(prepared.labels(prepared.splits.train), [len(some) for some in prepared.ids["train"]])
    for start in range(0, len(train.ids), AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, len(train.ids)))
        tokens = train.arrays(rows)[0]["target"]
        counts = (tokens != 0)[..., None]
        mean = (np.asarray(state({"target": tokens}), np.float64) * counts).sum(1) / counts.sum(1)
        np.add.at(total, labels[rows], mean)
        np.add.at(count, labels[rows], 1)
    vectors = total / count
    vectors = (vectors - vectors.mean(0)) / np.maximum(vectors.std(0), 1e-6)
    return vectors.astype(np.float32), run.read_rows("timing.csv")


def sentence_classifier(prepared: Prepared, run: RunDirectory):
    """The trained sentence classifier, which never saw a sentence of a validation or test picture; and its times."""
    import keras

    from training.compilation import compile_model
    from training.fit import fit

    begin(prepared, f"the sentence classifier, {prepared.sentence_epochs} epochs")
    model = prepared.recipe.sentence_classifier(len(prepared.subwords), len(prepared.classes))
    train, validation = (sentence_batches(prepared, part, labelled=True) for part in ("train", "validation"))
    plan = prepared.stage_plan(len(train.ids), train.size, prepared.sentence_epochs)
    trainer = prepared.stage_trainer(plan.epochs, learning_rate=READER_RATE)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_model(model, trainer, plan, loss, ["accuracy"])
    training = partial(train.dataset, trainer.seed, epochs=plan.epochs, cut=CUT)
    fit(model, training, validation.dataset(), trainer=trainer, plan=plan, run=run)
    return model, run.read_rows("timing.csv")


def sentence_batches(prepared: Prepared, part: str, *, labelled: bool):
    """`SentenceBatches` of the sentences of a part."""
    from data.captions.sentence_batches import SentenceBatches

    ids = prepared.ids[part]
    labels = np.repeat(prepared.labels(getattr(prepared.splits, part)), [len(some) for some in ids])
    flat = [one for some in ids for one in some]
    size = min(SENTENCES_AT_ONCE, len(flat)) if part == "train" else AT_ONCE
    return SentenceBatches(flat, labels if labelled else None, prepared.length, size)
