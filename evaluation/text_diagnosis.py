"""What is wrong with a network that writes texts: read off the curves, its texts, and what simple methods write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evaluation.diagnosis import Diagnosis, concluded, next_flag, rate_first, wrong_rate
from evaluation.faults import FAULTS, Fault, Flags, few_rows, lost
from evaluation.loss_curve import read
from evaluation.rivals import FEWEST_ROWS, Rival, paired
from evaluation.translation import loops

MANY = 0.5  # share of the texts that are empty, loops, or one and the same


def diagnose_texts(
    history: Mapping[str, Sequence[float]],
    texts: Sequence[str],
    references: Sequence[str],
    rivals: Sequence[Rival],
    *,
    measure: str,
    score: float,
    learning_rate: float | None = None,
) -> Diagnosis:
    """Names the one thing that is wrong first.

    Args:
        history: "loss" and "val_loss", one number an epoch.
        texts, references: (N,) what the network wrote, and of each one reference.
        rivals: methods without a network on the same records, see `beside`.
        measure: what `score` and the scores of the rivals are.
        score: of all texts together; 0 is worth nothing.
        learning_rate: the rate the training began with.
    """
    flags, epochs = Flags(), len(history["loss"])
    curve = read(history["loss"], history.get("val_loss"))
    helps = next_flag("high bias", curve, flags, epochs) if curve.falling else (None, "")
    faults = degenerate(texts, references, *helps)
    if len(texts) >= FEWEST_ROWS:
        faults += worthless(score, measure, *helps)
    faults += lost(rivals, measure, *helps)
    numbers = f"{measure} is {score:.3g}"
    beside = [f"{one.name}: {one.theirs:.3g}, the network {one.ours:.3g} in the mean" for one in rivals]
    if rate_first(curve, False, faults):
        return wrong_rate(curve, [numbers, *beside], faults, flags, learning_rate, measure)
    readings = [numbers, *(fault.reading for fault in faults), *beside, curve.reason]
    if faults:
        return concluded(faults, readings)
    if reading := few_rows(rivals):
        return Diagnosis("not known", (reading, *readings), (), None, "Hold out more records to learn what is wrong.")
    flag, advice = next_flag("healthy", curve, flags, epochs)
    return Diagnosis("healthy", tuple(readings), (), flag, advice)


def beside(name: str, ours, theirs, *, blind: bool) -> Rival:
    """A method without a network beside one that writes texts, by their scores (N,) of the same records.

    A blind one, which does not look at what is to be told, must be beaten by more than chance; one that finds the most
    similar training record may be equalled, since data can be as simple as that, but not be better.
    """
    found = paired(name, ours, theirs, trivial=blind)
    return found if blind or found.rows < FEWEST_ROWS else replace(found, doubt=0.0)


def degenerate(texts: Sequence[str], references: Sequence[str], flag: str | None, how: str) -> list[Fault]:
    """A fault where most texts are empty or say one thing again and again, or where most are the same text."""
    count, label = len(texts), "degenerate texts"
    bad = sum(not text.strip() or loops(text) for text in texts)
    as_bad = sum(not text.strip() or loops(text) for text in references)
    common, times = Counter(texts).most_common(1)[0]
    as_often = Counter(references).most_common(1)[0][1]
    if bad > MANY * count and as_bad <= MANY * bad:
        reading = f"{bad} of {count} texts are empty or repeat themselves, such as {common[:60]!r}"
        advice = f"Most of its texts are empty or repeat themselves. {how or 'Train longer, or on more data.'}"
    elif times > MANY * count and len(texts) >= FEWEST_ROWS and as_often <= MANY * times:
        reading = f"{times} of {count} texts are {common[:60]!r}, whatever the input"
        advice = f"It writes one text whatever the input. {how or 'Train longer, or change the learning rate.'}"
    else:
        return []
    return [Fault(label, reading, flag, advice, FAULTS[label])]


def worthless(score: float, measure: str, flag: str | None, how: str) -> list[Fault]:
    """A fault where the score is nothing."""
    if score >= 0.005:
        return []
    label = "no better than guessing"
    advice = f"{measure} is 0: nothing that was learned shows in it. {how or 'Train longer, or on more data.'}"
    return [Fault(label, f"{measure} is 0", flag, advice, FAULTS[label])]
