"""How every picture of a report is drawn: one size, one palette, no global state, inlined as a data URI.

    canvas(width, height) -> (Figure, Axes)     as_svg(figure, alt) and as_png(figure, alt) -> Picture
    label(name, number) -> text that matplotlib can draw as it is

Matplotlib's object-oriented interface is used without pyplot, so nothing opens a window or leaks a figure.
"""

import base64
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

# Okabe and Ito 2008, Color Universal Design: told apart by readers with any form of colour blindness.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#B8A800")
MARKERS = "os^DvPX*"
TRAINING, VALIDATION, QUIET = PALETTE[0], PALETTE[1], "#777777"
WIDTH, HEIGHT = 4.8, 3.2  # inches: on a phone, 360 pixels wide, 10 points are still 10 pixels high
LONGEST = 18  # characters of a class name in a picture


@dataclass(frozen=True)
class Picture:
    """uri: the whole picture as a data URI; alt: what it shows, for those who cannot see it; width: in CSS pixels."""

    uri: str
    alt: str
    width: int


def canvas(width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """An empty figure of so many inches with one pair of axes, a light grid and no frame above and right."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def as_svg(figure: Figure, alt: str) -> Picture:
    """For lines and bars: sharp at any size. The same figure gives the same bytes."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "lamina", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return Picture(data_uri(buffer.getvalue(), "image/svg+xml"), alt, pixels(figure))


def as_png(figure: Figure, alt: str) -> Picture:
    """For areas of many cells, whose edges a browser would blur in SVG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=200)
    return Picture(data_uri(buffer.getvalue(), "image/png"), alt, pixels(figure))


def pixels(figure: Figure) -> int:
    """Width at which two pictures fit side by side and 10 points are as high as the small text beside them."""
    return round(98 * figure.get_figwidth())


def data_uri(content: bytes, media_type: str) -> str:
    """The bytes as a URI that needs no other file."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def label(name: str, number: int, longest: int = LONGEST) -> str:
    """A class name as it fits into a picture: one line, shortened; "class 3" where the font lacks its letters.

    Draw it with `parse_math=False`, otherwise a dollar sign in a name is taken for a formula.
    """
    text = " ".join(str(name).split())
    if not text or any(ord(letter) not in letters() for letter in text):
        return f"class {number}"
    return text if len(text) <= longest else text[: longest - 1] + "…"


def labels(names: Sequence[str], longest: int = LONGEST) -> list[str]:
    """`label` of each name; those that shortening makes equal get their number in front."""
    drawn = [label(name, number, longest) for number, name in enumerate(names)]
    seen = Counter(drawn)
    return [
        text if seen[text] == 1 else label(f"{number} {names[number]}", number, longest)
        for number, text in enumerate(drawn)
    ]


@cache
def letters() -> frozenset[int]:
    """Code points that matplotlib's own font can draw."""
    return frozenset(FT2Font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def legend(axes: Axes, handles: Sequence, names: Sequence[str], **place) -> None:
    """A legend whose names are drawn as they are, with dollar signs and leading underscores."""
    drawn = axes.legend(handles, [f" {name}" if name.startswith("_") else name for name in names], **place)
    for text in drawn.get_texts():
        text.set_parse_math(False)


def finite(values: Sequence[float]) -> np.ndarray:
    """Numbers with infinity turned into NaN, which leaves a gap in a line instead of an endless axis."""
    values = np.asarray(values, np.float64)
    return np.where(np.isfinite(values) & (np.abs(values) < 1e30), values, np.nan)
