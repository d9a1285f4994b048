"""The page of a run that explains."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from evaluation import report
from evaluation.explaining import GAMED, LOWER_IS_BETTER, NAMES, was_gamed
from evaluation.figures import PALETTE, Picture, as_svg, canvas, legend
from evaluation.heat import enlarged, overlaid
from evaluation.report_blocks import curves
from evaluation.tiles import thumbnail

MEANINGS = (
    "CIDEr: likeness of weighted runs of words to the sentences about the same picture, 0 to 10 (the papers print it "
    "times 100). METEOR-like: shared words in runs; of exact words alone, so no figure of a paper compares with it.",
    "Class similarity: CIDEr against all training sentences of the class. Class rank: the place of the class among all "
    "classes by that; 1 is best.",
    "Beside the network: the same with the true class given, as the paper does it; the first sentence of people about "
    "each picture; and of each class the training sentence that is most like all of them.",
    "The sentence classifier was trained on people's sentences, whole and cut; it also gives the reward.",
)
TRUTH = (
    "True of the picture: share of what a sentence says that is so and can be seen; a mark behind a leaf cannot. True "
    "of the class: share that its textbook has.",
    "Exact p(class | sentence): by the probabilities that birds and sentences are made with, not learned. Beside the "
    "learned one it shows whether the reward was gamed.",
    "Rules out the runner-up: the class that the picture classifier finds second is at most a tenth as probable, given "
    "the sentence, as the one explained.",
)
LOOKED = (
    "One patch after the other is hidden under the picture's mean colour. Orange: while it is hidden, the log "
    "probability of the class, or of the phrase after the words before it, falls. Blue: it rises. Below each map its "
    "strongest fall: a phrase that falls nowhere by a hundredth was said because of the class, not of what can be seen."
)
LEAST = 0.01  # change of a log probability, a percent of the probability: below it a map is noise
SHOWN = 16


def headline(test: Mapping[str, float], systems: Mapping[str, Mapping[str, float]], count: int) -> list:
    """The large figures, then the network beside the true class given, and people; the best of each row stressed."""
    cards = [
        report.Number("CIDEr", f"{test['cider']:.2f}", f"{count:,} test pictures"),
        report.Number("class rank", f"{test['class_rank']:.2f}", "1 is best"),
        report.Number("picture classifier", f"{test['accuracy']:.1%}", "right"),
    ]
    if "picture_truth" in test:
        cards.insert(2, report.Number("true of the picture", f"{test['picture_truth']:.1%}", "of what is said"))
        cards.insert(3, report.Number("p(class | sentence)", f"{test['class_posterior']:.2f}", "exact"))
    blocks: list = [report.Numbers(cards), comparison(systems), report.Text(MEANINGS)]
    if "picture_truth" in test:
        blocks.append(report.Text(TRUTH))
    return blocks


def comparison(systems: Mapping[str, Mapping[str, float]]) -> report.Table:
    """Figures of several systems, one column each."""
    names = [name for name in NAMES if all(name in figures for figures in systems.values())]
    rows, strong = [], set()
    for row, name in enumerate(names):
        values = [figures[name] for figures in systems.values()]
        best = min(values) if name in LOWER_IS_BETTER else max(values)
        strong |= {(row, column) for column, value in enumerate(values, 1) if value == best}
        rows.append([NAMES[name], *(f"{value:.3f}" for value in values)])
    return report.Table(["", *systems], rows, frozenset(strong))


def gallery(tiles: Sequence[report.Tile]) -> list:
    """Pictures with what is said of each."""
    text = "In bold the class found; below it the sentence, and of each mention whether it is true and can be seen."
    return [report.Text([text]), report.Tiles(tiles)]


def tile(uri: str, name: str, right: str | None, sentence: str, mentions: Sequence[tuple[str, bool]], told: str):
    """One picture: the class found and, where it is wrong, the right one; the sentence; its mentions; a remark."""
    marks = [f"{'✓' if is_true else '✗'} {phrase}" for phrase, is_true in mentions]
    title = name if right is None else f"{name} (it is: {right})"
    return report.Tile(uri, title, [f"because {sentence}", *marks, told])


def where(looked: Sequence) -> list:
    """Of some pictures the maps of the class found and of each thing said.

    Args:
        looked: Each with `pixels`, `name` and `maps` of (text, whether it is true or None, heat (height, width)).
    """
    blocks: list = [report.Text([LOOKED])]
    for one in looked:
        found = [report.Tile(thumbnail(enlarged(one.pixels)), "the picture", [])]
        for text, is_true, heat in one.maps:
            mark = {True: "✓ ", False: "✗ ", None: ""}[is_true]
            line = f"falls by {heat.max():.2g}" if heat.max() >= LEAST else "falls nowhere"
            coloured = heat if np.abs(heat).max() >= LEAST else np.zeros_like(heat)
            found.append(report.Tile(thumbnail(overlaid(one.pixels, coloured)), f"{mark}{text}", [line]))
        blocks.append(report.Tiles(found))
    return blocks


def reward_blocks(rewarded: Sequence[Mapping[str, float]], test: Mapping[str, float]) -> list:
    """The reward over time beside the exact posterior, and whether it was gamed."""
    blocks: list = [report.Pictures([reward_curve(rewarded)])]
    if "class_posterior" not in test:
        return [
            report.Text(["The truth of these pictures is not known, so nothing says whether it was gamed."]),
            *blocks,
        ]
    gap = test["learned_posterior"] - test["class_posterior"]
    line = (
        f"On the test pictures the sentence classifier gives the class {test['learned_posterior']:.3f}, the sentences "
        f"themselves {test['class_posterior']:.3f}: a difference of {gap:+.3f}, of which {GAMED:g} is allowed."
    )
    if was_gamed(test):
        return [
            report.Notice("The reward was gamed", [line, "Choose fewer --reward-epochs or a lower --reward-weight."]),
            *blocks,
        ]
    return [report.Notice("The reward was not gamed", [line], tone="good"), *blocks]


def reward_curve(rewarded: Sequence[Mapping[str, float]]) -> Picture:
    """Learned and exact p(class | sentence), and truth, of validation pictures by epoch of rewards; 0 is before."""
    figure, axes = canvas()
    epochs = [row["epoch"] for row in rewarded]
    kinds = ("learned_posterior", "class_posterior", "picture_truth")
    shown = [name for name in kinds if f"val_{name}" in rewarded[0]]
    lines = [
        axes.plot(epochs, [row[f"val_{name}"] for row in rewarded], color=PALETTE[place], marker="o", markersize=3.5)[0]
        for place, name in enumerate(shown)
    ]
    axes.set_xlabel("epoch of rewards")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    axes.set_ylim(0, 1.03)
    axes.set_title("Reward", fontsize=11, loc="left")
    legend(axes, lines, [NAMES[name] for name in shown])
    return as_svg(figure, "The reward by epoch beside the exact posterior and the truth of the sentences")


def learning(history: Mapping[str, Sequence[float]], best_epoch: int | None) -> list:
    """Curves of the generator."""
    return [report.Pictures(curves(history, best_epoch, NAMES))]


def spread(count: int, shown: int = SHOWN) -> np.ndarray:
    """Which pictures are shown."""
    return np.unique(np.linspace(0, count - 1, min(shown, count)).astype(int))


def gaps(variant: str, figures: Sequence[Mapping[str, float]]) -> list[str]:
    """Of each seed learned and exact p(class | sentence), and whether the reward was gamed."""
    if "class_posterior" not in figures[0]:
        return ["The truth of these pictures is not known, so nothing says whether the reward was gamed."]
    return [
        f"Seed {seed}: learned p(class | sentence) {one['learned_posterior']:.3f}, exact {one['class_posterior']:.3f}: "
        f"{'gamed' if was_gamed(one) else 'not gamed'}."
        for seed, one in enumerate(figures)
    ]
