"""One page that tells a run: a self-contained HTML file, for any kind of task.

    write(path, title, subtitle, sections)

A report is sections of blocks, and a block is one of the dataclasses below; report.html knows how each one looks. Every
text is escaped, no script runs, and no file or address outside the page is asked for.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation.figures import Picture
from evaluation.formula import mathml


@dataclass(frozen=True)
class Number:
    """One large figure: what it is, its value, and what to hold it against."""

    name: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class Numbers:
    kind: ClassVar[str] = "numbers"
    items: Sequence[Number]


@dataclass(frozen=True)
class Text:
    kind: ClassVar[str] = "text"
    lines: Sequence[str]


@dataclass(frozen=True)
class Code:
    """Text of fixed width, such as a command or a model's summary."""

    kind: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, see `evaluation.formula`."""

    kind: ClassVar[str] = "formula"
    latex: str


@dataclass(frozen=True)
class Facts:
    """Names and values, one pair a line."""

    kind: ClassVar[str] = "facts"
    items: Sequence[tuple[str, object]]


@dataclass(frozen=True)
class Notice:
    """A box that is seen first; tone is "good" or "warning"."""

    kind: ClassVar[str] = "notice"
    title: str
    lines: Sequence[str]
    points: Sequence[str] = ()
    tone: str = "warning"


@dataclass(frozen=True)
class Table:
    """Cells are text or numbers; numbers stand right, a NaN is a dash; `strong` holds the (row, column) to stress."""

    kind: ClassVar[str] = "table"
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    strong: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Pictures:
    kind: ClassVar[str] = "pictures"
    items: Sequence[Picture]


@dataclass(frozen=True)
class Tile:
    """One small picture with a line in bold and quieter lines below it."""

    uri: str
    title: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Tiles:
    kind: ClassVar[str] = "tiles"
    items: Sequence[Tile]


@dataclass(frozen=True)
class Marked:
    """A text of which pieces are marked: for a line in bold (shares above 0), or against it."""

    kind: ClassVar[str] = "marked"
    title: str
    pieces: Sequence[tuple[str, float]]
    lines: Sequence[str] = ()

    @property
    def shades(self) -> list[tuple[str, str, int]]:
        """Of each piece the text, "for" or "against", and how strong, 0 to 100, beside the strongest."""
        largest = max((abs(share) for _, share in self.pieces), default=0) or 1
        return [
            (text, "for" if share > 0 else "against", round(100 * abs(share) / largest)) for text, share in self.pieces
        ]


@dataclass(frozen=True)
class Folded:
    """Blocks that a reader opens when wanted."""

    kind: ClassVar[str] = "folded"
    title: str
    blocks: Sequence[object]


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[object] = field(default_factory=tuple)


def shown(cell: object) -> str:
    """A table cell as text: 0.9734 as "0.973", 12345 as "12,345", NaN and None as a dash."""
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.3f}" if cell == 0 or 0.0005 <= abs(cell) < 1000 else f"{cell:.3g}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return str(cell)


def is_number(cell: object) -> bool:
    """Whether a cell stands right in its column: a number, or the text of one."""
    if isinstance(cell, str):
        return bool(re.fullmatch(r"[+-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?%?", cell))
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_long(cell: object) -> bool:
    """Whether a cell needs a wide column to stay below a handful of lines."""
    return isinstance(cell, str) and len(cell) > 40


def write(path: str | Path, title: str, subtitle: str, sections: Sequence[Section]) -> None:
    """Writes the page; a reader of an older one at `path` never sees half of the new one."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    environment.filters["mathml"] = lambda latex: Markup(mathml(latex))  # noqa: S704, which holds no text of others
    environment.tests["number"] = is_number
    environment.tests["long"] = is_long
    page = environment.get_template("report.html").render(title=title, subtitle=subtitle, sections=sections)
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(page, encoding="utf-8")
    os.replace(partial, path)
