"""Pictures of how a search chose its trials.

strategies, same_budget -> Picture     shrinking_ranges -> list[Picture]

Trials and ranges are those of search_plots and hyperparameter_scale.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evaluation.figures import MARKERS, PALETTE, QUIET, TRAINING, VALIDATION, Picture, as_svg, canvas, legend
from evaluation.hyperparameter_scale import Range, coordinates, is_choice, plain, position, set_axis
from evaluation.search_plots import WIDE, Trial, best_so_far, log_scale, scored


def strategies(searches: Mapping[str, Sequence[Trial]], objective: str, direction: str) -> Picture:
    """The best score so far of several searches, up to the number of trials that all of them have.

    Args:
        searches: name of the strategy -> its trials, the default (number 0) left out or not.
    """
    tried = {name: [one for one in trials if one["number"] > 0] for name, trials in searches.items()}
    budget = min(map(len, tried.values()))
    figure, axes = canvas(WIDE, 3.4)
    handles, everything = [], []
    for place, trials in enumerate(tried.values()):
        numbers, best = best_so_far(trials[:budget], direction)
        colour, marker = PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)]
        handles += axes.step(numbers, best, where="post", color=colour, marker=marker, markersize=4)
        everything += best
    log_scale(axes, everything)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    axes.set_xlabel("trials")
    axes.set_title(f"Best {objective} so far, {budget} trials each", fontsize=11, loc="left", parse_math=False)
    legend(axes, handles, list(tried), fontsize=9, frameon=True, framealpha=0.8, edgecolor="none")
    return as_svg(figure, f"Best {objective} by number of trials of {', '.join(tried)}.")


def same_budget(trials: Sequence[Trial], ranges: Mapping[str, Range], names: tuple[str, str], strategy: str) -> Picture:
    """What random search and a grid of as many trials get to see of two hyperparameters.

    The trials themselves are drawn on the side of their strategy; the other side is made up for the same budget.
    Bergstra & Bengio, 2012 (JMLR 13), figure 1: a grid spends most of its trials on values that it has already seen.
    """
    spans = [ranges[name] for name in names]
    values = [one["values"] for one in trials if all(name in one["values"] for name in names)]
    places = np.array([[position(one[name], ranges[name]) for name in names] for one in values]).reshape(-1, 2)
    budget = max(len(places), 1)
    sides = {
        "random": places if strategy != "grid" else drawn(spans, budget),
        "grid": places if strategy == "grid" else lattice(spans, budget),
    }
    figure = Figure(figsize=(WIDE, 3.5), layout="constrained")
    for number, (side, points) in enumerate(sides.items()):
        axes = figure.add_subplot(1, 2, number + 1)
        real = (side == "grid") == (strategy == "grid")
        axes.scatter(points[:, 0], points[:, 1], s=24, color=TRAINING if real else PALETTE[4], zorder=3)
        axes.plot(points[:, 0], np.full(len(points), -0.09), "|", color=VALIDATION, markersize=9, clip_on=False)
        axes.plot(np.full(len(points), -0.09), points[:, 1], "_", color=VALIDATION, markersize=9, clip_on=False)
        axes.set(xlim=(-0.09, 1.05), ylim=(-0.09, 1.05), xticks=[], yticks=[])
        axes.set_xlabel(plain(names[0]))
        axes.set_ylabel(plain(names[1]))
        seen = [len(np.unique(np.round(points[:, axis], 6))) for axis in (0, 1)]
        made = f"this search ({strategy})" if real else side
        axes.set_title(f"{made}: {seen[0]} and {seen[1]} values", fontsize=10, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
    return as_svg(figure, f"{budget} trials over {plain(names[0])} and {plain(names[1])}, at random and on a grid.")


def drawn(spans: Sequence[Range], count: int) -> np.ndarray:
    """Places (count, 2), drawn evenly by the scales of two ranges."""
    random = np.random.default_rng(0)
    places = random.uniform(size=(count, 2))
    return np.stack([snapped(places[:, axis], span) for axis, span in enumerate(spans)], axis=1)


def lattice(spans: Sequence[Range], count: int) -> np.ndarray:
    """Places (count at most, 2) on a grid of about as many values of either hyperparameter."""
    side = max(math.isqrt(count), 1)
    sides = [side, max(count // side, 1)]
    axes = [snapped((np.arange(n) + 0.5) / n, span) for n, span in zip(sides, spans, strict=True)]
    return np.array([[x, y] for x in np.unique(axes[0]) for y in np.unique(axes[1])])


def snapped(places: np.ndarray, span: Range) -> np.ndarray:
    """Places as a range has them: of choices only those of the list."""
    if not is_choice(span):
        return places
    last = max(len(span["choices"]) - 1, 1)
    return np.minimum(np.round(places * last), len(span["choices"]) - 1) / last


def shrinking_ranges(trials: Sequence[Trial], ranges: Mapping[str, Range], direction: str) -> list[Picture]:
    """One picture per hyperparameter: the ranges of every round as a bar, and the trials that were drawn from them."""
    rounds = sorted({one["round"] for one in trials if one.get("ranges") and one["round"] is not None})
    if not rounds:
        return []
    drawn_from = {number: [one["ranges"] for one in trials if one["round"] == number] for number in rounds}
    some = scored([one for one in trials if one["status"] == "completed" and one["values"]])
    best = (min if direction == "min" else max)(some, key=lambda one: one["score"], default=None)
    pictures = []
    for name, span in ranges.items():
        figure, axes = canvas(3.15, 2.4)
        set_axis(axes, span, "y")
        for number in rounds:
            # They move within a round, with the best so far.
            bars = [ends(one[name], span) for one in drawn_from[number] if name in one]
            if bars:
                y = [min(low for low, _ in bars), max(high for _, high in bars)]
                axes.plot([number + 1] * 2, y, color=PALETTE[5], linewidth=13, alpha=0.45, solid_capstyle="butt")
        having = [one for one in trials if one["round"] in drawn_from and name in one["values"]]
        x = [one["round"] + 1 for one in having]
        axes.scatter(x, coordinates([one["values"][name] for one in having], span), s=12, color=TRAINING, zorder=3)
        if best and name in best["values"] and best["round"] is not None:
            place = coordinates([best["values"][name]], span)
            axes.scatter([best["round"] + 1], place, s=120, facecolors="none", edgecolors=VALIDATION, linewidths=1.8)
        axes.set_xticks([number + 1 for number in rounds])
        axes.set_xlim(0.5, rounds[-1] + 1.5)
        axes.set_xlabel("round", color=QUIET, fontsize=9)
        axes.set_title(plain(name), fontsize=10, loc="left", parse_math=False)
        pictures.append(as_svg(figure, f"Range of {plain(name)} in each of {len(rounds)} rounds."))
    return pictures


def ends(found: Sequence, span: Range) -> tuple[float, float]:
    """The two ends of a bar: of [low, high], or of the choices that are left; a single choice has some height."""
    if not is_choice(span):
        return float(found[0]), float(found[1])
    places = coordinates(found, span)
    return min(places) - 0.2, max(places) + 0.2
