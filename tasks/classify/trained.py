"""A finished run of apps.classify."""

from dataclasses import asdict, dataclass
from functools import cache, cached_property

import numpy as np

from data.targets import ClassTarget
from tasks.subject import Subject
from tasks.trained import TrainedNetwork

LONGEST_TABLE = 30  # classes; of more, those with the lowest F1 are printed


@dataclass(frozen=True)
class TrainedClassifier(TrainedNetwork):
    """A classifier; `decode` is an `export.decoding.ClassDecoding`."""

    target_type = ClassTarget
    labelled = True

    @staticmethod
    def decoding(preparing: dict):
        from export.decoding import ClassDecoding

        return ClassDecoding(tuple(preparing["classes"]), preparing.get("temperature", 1.0))

    @property
    def classes(self) -> tuple[str, ...]:
        return self.decode.classes

    def fits(self, output_shape: tuple) -> bool:
        return output_shape[1:] == (len(self.classes),)

    def target(self, name: str | None):
        """How the true classes are read from the column `name` of another table."""
        return ClassTarget(name, self.classes)

    def probabilities(self, inputs: dict[str, np.ndarray], origins: np.ndarray) -> np.ndarray:
        """Class probabilities (N, K) of raw records."""
        return self.decode.reference(self.outputs(inputs, origins))["probabilities"]

    def answered(self, inputs: dict[str, np.ndarray], origins: np.ndarray, top: int) -> list[dict]:
        """One dict per record: origin, label, probability, and top, a list of labels with probabilities."""
        probabilities = self.probabilities(inputs, origins)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
        rows = []
        for origin, row, best in zip(origins, probabilities, order, strict=True):
            ranked = [{"label": self.classes[k], "probability": round(float(row[k]), 6)} for k in best]
            rows.append({"origin": str(origin), **ranked[0], "top": ranked})
        return rows

    @cached_property
    def subject(self):
        """The run as it is asked why."""
        from tasks.background import of_run

        def scores(outputs):
            return self.decode.reference(outputs)["probabilities"]

        return Subject(self.model, self.prepare, scores, self.classes, "", cache(lambda: of_run(self)))

    def score(self, split) -> tuple[dict[str, float], dict]:
        """Print the scores of a split with labels in the run's order of classes; return them, and those by class."""
        from evaluation import classification

        probabilities = self.probabilities(split.inputs, split.origins)
        scores = classification.metrics(split.labels, probabilities)
        classes = classification.per_class(split.labels, probabilities, self.classes)
        print_classes(classes)
        for reason in classification.omitted(split.labels, probabilities).values():
            print(reason)
        low, high = classification.accuracy_interval(round(scores["accuracy"] * len(split)), len(split))
        print(f"accuracy {scores['accuracy']:.4f}, 95% interval {low:.4f} to {high:.4f}")
        undefined_as_none = [{k: None if v != v else v for k, v in asdict(one).items()} for one in classes]
        return scores, {"classes": undefined_as_none}


def print_classes(classes) -> None:
    """A line per class: precision, recall, F1, AUC, rows and predictions."""
    shown = classes
    if len(classes) > LONGEST_TABLE:
        shown = sorted(classes, key=lambda one: (one.f1 != one.f1, one.f1))[:LONGEST_TABLE]
        print(f"the {LONGEST_TABLE} of {len(classes)} classes with the lowest F1:")
    width = max(5, *(len(one.name) for one in shown))
    print(f"{'class':<{width}} precision recall     F1    AUC   rows predicted")
    for one in shown:
        figures = f"{one.precision:>9.4f} {one.recall:>6.4f} {one.f1:>6.4f} {one.auc:>6.4f}".replace("nan", "  -")
        print(f"{one.name:<{width}} {figures} {one.support:>6} {one.predicted:>9}")
