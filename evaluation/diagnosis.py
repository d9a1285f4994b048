"""What to change next, read off the curves, the scores and what simple methods have on the same rows.

    diagnose(history, *, train_accuracy, validation_accuracy, guess=None, num_validation=None, target=None,
             baseline=None, learning_rate=None, flags=Flags(), measure="accuracy", spread=None, rivals=(), classes=())

The lectures' table, in percent, training / validation: 99/89 is high variance, 90/89 high bias, 89/78 both. A wrong
learning rate comes first: as long as it is wrong the two accuracies say nothing about the size of the network. Then
comes what makes these accuracies worth nothing: a class that is never answered, answers no better than guessing, a
baseline that does better (`evaluation.faults`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, sqrt

from evaluation.class_recall import ClassRecall
from evaluation.faults import FAULTS, Fault, Flags, few_rows, lost, missed_classes
from evaluation.loss_curve import CurveReading, read
from evaluation.rivals import Rival

# Distances above this are large: 90/89 against a reachable 100 is bias, 99/89 is variance, 1 point is neither.
LARGE = 0.05
# What a baseline has reached on the same validation rows is certainly reachable, so less distance is forgiven.
LARGE_TO_BASELINE = 0.02

REMEDIES = {
    "high bias": (
        "make the network bigger",
        "train longer",
        "change the architecture",
        "more data of the same kind will not help",
    ),
    "high variance": (
        "get a bigger training set, or augment the one there is",
        "regularise more: dropout, weight penalty, stopping earlier",
        "change the architecture",
    ),
    "learning rate too high": ("lower the learning rate", "check that the inputs are scaled"),
    "learning rate too low": ("raise the learning rate", "train longer"),
}
REMEDIES["high bias and high variance"] = REMEDIES["high bias"] + REMEDIES["high variance"][:2]
REMEDIES["healthy"] = REMEDIES["not known"] = ()
REMEDIES |= FAULTS
LABELS = tuple(REMEDIES)


@dataclass(frozen=True)
class Diagnosis:
    """label: one of LABELS; readings: the sentences that led to it; remedies: the lectures' list, first things first.

    flag: the flag to change next, with its value where that can be said ("--learning-rate 0.0003"), or None.
    advice: one sentence with the flag and the reason.
    """

    label: str
    readings: tuple[str, ...]
    remedies: tuple[str, ...]
    flag: str | None
    advice: str


def diagnose(
    history: Mapping[str, Sequence[float]],
    *,
    train_accuracy: float,
    validation_accuracy: float,
    guess: float | None = None,
    num_validation: int | None = None,
    target: float | None = None,
    baseline: float | None = None,
    learning_rate: float | None = None,
    flags: Flags | None = None,
    measure: str = "accuracy",
    spread: float | None = None,
    rivals: Sequence[Rival] = (),
    classes: Sequence[ClassRecall] = (),
) -> Diagnosis:
    """Names the one thing that is wrong first, and the flag that acts on it.

    Bias is the distance from the accuracy that can be reached to the training accuracy, variance the distance from
    the training to the validation accuracy. What can be reached is `target` where the user knows it (1.0 for images
    that people can name), else `baseline`, else 1.0: on tables some error is in the data itself, and gradient
    boosting on the same rows is the best estimate of how much.

    Args:
        history: "loss" and, where there is validation, "val_loss", one number an epoch.
        train_accuracy, validation_accuracy: of the final weights, NaN where not defined, in inference mode (the
            running accuracy of an epoch is lower, with dropout and augmentation in it).
        guess: the loss of guessing, ln K for K classes; None where the loss also holds a weight penalty: its size in
            the first epoch is then not judged.
        num_validation: rows of the validation split; distances that chance alone explains are then not called large.
        target: accuracy that is known to be reachable.
        baseline: accuracy of the best baseline on the validation split.
        learning_rate: the rate the training began with; the advice then names the next one.
        flags: how the app calls what the advice speaks of.
        measure: what the accuracies are where they are another share of 1: "R2" for regression.
        spread: half the width of the 95 percent interval of the validation score; None to compute that of an accuracy
            on `num_validation` rows.
        rivals: simple methods beside the network on the same rows.
        classes: how each class is found.
    """
    given = {"train_accuracy": train_accuracy, "validation_accuracy": validation_accuracy}
    given |= {"target": target or 0, "baseline": baseline or 0}
    undefined = isnan(train_accuracy) or isnan(validation_accuracy)
    for name, value in given.items():
        if not isnan(value) and not 0 <= value <= 1:
            raise ValueError(f"`{name}` must be in [0, 1]. Received: {name}={value}")
    flags = flags or Flags()
    curve = read(history["loss"], history.get("val_loss"), guess=guess)
    if undefined:
        reading = f"{measure} is not defined on training or validation rows: there is one only, or all are equal"
        return Diagnosis("not known", (reading, curve.reason), (), None, "Hold out more rows to learn what is wrong.")
    numbers = f"{measure} is {train_accuracy:.3f} on training and {validation_accuracy:.3f} on validation data"

    reachable, source, large = target, "as given", LARGE
    if reachable is None and baseline is not None:
        reachable, source, large = baseline, "by the best baseline on the validation data", LARGE_TO_BASELINE
    elif reachable is None:
        reachable, source = 1.0, "as no other figure is known"
    bias, variance = reachable - train_accuracy, train_accuracy - validation_accuracy
    noise = chance(validation_accuracy, num_validation) if spread is None else spread
    # What the network itself reaches on the validation rows it can be no further from.
    bias_left = min(bias, reachable - validation_accuracy)
    high_bias = bias_left > max(large, noise if target is None and baseline is not None else 0)
    high_variance = variance > max(LARGE, noise)
    label = " and ".join(["high bias"] * high_bias + ["high variance"] * high_variance) or "healthy"
    flag, advice = next_flag(label, curve, flags, len(history["loss"]))
    cause = label if label != "healthy" else "high bias" if curve.falling else ""
    helps = next_flag(cause, curve, flags, len(history["loss"])) if cause else (None, "")
    faults = missed_classes(classes, flags, rare=True) + lost(rivals, measure, *helps)
    faults += missed_classes(classes, flags, rare=False)
    if rate_first(curve, high_bias, faults):
        return wrong_rate(curve, [numbers], faults, flags, learning_rate, measure)

    readings = [
        numbers,
        *(fault.reading for fault in faults),
        f"training {measure} is {points(bias)} the {reachable:.3f} that can be reached ({source}): "
        f"{'high' if high_bias else 'low'} bias",
        f"validation {measure} is {points(variance)} training {measure}: {'high' if high_variance else 'low'} variance",
    ]
    if variance > LARGE and not high_variance:
        rows = f"on {num_validation} validation rows " if num_validation else ""
        readings.append(f"{rows}chance alone moves the {measure} by {100 * noise:.1f} points")
    if baseline is not None and validation_accuracy < baseline - max(LARGE_TO_BASELINE, noise):
        readings.append(f"a baseline does better on the validation data: {baseline:.3f}")
    readings.append(curve.reason)
    if faults:
        return concluded(faults, readings)
    if label == "healthy" and (reading := few_rows(rivals)):
        return Diagnosis("not known", (reading, *readings), (), None, "Hold out more rows to learn what is wrong.")
    return Diagnosis(label, tuple(readings), REMEDIES[label], flag, advice)


def concluded(faults: Sequence[Fault], readings: Sequence[str]) -> Diagnosis:
    """The diagnosis of the first of some faults."""
    first = faults[0]
    return Diagnosis(first.label, tuple(readings), first.remedies, first.flag, first.advice)


def rate_first(curve: CurveReading, high_bias: bool, faults: Sequence[Fault]) -> bool:
    """Whether the learning rate is to be changed first. A rate that only shakes the loss explains no fault: where
    nothing can be learned, the loss hardly falls, and any leap is large beside that."""
    if curve.rate == "too high":
        return not faults or curve.ruined
    return curve.rate == "too low" and (high_bias or bool(faults))


def wrong_rate(
    curve: CurveReading,
    readings: Sequence[str],
    faults: Sequence[Fault],
    flags: Flags,
    learning_rate: float | None,
    measure: str,
) -> Diagnosis:
    """The diagnosis of a wrong learning rate; what else is wrong is said after it."""
    label = f"learning rate {curve.rate}"
    flag = flags.learning_rate
    if learning_rate is not None:
        flag += f" {learning_rate * curve.factor:.1g}"
    advice = f"Change {flag} first: with this rate the {measure} says little about the model."
    if faults:
        advice += f" If that does not mend it: {faults[0].advice}"
    told = (curve.reason, *readings, *(fault.reading for fault in faults))
    return Diagnosis(label, told, REMEDIES[label] + (faults[0].remedies if faults else ()), flag, advice)


def chance(accuracy: float, rows: int | None) -> float:
    """Half the width of the 95 percent interval of an accuracy measured on so many rows; 0 where that is not known."""
    if rows is None:
        return 0.0
    # At an accuracy of exactly 0 or 1 the formula would claim certainty; half a row's worth of doubt remains.
    doubt = 0.5 / rows
    share = min(max(accuracy, doubt), 1 - doubt)
    return 1.96 * sqrt(share * (1 - share) / rows)


def next_flag(label: str, curve: CurveReading, flags: Flags, epochs: int) -> tuple[str | None, str]:
    """The flag to change and the sentence about it; bias before variance, since a bigger network may cure both."""
    if "high bias" in label and curve.falling:
        return f"{flags.longer} {2 * epochs}", f"Change {flags.longer} to {2 * epochs}: both losses were still falling."
    if "high bias" in label and flags.bigger:
        return flags.bigger, f"Change {flags.bigger}: a bigger network can fit the training data more closely."
    if "high bias" in label:
        return None, "Choose a bigger or different model."
    if label == "high variance" and flags.augment:
        return flags.augment, f"Change {flags.augment}: altered copies of the training data stand in for more data."
    if label == "high variance" and flags.regularize:
        return flags.regularize, f"Raise {flags.regularize}: the network remembers rows instead of what they share."
    if label == "high variance":
        return None, "Get more training data, or choose a smaller model."
    if curve.falling:
        more = f"{flags.longer} {2 * epochs}"
        return more, f"Nothing has to change; both losses were still falling, so {more} may gain a little."
    return None, "Nothing has to change."


def points(distance: float) -> str:
    """0.1 as "10.0 points below", -0.1 as "10.0 points above", in words that fit before a figure."""
    if abs(distance) < 0.0005:
        return "equal to"
    return f"{100 * abs(distance):.1f} points {'below' if distance > 0 else 'above'}"
