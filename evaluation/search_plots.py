"""Pictures of a search: what was tried, how it went, what mattered.

progress, learning_curves, parallel_coordinates, importance_bars, against_each -> Picture(s)

A trial is a mapping with number, values, status, score, history and round, as a search records it; number 0 is the
default. `ranges` are those of hyperparameter_scale. The direction is "min" or "max".
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evaluation.curve_plots import LOGARITHMIC
from evaluation.figures import PALETTE, QUIET, TRAINING, VALIDATION, Picture, as_svg, canvas, finite, legend
from evaluation.hyperparameter_importance import Importances
from evaluation.hyperparameter_scale import Range, coordinates, is_choice, plain, position, set_axis, set_log, short

Trial = Mapping[str, object]
COLOURS = "viridis_r"  # the better, the darker; told apart by any reader, and in grey
WIDE = 7.2
HALO = {"boxstyle": "square,pad=0.1", "facecolor": "white", "alpha": 0.7, "edgecolor": "none"}


def scored(trials: Sequence[Trial]) -> list[Trial]:
    """Those with a score that is a number."""
    return [one for one in trials if one["score"] is not None and math.isfinite(one["score"])]


def best_so_far(trials: Sequence[Trial], direction: str) -> tuple[list[int], list[float]]:
    """Trials counted from 1, and the best score of completed ones until then; NaN before the first."""
    best, found = math.nan, []
    for one in trials:
        better = min if direction == "min" else max
        if one["status"] == "completed" and one["score"] is not None and math.isfinite(one["score"]):
            best = one["score"] if math.isnan(best) else better(best, one["score"])
        found.append(best)
    return list(range(1, len(found) + 1)), found


def shades(trials: Sequence[Trial], direction: str) -> list:
    """A colour for each trial by the rank of its score."""
    import matplotlib

    scores = np.array([one["score"] for one in trials], np.float64)
    ranks = scores.argsort(kind="stable").argsort() / max(len(trials) - 1, 1)
    good = 1 - ranks if direction == "min" else ranks
    return [matplotlib.colormaps[COLOURS](0.08 + 0.92 * one) for one in good]


def log_scale(axes, values) -> None:
    """Make the y axis logarithmic where the values span orders of magnitude."""
    values = finite(values)
    values = values[np.isfinite(values)]
    if len(values) and values.min() > 0 and values.max() > LOGARITHMIC / 3 * values.min():
        set_log(axes, values.min(), values.max(), "y")


def progress(trials: Sequence[Trial], objective: str, direction: str) -> Picture:
    """Scores in the order of the trials, the best so far, and the default's."""
    tried = [one for one in trials if one["number"] > 0]
    default = scored([one for one in trials if one["number"] == 0])
    figure, axes = canvas(WIDE, 3.4)
    handles, names = [], []
    for status, marker, colour in (("completed", "o", TRAINING), ("pruned", "v", PALETTE[4])):
        some = scored([one for one in tried if one["status"] == status])
        if some:
            numbers, scores = [one["number"] for one in some], [one["score"] for one in some]
            handles.append(axes.scatter(numbers, scores, s=26, marker=marker, color=colour, zorder=3))
            names.append(status)
    if tried:
        _, best = best_so_far(tried, direction)
        handles += axes.step([one["number"] for one in tried], best, where="post", color=VALIDATION)
        names.append("best so far")
    if default:
        handles.append(axes.axhline(default[0]["score"], color=QUIET, linestyle="--", linewidth=1.2))
        names.append("default")
    log_scale(axes, [one["score"] for one in scored(trials)])
    failed = [one["number"] for one in tried if one["status"] == "failed"]
    if failed:
        # On the upper edge, wherever that is: a failed trial has no score.
        place = axes.get_xaxis_transform()
        handles.append(axes.scatter(failed, [0.98] * len(failed), marker="x", color=PALETTE[6], transform=place))
        names.append("failed")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    axes.set_xlabel("trial")
    axes.set_title(f"{objective} of the trials, one after the other", fontsize=11, loc="left", parse_math=False)
    legend(axes, handles, names, fontsize=9, frameon=True, framealpha=0.8, edgecolor="none")
    return as_svg(figure, f"{objective} of {len(tried)} trials, {len(failed)} of them failed, and the best so far.")


def learning_curves(trials: Sequence[Trial], direction: str, quantity: str = "val_loss") -> Picture | None:
    """A line per trial by epoch, the better the darker; None where no trial has the quantity."""
    some = [one for one in scored(trials) if sum(quantity in row for row in one["history"]) > 0]
    if not some:
        return None
    figure, axes = canvas(WIDE, 3.4)
    everything = []
    for one, colour in zip(some, shades(some, direction), strict=True):
        values = finite([row.get(quantity, math.nan) for row in one["history"]])
        everything += [value for value in values if math.isfinite(value)]
        pruned = one["status"] == "pruned"
        axes.plot(range(1, len(values) + 1), values, ":" if pruned else "-", color=colour, linewidth=1.1)
        if pruned:
            axes.plot(len(values), values[-1], "v", color=colour, markersize=5)
    log_scale(axes, everything)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    axes.set_xlabel("epoch")
    axes.set_title(f"{quantity} by epoch: the better the trial, the darker", fontsize=11, loc="left")
    return as_svg(figure, f"{quantity} by epoch of {len(some)} trials; pruned ones end in a triangle.")


