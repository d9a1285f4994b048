"""What makes a score worth nothing, whatever the curves look like, and what helps against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.class_recall import ClassRecall
from evaluation.rivals import Rival, best

FAULTS = {
    "rare class missed": (
        "weigh the classes in the loss: --class-weights balanced",
        "answer the class from a lower probability on (a threshold below 0.5), where missing it costs more",
        "get more rows of it",
        "choose another model",
    ),
    "class missed": ("train longer", "make the network bigger", "get more rows of it", "choose another model"),
    "no better than guessing": (
        "check that the inputs can tell the answer, and that the rows are right",
        "change the learning rate, or train longer",
        "get more data",
        "choose another model",
    ),
    "worse than a baseline": ("choose another model", "change the learning rate, or train longer", "get more data"),
    "degenerate texts": ("train longer", "change the learning rate", "get more data", "choose another model"),
}
"""Label -> the lectures' list, first things first."""


@dataclass(frozen=True)
class Flags:
    """The flags of the app that act on each cause, as the user types them; None where the model has no such flag, or
    it is given already."""

    learning_rate: str = "--learning-rate"
    bigger: str | None = "--hidden"
    longer: str = "--epochs"
    regularize: str | None = "--dropout"
    augment: str | None = None
    class_weights: str | None = None


@dataclass(frozen=True)
class Fault:
    """label: a key of FAULTS; reading: the sentence that led to it; the others as of `diagnosis.Diagnosis`."""

    label: str
    reading: str
    flag: str | None
    advice: str
    remedies: tuple[str, ...]


def missed_classes(classes: Sequence[ClassRecall], flags: Flags, *, rare: bool) -> list[Fault]:
    """A fault for the missed classes, those that are rare or the others; the rarest speaks for all of them."""
    missed = sorted((one for one in classes if one.missed and one.rare == rare), key=lambda one: one.share)
    if not missed:
        return []
    label = "rare class missed" if rare else "class missed"
    worst, remedies = missed[0], FAULTS[label]
    others = f" (and {len(missed) - 1} more of {len(classes)} classes)" if len(missed) > 1 else ""
    flag = flags.class_weights if rare else flags.bigger
    if rare and not flags.class_weights:
        remedies = remedies[1:]
    helps = "" if flag is None else f"Change {flag}, or "
    advice = f"{helps}get more rows of class {worst.name!r}, of which "
    advice += f"{worst.found} of {worst.rows} held out are found{others}"
    if rare:
        advice += "; a threshold below 0.5 finds more of them, at the price of false alarms"
    if worst.rival_found > worst.found:
        advice += f"; another model can: {worst.rival} finds {worst.rival_found}"
    return [Fault(label, worst.told + others, flag, f"{advice[0].upper()}{advice[1:]}.", remedies)]


def lost(rivals: Sequence[Rival], measure: str, flag: str | None, how: str) -> list[Fault]:
    """A fault where the network is no better than what is trivial, and one where another rival does better.

    Args:
        rivals: Beside the network.
        measure: What their scores are.
        flag, how: The flag that acts on bias or variance, and the sentence about it; "" where neither is large.
    """
    found = []
    trivial = best([one for one in rivals if one.trivial and one.wins and one.told])
    if trivial:
        reading = f"no better than {trivial.name}, but for chance: {_figures(trivial, measure)}"
        advice = how or "Check that the inputs can tell the answer; then get more data, or choose another model."
        advice = f"It does no better than {trivial.name}. {advice}"
        label = "no better than guessing"
        found.append(Fault(label, reading, flag, advice, FAULTS[label]))
    better = best([one for one in rivals if not one.trivial and one.wins])
    if better:
        reading = f"{better.name} does better on the same rows: {_figures(better, measure)}"
        advice = f"Choose another model: {better.name} does better on the same rows. {how}".rstrip()
        label = "worse than a baseline"
        found.append(Fault(label, reading, flag, advice, FAULTS[label]))
    return found


def few_rows(rivals: Sequence[Rival]) -> str:
    """The sentence that the rows are too few to tell the network from what is trivial; "" where they are not."""
    few = best([one for one in rivals if one.trivial and one.wins and not one.told])
    return f"{few.rows} rows are too few to tell the network from {few.name}" if few else ""


def _figures(rival: Rival, measure: str) -> str:
    return f"{measure} {rival.theirs:.3f}, the network {rival.ours:.3f}, on {rival.rows:,} rows"
