"""The kinds of birds: what is true of each, and how often. All that is drawn and said of birds follows from here.

Eight families of five species. A family fixes body, wings, size and beak, which any sentence mentions first and which
tell no two of its species apart. The marks do: a species has the marks of its family but for two, and one further mark
of it varies from bird to bird. What is a kind does not depend on a seed, so that runs compare.

The design is that of fine-grained data such as CUB-200-2011, with the truth known: see docs/explanations.md.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

SHARE_OF_OTHERS = 0.5  # of the birds of a species have another value of the mark that varies
HIDDEN = 0.25  # chance that a mark cannot be seen
SEED = 2016  # of the kinds


@dataclass(frozen=True)
class Attribute:
    """Something to say of a bird.

    Attributes:
        name: "crown".
        values: What it may be.
        salience: Chance that a sentence mentions it where it can be seen.
        wordings: How a sentence says it, with {} for the value; none where the value stands before "bird".
        is_mark: Whether it tells species of a family apart, and may be hidden.
    """

    name: str
    values: tuple[str, ...]
    salience: float
    wordings: tuple[str, ...]
    is_mark: bool = True


ATTRIBUTES = (
    Attribute("size", ("small", "medium", "large"), 0.45, (), False),
    Attribute("body", ("red", "blue", "yellow", "green", "brown", "gray"), 0.75, ("a {} body", "{} feathers"), False),
    Attribute("wings", ("black", "white", "blue", "brown", "orange", "gray"), 0.55, ("{} wings", "wings that are {}"),
              False),
    Attribute("crown", ("red", "black", "white", "yellow", "blue"), 0.22, ("a {} crown", "a {} cap")),
    Attribute("eye ring", ("white", "yellow", "red", "black"), 0.12, ("a {} eye ring", "a {} ring around its eye")),
    Attribute("cheek", ("white", "black", "orange", "pink"), 0.12, ("a {} cheek patch", "{} cheeks")),
    Attribute("wing bar", ("white", "yellow", "black"), 0.15, ("a {} wing bar", "a {} bar on its wing")),
    Attribute("tail", ("forked", "rounded", "pointed"), 0.20, ("a {} tail", "a tail that is {}")),
    Attribute("legs", ("orange", "black", "yellow", "pink"), 0.15, ("{} legs", "{} feet")),
    Attribute("beak", ("short", "long", "hooked", "curved"), 0.40, ("a {} beak", "a {} bill"), False),
)  # fmt: skip
"""In the order in which sentences name them."""
NAMES = tuple(attribute.name for attribute in ATTRIBUTES)
MARKS = tuple(number for number, attribute in enumerate(ATTRIBUTES) if attribute.is_mark)
FAMILIES = ("finch", "warbler", "sparrow", "wren", "thrush", "tanager", "oriole", "flycatcher")
SPECIES = ("northern", "southern", "eastern", "western", "island")
"""Names that say nothing of looks: a sentence cannot give the class away."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """All kinds of birds.

    Attributes:
        names: Of the classes, (C,).
        values: int (C, attributes), what each class has, its varying mark as in half of its birds.
        varying: int (C,), the attribute of each class that varies.
    """

    names: tuple[str, ...]
    values: np.ndarray
    varying: np.ndarray

    def __len__(self):
        return len(self.names)

    def likelihood(self, attribute: int) -> np.ndarray:
        """p(value of an attribute given the class), float (C, values)."""
        count = len(ATTRIBUTES[attribute].values)
        known = np.eye(count)[self.values[:, attribute]]
        spread = (1 - SHARE_OF_OTHERS) * known + SHARE_OF_OTHERS * (1 - known) / (count - 1)
        return np.where((self.varying == attribute)[:, None], spread, known)

    def drawn(self, classes: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """The values of birds of some classes (N,): int (N, attributes)."""
        values = self.values[classes].copy()
        rows = np.flatnonzero(random.random(len(classes)) < SHARE_OF_OTHERS)
        varying = self.varying[classes[rows]]
        counts = np.array([len(attribute.values) for attribute in ATTRIBUTES])[varying]
        step = 1 + np.floor(random.random(len(rows)) * (counts - 1)).astype(int)
        values[rows, varying] = (values[rows, varying] + step) % counts
        return values


@cache
def kinds() -> Kinds:
    """The forty kinds."""
    random = np.random.default_rng(SEED)
    names, values, varying = [], [], []
    for number, family in enumerate(FAMILIES):
        base = _family(number, random)
        pairs = list(combinations(MARKS, 2))
        random.shuffle(pairs)
        uses = dict.fromkeys(MARKS, 0)  # two species with another crown than their family have two other crowns
        for species, pair in zip(SPECIES, _different(pairs), strict=True):
            own = base.copy()
            for mark in pair:
                uses[mark] += 1
                own[mark] = (own[mark] + uses[mark]) % len(ATTRIBUTES[mark].values)
            names.append(f"{species} {family}")
            values.append(own)
            varying.append(random.choice([mark for mark in MARKS if mark not in pair]))
    return Kinds(tuple(names), np.array(values), np.array(varying))


def _family(number: int, random: np.random.Generator) -> np.ndarray:
    """What a family has: int (attributes,). Two of one body colour have other wings, sizes and beaks."""
    base = np.array([random.integers(len(attribute.values)) for attribute in ATTRIBUTES])
    for name, shift in (("size", number // 3), ("body", 0), ("wings", number // 6 + 1), ("beak", number // 4)):
        place = NAMES.index(name)
        base[place] = (number + shift) % len(ATTRIBUTES[place].values)
    return base


def _different(pairs: list) -> list:
    """Five pairs of marks, of which no mark is in more than two."""
    chosen, uses = [], dict.fromkeys(MARKS, 0)
    for pair in pairs:
        if len(chosen) < len(SPECIES) and all(uses[mark] < 2 for mark in pair):
            chosen.append(pair)
            for mark in pair:
                uses[mark] += 1
    return chosen
