"""The report of a classification."""

import numpy as np

from tasks import explained_tests
from tasks.background import training_rows
from tasks.classify.prepared import Prepared
from tasks.classify.results import Outcome, softmax
from tasks.classify.text_page import text_sections
from tasks.subject import Subject
from tasks.task import Learned, Page

FILES = {
    "saved_model/": "raw records in, labels and probabilities out, for TensorFlow Serving and others",
    "refit/": "figures of the last stage, on training and validation rows",
}


def page(prepared: Prepared, learned: Learned, outcome: Outcome) -> Page:
    """Scores, curves, classes, confusion, reliability, mistakes, what the first layer sees."""
    from evaluation import classification_report, columns_report
    from evaluation.model_summary import summary

    splits = prepared.splits
    mistakes = _mistakes(splits, outcome.probabilities)
    sections = classification_report.sections(
        classes=splits.classes,
        history=learned.history,
        best_epoch=learned.best_epoch(prepared.best_by),
        labels=splits.test.labels,
        probabilities=outcome.probabilities,
        baselines=outcome.baselines,
        diagnosis=outcome.diagnosis,
        mistakes=mistakes,
        decision_region=_region(learned.model, splits),
        train_counts=np.bincount(splits.train.labels, minlength=len(splits.classes)).tolist(),
    )
    if splits.kind == "text":
        sections += text_sections(prepared, learned.model, outcome.probabilities, mistakes)
    sections += _why(learned.model, splits, outcome.probabilities)
    sections += _first_layer(learned.model, splits)
    subtitle = f"Classifier of {len(splits.classes):,} classes, scored on {len(splits.test):,} test rows"
    return Page(subtitle, [*sections, *columns_report.section(splits.columns)], splits.notes, summary(learned.model))


def _why(model, splits, outputs: np.ndarray) -> list:
    """Why some rows of the test split have their answers."""
    rows = explained_tests.of_classes(splits.test.labels, outputs)
    subject = Subject(model, splits.prepare, softmax, splits.classes, "", lambda: training_rows(splits.train))
    return explained_tests.section(subject, splits.test, rows, [splits.classes[k] for k in splits.test.labels[rows]])


def _first_layer(model, splits) -> list:
    """What the first layer sees of a test picture, where it is a convolution."""
    from evaluation import first_layer_report
    from models.first_layer import first_layer

    if splits.kind != "image":
        return []
    one = splits.test.take(np.array([0]))
    pixels = splits.prepare.fixed(one.inputs, one.origins)
    found = first_layer(model, np.asarray(splits.prepare.finish(pixels))[0])
    return first_layer_report.section(found, np.asarray(pixels)[0], str(one.origins[0]))


def _mistakes(splits, outputs: np.ndarray) -> list[dict]:
    """The most confident mistakes of the test split with their images or rows."""
    from evaluation.mistakes import most_confident

    found = []
    for i in most_confident(splits.test.labels, outputs):
        one = splits.test.take(np.array([i]))
        record = {
            "truth": int(one.labels[0]),
            "predicted": int(outputs[i].argmax()),
            "confidence": float(outputs[i].max()),
            "origin": str(one.origins[0]),
        }
        if splits.kind == "image":
            record["image"] = np.asarray(splits.prepare.fixed(one.inputs, one.origins))[0]
        else:
            record["raw"] = {name: values[0] for name, values in one.inputs.items()}
            record["row"] = {name: values[0] for name, values in splits.prepare.shown(one.inputs).items()}
        found.append(record)
    return found


def _region(model, splits):
    """The decision region where records are two numbers, else None."""
    from evaluation.decision_region import Region

    inputs = splits.train.inputs
    if splits.kind != "table" or len(inputs) != 2 or any(values.dtype.kind != "f" for values in inputs.values()):
        return None
    names = tuple(inputs)

    def predict(points: np.ndarray) -> np.ndarray:
        raw = {name: points[:, i].astype("float32") for i, name in enumerate(names)}
        return softmax(model.predict_on_batch(splits.prepare.finish(splits.prepare.fixed(raw))))

    return Region(predict, np.stack(list(inputs.values()), axis=1), splits.train.labels, names)
