"""What a segmentation has to show: scores beside baselines, and a diagnosis."""

from dataclasses import asdict, dataclass

import numpy as np

from tasks.advice import flags
from tasks.segment.prepared import Prepared
from tasks.segment.segmenter import Segmenter
from tasks.task import Learned

MOST_TRAINING = 100  # pictures on which the training scores are measured
MOST_FITTED = 400  # training pictures that the baselines see
SHOWN = 12  # pictures on the page, the worst ones


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores of the three splits, the baselines by name, the diagnosis, and what the page shows.

    Attributes:
        scores: `PixelScores` of the test split.
        interval: 95% of the mIoU of the test split.
        shown: Numbers of the test pictures with the lowest IoU, and the ids that they were answered with.
    """

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    baselines: dict[str, dict[str, float]]
    diagnosis: object
    scores: object
    interval: tuple[float, float]
    shown: list[tuple[int, np.ndarray]]

    def results(self) -> dict:
        scores = {"test": self.test, "validation": self.validation, "train": self.train}
        return scores | {
            "baselines": self.baselines,
            "miou_interval": self.interval,
            "confusion": self.scores.counts.tolist(),
            "diagnosis": asdict(self.diagnosis),
        }


def scored(segmenter: Segmenter, split, num_classes: int):
    """`PixelScores` of a split at the size of its masks."""
    from data.masks.masked_images import VOID
    from evaluation.pixel_scores import PixelScores

    found = PixelScores(num_classes)
    for row in range(len(split)):
        truth, answer = split.truth(row), segmenter(split.images[row], split.origins[row])
        of_truth = answer.of(np.where(truth == VOID, 0, truth))
        found.add(truth, answer.ids, answer.confidence, of_truth)
    return found


def score(prepared: Prepared, learned: Learned) -> Outcome:
    """Score the best weights on all splits, and the baselines on the same; the test split is read here first."""
    from data.evenly import evenly
    from evaluation.pixel_scores import worst
    from evaluation.segmentation import interval

    splits, answering, num_classes = prepared.splits, prepared.answering, len(prepared.splits.classes)
    segmenter = Segmenter(learned.model, prepared.prepare, answering.tile, answering.flip_test)
    sample = splits.train.take(evenly(len(splits.train), MOST_TRAINING))
    parts = {"train": sample, "validation": splits.validation, "test": splits.test}
    scores = {name: scored(segmenter, split, num_classes) for name, split in parts.items()}
    figures = {name: one.metrics() for name, one in scores.items()}
    print("scoring baselines on the same splits", flush=True)
    simple = simple_methods(prepared)
    baselines = {name: some["test"].metrics() for name, some in simple.items()}
    diagnosis = diagnosed(prepared, learned, scores, simple)
    shown = [(row, segmenter(splits.test.images[row]).ids) for row in worst(scores["test"], SHOWN)]
    test = scores["test"]
    return Outcome(
        figures["test"],
        figures["validation"],
        figures["train"],
        baselines,
        diagnosis,
        test,
        interval(np.array(test.by_picture)),
        shown,
    )


def simple_methods(prepared: Prepared) -> dict[str, dict]:
    """`PixelScores` of "validation" and "test" by the name of the baseline."""
    from data.evenly import evenly
    from data.masks.resizing import nearest
    from evaluation.pixel_scores import PixelScores
    from evaluation.segmentation_baselines import fitted

    splits, num_classes = prepared.splits, len(prepared.splits.classes)
    seen = splits.train.take(evenly(len(splits.train), MOST_FITTED))

    def pictures(split):
        for row in range(len(split)):
            pixels = prepared.prepare(split.images[row], split.origins[row])
            yield pixels, nearest(split.truth(row), pixels.shape[:2])

    methods = fitted(pictures(seen), len(seen), num_classes, prepared.trainer.seed)
    found = {one.name: {} for one in methods}
    for name, split in (("validation", splits.validation), ("test", splits.test)):
        for one in methods:
            found[one.name][name] = PixelScores(num_classes)
        for row, (pixels, _) in enumerate(pictures(split)):
            truth = split.truth(row)
            for one in methods:
                found[one.name][name].add(truth, nearest(one.answer(pixels), truth.shape))
    return found


def diagnosed(prepared: Prepared, learned: Learned, scores: dict, simple: dict):
    """The `Diagnosis`, by the mIoU; baselines are rivals by the mean IoU of each picture."""
    from evaluation.diagnosis import diagnose
    from evaluation.rivals import paired
    from evaluation.segmentation import interval

    trainer, splits = prepared.trainer, prepared.splits
    mious = {name: one.metrics()["miou"] for name, one in scores.items()}
    low, high = interval(np.array(scores["validation"].by_picture))
    ours = np.concatenate([scores[name].picture_ious() for name in ("validation", "test")])
    rivals = []
    for name, some in simple.items():
        theirs = np.concatenate([some[part].picture_ious() for part in ("validation", "test")])
        both = np.isfinite(ours) & np.isfinite(theirs)
        rivals.append(paired(name, ours[both], theirs[both], trivial=name.startswith("most frequent")))
    return diagnose(
        {name: [row[name] for row in learned.rows] for name in ("loss", "val_loss")},
        train_accuracy=mious["train"],
        validation_accuracy=mious["validation"],
        guess=float(np.log(len(splits.classes))),
        num_validation=len(splits.validation),
        target=prepared.reachable,
        learning_rate=trainer.learning_rate,
        flags=flags(prepared.recipe, prepared.augment),
        measure="mIoU",
        spread=(high - low) / 2,
        rivals=rivals,
    )


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores beside the baselines as text, and the figures of the last line."""
    test, diagnosis = results["test"], results["diagnosis"]
    shown = ("miou", "pixel_accuracy", "class_accuracy", "boundary_f1")
    lines = [f"{'on the test split':<42}{'mIoU':>8}{'pixels':>8}{'classes':>8}{'edges':>8}"]
    for name, figures in {"this network": test, **results["baselines"]}.items():
        lines.append(f"  {name:<40}" + "".join(f"{figures[one]:>8.4f}" for one in shown))
    low, high = (float("nan") if end is None else end for end in results["miou_interval"])
    lines.append(f"mIoU {test['miou']:.4f}, 95% interval over pictures {low:.4f} to {high:.4f}")
    lines.append(f"diagnosis: {diagnosis['label']}. {diagnosis['advice']}")
    line = {f"test_{name}": value for name, value in test.items()}
    best = max((figures["miou"] for figures in results["baselines"].values()), default=float("nan"))
    return "\n".join(lines), line | {"baseline_miou": best}
