"""Sentences about birds: written by a closed grammar, and read by it.

this small bird has a red body, a black cap and a short bill
this is a small bird with a red body and a forked tail
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from data.birds.kinds import ATTRIBUTES

MOST = 4  # mentions of a sentence
BEGINNINGS = ("this {}bird has ", "this is a {}bird with ")
SIZES = "|".join(ATTRIBUTES[0].values)
BEGINNING = re.compile(
    rf"(?:this (?P<has>(?:{SIZES}) )?bird has|this is a (?P<with>(?:{SIZES}) )?bird with"
    rf"|this is a (?P<alone>{SIZES}) bird)(?: |$)"
)


@dataclass(frozen=True)
class Reading:
    """What a sentence says.

    Attributes:
        mentions: (attribute, value) numbers in their order.
        places: Of each the words (start, end) that say it, commas being words.
        unknown: Phrases that are none of the grammar.
    """

    mentions: tuple[tuple[int, int], ...]
    places: tuple[tuple[int, int], ...]
    unknown: int

    @property
    def said(self) -> int:
        """Phrases, known or not."""
        return len(self.mentions) + self.unknown


def mentioned(visible: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which attributes (attributes,) a sentence mentions of those that can be seen: at least one, at most `MOST`."""
    salience = np.array([attribute.salience for attribute in ATTRIBUTES])
    while True:
        said = visible & (random.random(len(salience)) < salience)
        if said.any():
            break
    rows = np.flatnonzero(said)
    if len(rows) > MOST:
        said[:] = False
        said[random.permutation(rows)[:MOST]] = True
    return said


def written(values: np.ndarray, said: np.ndarray, random: np.random.Generator) -> str:
    """A sentence with the mentions `said` (attributes,) of a bird with `values` (attributes,)."""
    phrases = [
        attribute.wordings[random.integers(2)].format(attribute.values[value])
        for attribute, value, chosen in zip(ATTRIBUTES[1:], values[1:], said[1:], strict=True)
        if chosen
    ]
    size = f"{ATTRIBUTES[0].values[values[0]]} " if said[0] else ""
    if not phrases:
        return f"this is a {size}bird"
    return BEGINNINGS[random.integers(2)].format(size) + listed(phrases)


def listed(phrases: list[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]]))


@cache
def _phrases() -> dict[str, tuple[int, int]]:
    """Phrase -> attribute and value."""
    return {
        wording.format(word): (number, value)
        for number, attribute in enumerate(ATTRIBUTES)
        for value, word in enumerate(attribute.values)
        for wording in attribute.wordings
    }


def words(sentence: str) -> list[str]:
    """The words of a sentence, commas being words."""
    return sentence.replace(",", " , ").split()


def read(sentence: str) -> Reading:
    """What a sentence of any words says by the grammar; the case of letters, and a full stop, say nothing."""
    text = " ".join(words(sentence.lower().rstrip(" .")))
    start = BEGINNING.match(text)
    mentions, places, unknown = [], [], 0
    if start:
        size = (start["has"] or start["with"] or start["alone"] or "").strip()
        if size:
            mentions.append((0, ATTRIBUTES[0].values.index(size)))
            place = text[: start.end()].split().index(size)
            places.append((place, place + 1))
        rest, position = text[start.end() :], len(text[: start.end()].split())
        if start["alone"] and not rest:
            return Reading(tuple(mentions), tuple(places), 0)
    else:
        rest, position = text, 0
    for phrase in re.split(r"( , | and )", rest):
        length = len(phrase.split())
        if phrase not in (" , ", " and "):
            if phrase in _phrases():
                mentions.append(_phrases()[phrase])
                places.append((position, position + length))
            else:
                unknown += 1
        position += length
    return Reading(tuple(mentions), tuple(places), unknown + (start is None and not unknown))
