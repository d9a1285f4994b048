"""Explanations in words. Every sentence says only what was computed: what is hidden, what then happens, what adds."""

import numpy as np

from evaluation.explanation import Answer, Columns, Places, Words

NAMED = 3  # columns, and pieces of a text
LEAST = 0.005  # change of a probability that is worth a sentence
LONGEST = 40  # characters of a value


def told(answer: Answer, places: Places | None, columns: Columns | None, words: tuple[Words, ...]) -> str:
    """The explanation of one record."""
    parts = [of_places(answer, places)] if places else []
    parts += [of_columns(answer, columns)] if columns else []
    own = [of_words(answer, one, alone=not parts) for one in words]
    return " ".join([*parts, *filter(None, own)]) or f"{lead(answer)}."


def share(probability: float) -> str:
    """A probability with two decimals, and no certainty that it does not have."""
    if probability > 0.99:
        return "above 0.99"
    return "below 0.01" if probability < 0.01 else f"{probability:.2f}"


def number(value: float) -> str:
    """A number with three digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def lead(answer: Answer) -> str:
    """What the answer is."""
    if answer.is_number:
        return f"{answer.name} {number(answer.value)}"
    if answer.name != answer.predicted:
        own, other = share(answer.predicted_value), share(answer.value)
        return f"{answer.predicted} ({own}), not {answer.name} ({other})"
    rival = f" rather than {answer.rival} ({share(answer.rival_value)})" if answer.rival else ""
    return f"{answer.name} ({share(answer.value)}){rival}"


def of_places(answer: Answer, places: Places) -> str:
    """Which patch changes the answer most, and to what."""
    row, column = places.place
    height, width = places.pixels.shape[:2]
    rows = f"rows {row + 1} to {min(row + places.patch, height)}"
    where = f"{region(row, column, places)} ({rows}, columns {column + 1} to {min(column + places.patch, width)})"
    size = f"{places.patch} x {places.patch} pixels"
    asked = answer.name != answer.predicted
    change = places.hidden - answer.value if asked else answer.value - places.hidden
    if change < LEAST:
        best = "has at most" if asked else "still has"
        return (
            f"{lead(answer)}: no single patch of {size} decides it; whichever is hidden, {answer.name} {best} "
            f"{share(max(places.hidden, answer.value) if asked else places.hidden)}."
        )
    rests = f"What speaks most against {answer.name} is" if asked else "It rests most on"
    return f"{lead(answer)}. {rests} the {where}; with that hidden, {answer.name} has {share(places.hidden)}."


def region(row: int, column: int, places: Places) -> str:
    """In which ninth of the picture the middle of the patch lies, in words."""
    names = []
    for start, side, words in (
        (row, places.pixels.shape[0], ("top", "", "bottom")),
        (column, places.pixels.shape[1], ("left", "", "right")),
    ):
        middle = start + min(places.patch, side) / 2
        names.append(words[min(2, int(3 * middle / side))])
    return " ".join(filter(None, names)) or "middle"


def of_columns(answer: Answer, columns: Columns) -> str:
    """How far the answer lies from the mean, and which columns carry it there."""
    amounts, distance = columns.amounts, answer.value - columns.base
    shown = number if answer.is_number else _hundredths
    side = "above" if distance >= 0 else "below"
    of = "the average" if answer.is_number else f"{answer.name}'s average"
    parts = [f"{name}={columns.values[name]} {_adds(amount, shown)}" for name, amount in list(amounts.items())[:NAMED]]
    rest = list(amounts.values())[NAMED:]
    if rest:
        many = f"the other {len(rest)} columns together" if len(rest) > 1 else "the other column"
        parts.append(f"{many} {_adds(float(np.sum(rest)), shown, several=len(rest) > 1)}")
    return (
        f"{lead(answer)}, {shown(abs(distance))} {side} {of} of {shown(columns.base)}: {', '.join(parts[:-1])}"
        f"{', and ' if len(parts) > 1 else ''}{parts[-1]}."
    )


def _hundredths(probability: float) -> str:
    return f"{probability:.2f}" if abs(probability) >= LEAST or not probability else f"{probability:.1g}"


def _adds(amount: float, shown, several: bool = False) -> str:
    verb = "add" if amount >= 0 else "take"
    return f"{verb if several else f'{verb}s'} {shown(abs(amount))}"


def of_words(answer: Answer, words: Words, alone: bool) -> str:
    """Which pieces of a text carry the answer most; `alone` where nothing was said of the record yet."""
    raising = sorted((pair for pair in words.pieces if pair[1] > 0), key=lambda pair: -pair[1])
    kept = [(piece, amount) for piece, amount in raising if _changes(answer, amount)][:NAMED]
    before = f"{lead(answer)}: " if alone else f"In {words.column}, "
    if not kept:
        what = "no single piece of the text decides it"
        return f"{before}{what}." if alone else ""
    told = []
    for piece, amount in kept:
        without = f"{number(answer.value - amount)}" if answer.is_number else share(answer.value * np.exp(-amount))
        told.append(f"“{shortened(piece.strip())}” (without it {without})")
    verb = "raise" if answer.is_number else "speak for"
    verb = f"{verb}s" if len(told) == 1 and answer.is_number else ("speaks for" if len(told) == 1 else verb)
    return f"{before}{', '.join(told)} {verb} {answer.name} most."


def _changes(answer: Answer, amount: float) -> bool:
    return amount > 0 if answer.is_number else answer.value * (1 - np.exp(-amount)) >= LEAST


def shortened(text: str) -> str:
    text = " ".join(str(text).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
