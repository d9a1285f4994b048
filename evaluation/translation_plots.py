"""The pictures of a translation's page.

attention_map(source_pieces, target_pieces, weights) -> Picture
length_bars(ranges) -> Picture
validation_curve(name, values, best_epoch) -> Picture     a quantity that is measured on validation data only
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.ticker import MaxNLocator

from evaluation.figures import QUIET, TRAINING, VALIDATION, Picture, as_png, as_svg, canvas, finite, legend, letters
from evaluation.translation import LengthRange

MOST_PIECES = 40  # along an axis; the names of more could not be read
LONGEST_PIECE = 14  # letters


def attention_map(source_pieces: Sequence[str], target_pieces: Sequence[str], weights) -> Picture:
    """How much each written piece looked at each piece that was read, darker where it looked more.

    Args:
        source_pieces, target_pieces: S pieces that were read and T that were written; 40 of more are shown.
        weights: (T, S), each row of which sums to 1.

    Raises:
        ValueError: the weights have another shape.
    """
    weights = np.asarray(weights, np.float64)
    if weights.shape != (len(target_pieces), len(source_pieces)) or not weights.size:
        raise ValueError(
            f"`weights` must be (target pieces, source pieces): ({len(target_pieces)}, {len(source_pieces)}), "
            f"at least one of each. Received: shape {weights.shape}"
        )
    sources, targets = list(source_pieces)[:MOST_PIECES], list(target_pieces)[:MOST_PIECES]
    shown = weights[: len(targets), : len(sources)]
    # A fixed size of cell, and room for names and for the scale, so that names are equally high in every map.
    figure, axes = canvas(max(1.9 + 0.21 * len(sources), 3.2), max(1.3 + 0.21 * len(targets), 2.4))
    axes.grid(False)
    # The square root makes a tenth of the attention visible beside all of it.
    image = axes.imshow(shown, cmap="Blues", norm=PowerNorm(0.5, 0, 1), interpolation="nearest", aspect="equal")
    axes.set_xticks(range(len(sources)), _drawable(sources), parse_math=False, fontsize=8, rotation=90)
    axes.set_yticks(range(len(targets)), _drawable(targets), parse_math=False, fontsize=8)
    axes.tick_params(length=0)
    axes.set_xlabel(_axis("read", sources, source_pieces))
    axes.set_ylabel(_axis("written", targets, target_pieces))
    bar = figure.colorbar(image, ax=axes, shrink=0.8, aspect=20, ticks=[0, 0.1, 0.5, 1])
    bar.outline.set_visible(False)
    return as_png(figure, f"Attention of {len(target_pieces)} written to {len(source_pieces)} read pieces.")


def length_bars(ranges: Sequence[LengthRange], unit: str = "words") -> Picture:
    """BLEU of each range of source lengths with its 95 percent interval, and the number of sentences above."""
    figure, axes = canvas(max(4.8, 0.75 * len(ranges)))
    places = np.arange(len(ranges))
    bleu = np.array([one.bleu for one in ranges])
    low, high = np.array([[one.bleu_low, one.bleu_high] for one in ranges]).T
    beyond = np.maximum([bleu - low, high - bleu], 0)
    axes.bar(places, bleu, 0.75, yerr=beyond, color=TRAINING, ecolor=QUIET, capsize=3)
    top = np.maximum(high, bleu)
    for place, one, height in zip(places, ranges, top, strict=True):
        axes.annotate(f"{one.sentences:,}", (place, height), (0, 3), textcoords="offset points", ha="center", size=8.5)
    axes.set_xticks(places, [one.words for one in ranges])
    axes.set_ylim(0, max(1.15 * top.max(), 1))
    axes.grid(False, axis="x")
    axes.set_xlabel(f"{unit} in the source; above the bars: sentences")
    axes.set_title("BLEU by length", fontsize=11, loc="left")
    told = ", ".join(f"{one.words} {unit} {one.bleu:.1f}" for one in ranges)
    return as_svg(figure, f"BLEU by the length of the source: {told}.")


def validation_curve(name: str, values: Sequence[float], best_epoch: int | None = None) -> Picture:
    """One quantity of the validation data by epoch; epochs in which it was not measured are NaN."""
    values = finite(values)
    epochs = np.flatnonzero(np.isfinite(values))
    figure, axes = canvas()
    marker = "o" if len(epochs) <= 15 else None
    (line,) = axes.plot(epochs + 1, values[epochs], "--", color=VALIDATION, marker=marker, markersize=3.5)
    handles, names = [line], ["validation"]
    if best_epoch is not None:
        handles.append(axes.axvline(best_epoch, color=QUIET, linewidth=1, linestyle=":"))
        names.append(f"best epoch: {best_epoch}")
    axes.set_xlabel("epoch")
    axes.set_title(name, fontsize=11, loc="left", parse_math=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    legend(axes, handles, names, fontsize=9, frameon=True, framealpha=0.8, edgecolor="none")
    last = f"; at the end {values[epochs[-1]]:.3g}" if len(epochs) else ""
    return as_svg(figure, f"{name} of the validation data over {len(values)} epochs{last}.")


def _axis(what: str, shown: Sequence[str], pieces: Sequence[str]) -> str:
    return what if len(shown) == len(pieces) else f"{what}: the first {len(shown)} of {len(pieces)}"


def _drawable(pieces: Sequence[str]) -> list[str]:
    """Pieces in one line each, cut where long; its number where the font lacks a letter."""
    names = []
    for number, piece in enumerate(pieces, start=1):
        text = " ".join(str(piece).split()) or "␣"
        if any(ord(letter) not in letters() for letter in text):
            text = f"#{number}"
        names.append(text if len(text) <= LONGEST_PIECE else text[: LONGEST_PIECE - 1] + "…")
    return names
