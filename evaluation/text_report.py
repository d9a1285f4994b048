"""What the report of a run on texts shows besides: telling words, answers with the words they rest on, lengths."""

from collections.abc import Sequence

import numpy as np

from evaluation import report
from evaluation.classification import accuracy_interval
from evaluation.figures import TRAINING, Picture, as_svg, canvas

MOST_CLASSES = 40  # whose words are shown
BINS = 6  # of lengths
FEWEST = 10  # rows of a bin
SHOWN = 600  # characters of an origin or a text above which pieces are cut


def telling_section(found: Sequence[tuple[str, Sequence[str]]]) -> list:
    """The words that tell each class from the others, as a section; none where there are no such words.

    Args:
        found: as `telling_words.telling` gives it.
    """
    if not any(words for _, words in found):
        return []
    rows = [[name, ", ".join(words) or "–"] for name, words in found[:MOST_CLASSES]]
    more = [f"The first {MOST_CLASSES} of {len(found):,} classes."] if len(found) > MOST_CLASSES else []
    lines = [
        "Words and pairs of words of the training rows, by the z-score of their log-odds; what tells most is first."
    ]
    return [
        report.Section(
            "The words that speak for each class",
            [report.Text([*lines, *more]), report.Table(["class", "words"], rows)],
        )
    ]


def marked_section(title: str, explained: Sequence[tuple[str, list[tuple[str, float]], Sequence[str]]]) -> list:
    """Texts with the pieces marked that an answer rests on, as a section.

    Args:
        title: of the section.
        explained: of each text a line in bold, pieces with their shares, and quieter lines.
    """
    if not explained:
        return []
    text = report.Text(
        [
            "Each piece was taken out of the text alone. Marked: without it the answer was less sure, the stronger the "
            "more. Dotted: without it the answer was surer."
        ]
    )
    return [report.Section(title, [text, *(report.Marked(*one) for one in explained)])]


def lengths_section(lengths: np.ndarray, right: np.ndarray) -> list:
    """Accuracy of short and long texts, as a section; none where there are too few rows.

    Args:
        lengths: characters of each test text (N,).
        right: whether each was answered rightly, (N,).
    """
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, BINS + 1)).round())
    if len(edges) < 3 or len(lengths) < FEWEST * BINS:
        return []
    place = np.clip(np.searchsorted(edges, lengths, side="right") - 1, 0, len(edges) - 2)
    picture = length_plot(lengths, right, place)
    return [report.Section("Length and accuracy", [report.Pictures([picture])])]


def length_plot(lengths: np.ndarray, right: np.ndarray, place: np.ndarray) -> Picture:
    """Accuracy with its 95% interval by the middle length of each bin; `place` is the bin of each row."""
    bins = [np.flatnonzero(place == number) for number in np.unique(place)]
    middle = np.array([np.median(lengths[rows]) for rows in bins])
    share = np.array([right[rows].mean() for rows in bins])
    ends = np.array([accuracy_interval(int(right[rows].sum()), len(rows)) for rows in bins])
    figure, axes = canvas()
    axes.errorbar(middle, share, np.abs(ends.T - share), fmt="o-", color=TRAINING, capsize=3)
    axes.set_xscale("log" if middle.min() > 0 and middle.max() > 20 * middle.min() else "linear")
    axes.set_xlabel("characters of the text (middle of a sixth of the test rows)")
    axes.set_ylabel("accuracy, 95% interval")
    axes.set_ylim(max(0.0, ends.min() - 0.05), 1.0)
    best, worst = middle[share.argmax()], middle[share.argmin()]
    ends = f"best {share.max():.2f} at about {best:.0f} characters, worst {share.min():.2f} at {worst:.0f}"
    alt = f"Accuracy by length: {ends}."
    return as_svg(figure, alt)
