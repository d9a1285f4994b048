"""What is wrong with a classifier: the evidence that `evaluation.diagnosis` asks for."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tasks.advice import flags
from tasks.classify.prepared import Prepared
from tasks.task import Learned


def diagnosed(
    prepared: Prepared,
    learned: Learned,
    labels: Mapping[str, np.ndarray],
    answers: Mapping[str, np.ndarray],
    figures: Mapping[str, Mapping[str, float]],
    simple: list,
):
    """The `Diagnosis`. Where the classes are weighed in the loss, their balanced accuracy counts.

    Args:
        prepared, learned: The run.
        labels, answers: Class indices by part: "train" (those rows that were looked at), "validation", "test".
        figures: Metrics by part.
        simple: Baselines.
    """
    from evaluation.baselines import MAJORITY
    from evaluation.class_recall import recalls
    from evaluation.diagnosis import diagnose
    from evaluation.rivals import Rival, guessing, paired
    from training.compilation import highest_rate

    splits, model, weighed = prepared.splits, learned.validated, prepared.loss.class_weights == "balanced"
    classes, first = splits.classes, len(splits.validation)
    held_out = tuple(np.concatenate([part["validation"], part["test"]]) for part in (labels, answers))
    rivals = [guessing(*held_out, len(classes))]
    for baseline in simple:
        theirs = {"validation": baseline.answers[:first], "test": baseline.answers[first:]}
        if baseline.name == MAJORITY:  # more rows cannot excuse an accuracy below it
            for part, given in theirs.items():
                scores = (float(right(labels[part], some, weighed).mean()) for some in (answers[part], given))
                rivals.append(Rival(MAJORITY, *scores, 0.0, len(given)))
        else:
            both = (right(labels["test"], some, weighed) for some in (answers["test"], theirs["test"]))
            rivals.append(paired(baseline.name, *both))
    return diagnose(
        {name: [row[name] for row in learned.rows] for name in ("loss", "val_loss")},
        train_accuracy=figures["train"]["balanced_accuracy" if weighed else "accuracy"],
        validation_accuracy=figures["validation"]["balanced_accuracy" if weighed else "accuracy"],
        guess=None if model.losses or weighed else float(np.log(len(classes))),
        num_validation=first,
        target=prepared.reachable,
        baseline=max(float(right(labels["validation"], one.answers[:first], weighed).mean()) for one in simple),
        learning_rate=highest_rate(prepared.trainer, model),
        flags=replace(
            flags(prepared.recipe, prepared.augment),
            class_weights=None if weighed else "--class-weights balanced",
        ),
        measure="balanced accuracy" if weighed else "accuracy",
        rivals=rivals,
        classes=recalls(
            classes,
            np.bincount(splits.train.labels, minlength=len(classes)).tolist(),
            (labels["train"], answers["train"]),
            held_out,
            len(labels["test"]),
            {one.name: one.answers for one in simple if one.name != MAJORITY},
        ),
    )


def right(labels: np.ndarray, answers: np.ndarray, weighed: bool) -> np.ndarray:
    """Of each row (N,) whether the answer is right; weighed so that the mean is the balanced accuracy, if so asked."""
    found = labels == answers
    if not weighed:
        return found
    counts = np.bincount(labels)
    return found * len(labels) / (np.count_nonzero(counts) * counts[labels])
