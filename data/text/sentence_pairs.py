"""What every source of translation yields: sentences of two languages, line by line, in three parts."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from cli.errors import UserError


@dataclass(frozen=True, eq=False)
class SentencePairs:
    """Sentences and their translations, in a fixed order.

    Attributes:
        sources: (N,) strings in NFC, without spaces at the ends.
        targets: (N,) strings, the translation of each.
        origins: (N,) strings that say where each pair came from, such as "train.en:17".
    """

    sources: np.ndarray
    targets: np.ndarray
    origins: np.ndarray

    @classmethod
    def of(cls, sources, targets, origins):
        """Returns pairs of three sequences of equal length."""
        columns = [np.empty(len(values), dtype=object) for values in (sources, targets, origins)]
        for column, values in zip(columns, (sources, targets, origins), strict=True):
            column[:] = list(values)
        if not len(sources) == len(targets) == len(origins):
            raise UserError(
                f"`sources`, `targets` and `origins` must be equally long. "
                f"Received: {len(sources)}, {len(targets)} and {len(origins)}"
            )
        return cls(*columns)

    def __len__(self):
        return len(self.sources)

    def take(self, rows):
        """Returns the pairs that `rows` (indices or a mask) name, in that order."""
        return SentencePairs(self.sources[rows], self.targets[rows], self.origins[rows])

    def in_lower_case(self):
        """Returns the pairs without capitals, letter by letter as `unicode_rules` and so exports lower them."""
        lowered = (["".join(map(str.lower, text)) for text in texts] for texts in (self.sources, self.targets))
        pairs = SentencePairs.of(*lowered, self.origins)
        return replace(self, sources=pairs.sources, targets=pairs.targets)

    def aligned(self, texts):
        """Returns a list of N texts of the pairs as they are recorded."""
        return list(texts)


@dataclass(frozen=True, eq=False)
class LinePairs(SentencePairs):
    """Pairs of a file of which some lines may be left out.

    Attributes:
        lines: of each pair the number of its line, from 1.
        total: lines of the file.
    """

    lines: list[int]
    total: int

    @classmethod
    def of_file(cls, read):
        """Returns the pairs of `RawPairs`."""
        pairs = SentencePairs.of(read.sources, read.targets, read.origins)
        return cls(pairs.sources, pairs.targets, pairs.origins, read.lines, read.total)

    def aligned(self, texts):
        """Returns a text for each line of the file, None for a line that is left out."""
        by_line = dict(zip(self.lines, texts, strict=True))
        return [by_line.get(number) for number in range(1, self.total + 1)]


@dataclass(frozen=True, eq=False)
class TranslationSplits:
    """A dataset of translation, ready to learn from.

    Attributes:
        name: short, for names of runs: "phrases-en-de", "pairs".
        languages: what source and target are called: ("en", "de"); ("source", "target") where it is not known.
        train, validation, test: the three parts; no pair is in two of them.
        notes: sentences for the user that say what was decided.
    """

    kind: ClassVar[str] = "text"
    name: str
    languages: tuple[str, str]
    train: SentencePairs
    validation: SentencePairs
    test: SentencePairs
    notes: tuple[str, ...] = ()

    def in_lower_case(self):
        """Returns the splits without capitals."""
        parts = {name: getattr(self, name).in_lower_case() for name in ("train", "validation", "test")}
        return replace(self, **parts)
