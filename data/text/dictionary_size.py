"""How large a dictionary must be for the characters of a text, and which of them it may leave out.

An alphabet has some dozens of characters, Chinese has thousands, of which a training text has many once only. Each one
that is covered takes a piece, so that a size chosen by the length of the text alone may not hold them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cli.errors import UserError
from data.text import unicode_rules
from data.text.subwords import LEAST_COVERAGE, SPECIALS

RICH = 0.9995  # of the characters of a text, for scripts of thousands: SentencePiece's own advice
SHARE = 0.5  # of the pieces may be single characters, or few are left for words
LARGEST = 16_000
STEP = 100  # sizes are multiples of it


@dataclass(frozen=True)
class Characters:
    """How often each character of a text stands in it, the most frequent first: (N,) counts."""

    counts: np.ndarray

    @classmethod
    def of(cls, sentences: Sequence[str], lower: bool) -> "Characters":
        """Those of sentences once they are normalised; spaces do not count."""
        found = Counter()
        for sentence in sentences:
            found.update(sentence)
        rules, kept = unicode_rules.make(lower), Counter()
        for letter, count in found.items():
            kept.update(dict.fromkeys(rules.get(letter, letter).replace(" ", ""), count))
        return cls(np.array(sorted(kept.values(), reverse=True), np.int64))

    def needed(self, coverage: float) -> int:
        """The fewest characters that make up such a share of the text."""
        shares = np.cumsum(self.counts) / max(self.counts.sum(), 1)
        return min(int(np.searchsorted(shares, coverage - 1e-12)) + 1, len(self.counts))

    def share(self, most: int) -> float:
        """The share of the text that its so many most frequent characters make up."""
        return float(self.counts[:most].sum() / max(self.counts.sum(), 1))


def fitting(
    sentences: Sequence[str], usual: int, size: int | None, coverage: float | None, *, lower: bool
) -> tuple[int, float, str]:
    """The number of pieces, the share of the characters that get one, and a note where that is not what is usual.

    Args:
        sentences: Training text.
        usual: Pieces for a text of this length.
        size, coverage: What the user named; what is None is chosen.
        lower: Whether capitals are lowered.

    Raises:
        UserError: What was named does not hold the characters, or is out of range.
    """
    if coverage is not None and not LEAST_COVERAGE <= coverage <= 1:
        raise UserError(f"`--coverage` must be in [{LEAST_COVERAGE}, 1]. Received: {coverage}")
    characters = Characters.of(sentences, lower)
    every, room = len(characters.counts), (size or usual) - len(SPECIALS) - 1
    if coverage is None:
        coverage = 1.0
        if size is None and every > SHARE * usual:
            coverage = RICH
        elif every >= room:
            coverage = max(characters.share(int(SHARE * size)), LEAST_COVERAGE)
    needed = characters.needed(coverage)
    if size is None:
        size = usual
        if needed > SHARE * usual:
            size = min(max(usual, -(-round(needed / SHARE) // STEP) * STEP), LARGEST)
        room = size - len(SPECIALS) - 1
    if needed >= room:
        raise UserError(
            f"a dictionary of {size:,} pieces is too small for {needed:,} different characters, which are "
            f"{coverage:.2%} of the text. Give a larger `--vocab-size`, or a smaller `--coverage` (not below "
            f"{LEAST_COVERAGE}). Received: {every:,} different characters in all."
        )
    if coverage == 1 and size == usual:
        return size, coverage, ""
    note = f"The dictionary has {size:,} pieces, for {needed:,} of {every:,} different characters"
    if needed < every:
        note += f" ({coverage:.2%} of the text; the others are unknown)"
    return size, coverage, f"{note}: `--vocab-size` and `--coverage` change that."