def parallel_coordinates(
    trials: Sequence[Trial], ranges: Mapping[str, Range], objective: str, direction: str
) -> Picture | None:
    """A line per trial across all hyperparameters, the score last; None where fewer than two have a score."""
    some = [one for one in scored(trials) if one["values"]]
    if len(some) < 2 or not ranges:
        return None
    sign = -1 if direction == "min" else 1
    some.sort(key=lambda one: sign * one["score"])  # the best on top
    scores = np.array([one["score"] for one in some])
    spread = scores.min() > 0 and scores.max() > LOGARITHMIC / 3 * scores.min()
    score_range = {"low": scores.min(), "high": scores.max(), "log": bool(spread)}
    columns = [*ranges.items(), (objective, score_range)]
    figure = Figure(figsize=(max(WIDE, 1.15 * len(columns)), 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.axis("off")
    for place, (name, span) in enumerate(columns):
        axes.plot([place, place], [0, 1], color=QUIET, linewidth=1)
        names = list(span["choices"]) if is_choice(span) else [span["low"], span["high"]]
        for number, value in enumerate(names):
            height = number / max(len(names) - 1, 1)
            at = {"ha": "left", "va": "center", "fontsize": 8, "parse_math": False}
            axes.text(place + 0.04, height, short(value), zorder=5, bbox=HALO, **at)
        axes.text(place, 1.09, plain(name), ha="center", va="bottom", fontsize=8.5, parse_math=False, wrap=True)
    for number, (one, colour) in enumerate(zip(some, shades(some, direction), strict=True)):
        values = one["values"] | {objective: one["score"]}
        heights = [position(values[name], span) if name in values else math.nan for name, span in columns]
        best = number == len(some) - 1
        axes.plot(range(len(columns)), heights, color=colour, linewidth=2.6 if best else 1, alpha=1 if best else 0.75)
    axes.set_xlim(-0.3, len(columns) - 0.4)
    return as_svg(figure, f"{len(some)} trials across {len(ranges)} hyperparameters; the best one is the thick line.")


def importance_bars(found: Importances) -> Picture:
    """Shares of the hyperparameters in the variance between trials, the largest on top."""
    shown = list(found.found)[::-1]
    figure, axes = canvas(4.8, 0.7 + 0.28 * len(shown))
    axes.barh(range(len(shown)), [one.share for one in shown], color=TRAINING)
    axes.set_yticks(range(len(shown)), [plain(one.name) for one in shown])
    axes.set_xlabel("share of the variance between trials")
    axes.set_title("Importance", fontsize=11, loc="left")
    return as_svg(figure, f"Importance; most important is {plain(shown[-1].name)}, {shown[-1].share:.0%}.")


def against_each(trials: Sequence[Trial], ranges: Mapping[str, Range], objective: str, direction: str) -> list[Picture]:
    """One picture per hyperparameter: the score of every trial over its value; the best has a ring."""
    some = [one for one in scored(trials) if one["values"]]
    if not some:
        return []
    better = min if direction == "min" else max
    best = better(
        [one for one in some if one["status"] == "completed"] or some, key=lambda one: (one["score"], one["number"])
    )
    pictures = []
    for name, span in ranges.items():
        having = [one for one in some if name in one["values"]]
        figure, axes = canvas(3.15, 2.4)
        set_axis(axes, span)
        log_scale(axes, [one["score"] for one in some])
        x = np.array(coordinates([one["values"][name] for one in having], span))
        if is_choice(span):  # points of one choice beside each other, in their order
            x += 0.24 * (np.arange(len(x)) % 5 - 2) / 4
            axes.set_xlim(-0.5, len(span["choices"]) - 0.5)
        pruned = np.array([one["status"] == "pruned" for one in having], bool)
        y = np.array([one["score"] for one in having])
        rounds = np.array([one.get("round") or 0 for one in having])
        for number in np.unique(rounds):
            colour = PALETTE[number % len(PALETTE)]
            chosen = rounds == number
            axes.scatter(x[chosen & ~pruned], y[chosen & ~pruned], s=22, color=colour, alpha=0.85, edgecolors="none")
            axes.scatter(x[chosen & pruned], y[chosen & pruned], s=22, marker="v", facecolors="none", color=colour)
        if name in best["values"]:
            where = having.index(best)
            axes.scatter(x[where], y[where], s=120, facecolors="none", edgecolors=VALIDATION, linewidths=1.8)
        axes.set_title(plain(name), fontsize=10, loc="left", parse_math=False)
        axes.set_ylabel(objective, fontsize=9, parse_math=False)
        pictures.append(
            as_svg(figure, f"{objective} over {plain(name)}; best at {short(best['values'].get(name, 0))}.")
        )
    return pictures
