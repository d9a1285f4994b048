"""What was decided about a column of a table, as data: for the report, for preparing.json, and for the screen."""

from dataclasses import dataclass

import numpy as np

from data.evenly import evenly
from data.tables.column_kinds import NUMERIC
from data.tables.distinct_cells import DistinctCells

SHOWN = 3  # examples, and commonest values
LONGEST = 40  # characters of a value


@dataclass(frozen=True)
class DecidedColumn:
    """One column of the file.

    Attributes:
        name: of the column.
        use: "input", "target", "group", "time" or "left out".
        kind: "number", "date", "category", "text", "class" of a target, or "".
        form: how numbers and dates are written.
        missing: share of the rows without a value.
        missing_as: words that count as missing.
        different: number of different values.
        smallest, largest: of numbers, and of dates as "2024-05-31"; else None.
        commonest: pairs of a value and its rows, of categories and classes.
        examples: cells as they stand in the file.
        note: what was decided, and why; "" where there is nothing to say.
    """

    name: str
    use: str
    kind: str
    form: str
    missing: float
    missing_as: tuple[str, ...]
    different: int
    smallest: float | str | None
    largest: float | str | None
    commonest: tuple[tuple[str, int], ...]
    examples: tuple[str, ...]
    note: str

    @classmethod
    def of(cls, name, use, kind, column, decided, raw=None):
        """Describe a column.

        Args:
            name, use, kind: see the attributes.
            column: its `DistinctCells`, or numbers (N,) of a typed source.
            decided: its `ColumnKind`.
            raw: its cells as `column_kinds.convert` gives them; None where it is left out.
        """
        smallest = largest = None
        if isinstance(column, DistinctCells):
            gone = column.missing | np.isin(column.words, decided.absent)
            words, counts, rows = column.words[~gone], column.counts[~gone], len(column.codes)
            missing_as = tuple(_short(word) for word in column.words[gone][:SHOWN] if word)
        else:
            found, counts = np.unique(column[np.isfinite(column)], return_counts=True)
            words, rows, missing_as = np.array([f"{value:.7g}" for value in found], dtype=object), len(column), ()
        if kind in NUMERIC and raw is not None and np.isfinite(raw).any():
            ends = np.nanmin(raw), np.nanmax(raw)
            smallest, largest = (_date(end) if kind == "date" else float(end) for end in ends)
        common = np.argsort(-counts, kind="stable")[:SHOWN] if kind in {"category", "class"} else ()
        return cls(
            name,
            use,
            kind,
            decided.form if kind in NUMERIC else "",
            round(1 - int(counts.sum()) / max(rows, 1), 6),
            missing_as,
            len(words),
            smallest,
            largest,
            tuple((_short(words[place]), int(counts[place])) for place in common),
            tuple(_short(word) for word in words[evenly(len(words), SHOWN)]),
            decided.note,
        )

    @property
    def what(self):
        """The kind in words, with how it is written where that is not plain."""
        return self.kind + (f", as in {self.form}" if self.form not in {"", "plain"} else "")

    @property
    def gaps(self):
        """The share that is missing in words, with the words that count as missing; "" where none is."""
        if not self.missing:
            return ""
        return f"{self.missing:.1%}" + (f" ({', '.join(self.missing_as)})" if self.missing_as else "")

    @property
    def contents(self):
        """The values in words: a range, the commonest, or examples."""
        if self.smallest is not None:
            ends = (end if isinstance(end, str) else f"{end:.7g}" for end in (self.smallest, self.largest))
            return " to ".join(ends)
        if self.commonest:
            more = f", ... ({self.different:,} different)" if self.different > len(self.commonest) else ""
            return ", ".join(f"{word} ({count:,})" for word, count in self.commonest) + more
        return " | ".join(self.examples)


def _date(days):
    return str(np.datetime64(0, "D") + np.timedelta64(int(days // 1), "D"))


def _short(word):
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def table(columns):
    """The columns as lines of text, one each, for the screen."""
    cells = [("column", "use", "kind", "missing", "values")]
    cells += [(one.name, one.use, one.what, one.gaps, one.contents) for one in columns]
    widths = [min(LONGEST, max(map(len, column))) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
