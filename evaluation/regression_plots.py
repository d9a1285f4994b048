"""The pictures of a regression's page.

predicted_and_true(targets, found) -> Picture          residuals(targets, found) -> Picture
residual_histogram(targets, found) -> Picture          intervals(targets, found) -> Picture
coverage_by_level(targets, found, level) -> Picture    importances(found) -> Picture
curve(x, targets, found, name) -> Picture              where the inputs are one number
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from evaluation.evenly import evenly
from evaluation.figures import PALETTE, QUIET, TRAINING, VALIDATION, Picture, as_png, as_svg, canvas, label, legend
from evaluation.permutation_importance import Importance

MANY = 1500  # points; with more a picture shows counts of cells
SHOWN = 60  # intervals side by side that can still be told apart
MOST_COLUMNS = 20


def predicted_and_true(targets, found, unit: str = "target") -> Picture:
    """The truth over the prediction; perfect answers lie on the diagonal."""
    figure, axes = canvas(4.8, 4.2)
    _cloud(axes, found["prediction"], targets)
    low = min(np.min(targets), np.min(found["prediction"]))
    high = max(np.max(targets), np.max(found["prediction"]))
    axes.plot([low, high], [low, high], color=QUIET, linewidth=1, linestyle="--")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(f"True over predicted {label(unit, 0)}", fontsize=11, loc="left", parse_math=False)
    return _picture(figure, targets, f"True over predicted values of {len(targets)} rows, with the diagonal.")


def residuals(targets, found) -> Picture:
    """True less predicted over the prediction; a bow or a funnel tells what the network misses."""
    figure, axes = canvas()
    _cloud(axes, found["prediction"], targets - found["prediction"])
    axes.axhline(0, color=QUIET, linewidth=1, linestyle="--")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true - predicted")
    axes.set_title("Residuals", fontsize=11, loc="left")
    return _picture(figure, targets, f"Residuals of {len(targets)} rows over the predicted value.")


def residual_histogram(targets, found) -> Picture:
    """How residuals in units of the predicted deviation are spread, beside the normal curve that they promise."""
    ratios = np.clip((targets - found["prediction"]) / found["std"], -5, 5)
    figure, axes = canvas()
    bins = np.linspace(-5, 5, 41)
    axes.hist(ratios, bins, density=True, color=TRAINING, alpha=0.75)
    grid = np.linspace(-5, 5, 201)
    (line,) = axes.plot(grid, norm.pdf(grid), color=VALIDATION)
    axes.set_xlabel("(true - predicted) / predicted deviation")
    axes.set_title("Standardised residuals", fontsize=11, loc="left")
    axes.set_yticks([])
    legend(axes, [line], ["normal"], fontsize=9, frameon=False)
    beyond = np.mean(np.abs(ratios) > 2)
    return as_svg(figure, f"Histogram of standardised residuals; {beyond:.1%} lie beyond two deviations.")


def intervals(targets, found) -> Picture:
    """Intervals of rows in the order of their predictions, with the truths inside and outside."""
    order = np.argsort(found["prediction"], kind="stable")
    order = order[evenly(len(order), SHOWN)]
    inside = (found["lower"] <= targets) & (targets <= found["upper"])
    figure, axes = canvas(7.2, 3.4)
    places = np.arange(len(order))
    bars = axes.vlines(places, found["lower"][order], found["upper"][order], color=PALETTE[5], linewidth=3, alpha=0.7)
    handles, names = [bars], ["interval"]
    for chosen, colour, name, marker in ((inside, "#222222", "inside", "o"), (~inside, VALIDATION, "outside", "X")):
        rows = chosen[order]
        if rows.any():
            handles.append(
                axes.scatter(places[rows], targets[order][rows], s=18, color=colour, marker=marker, zorder=3)
            )
            names.append(name)
    axes.set_xticks([])
    axes.set_xlabel(f"{len(order)} of {len(targets)} rows, by prediction")
    axes.set_title("Intervals and truths", fontsize=11, loc="left")
    legend(axes, handles, names, fontsize=9, frameon=False, loc="upper left")
    return as_svg(figure, f"Prediction intervals of {len(order)} rows; {inside.mean():.1%} of all rows lie inside.")


def coverage_by_level(targets, found, level: float) -> Picture:
    """Measured coverage of intervals of every level, made as wide as a normal distribution of that width wants."""
    levels = np.linspace(0.05, 0.99, 48)
    half = (found["upper"] - found["lower"]) / 2 / norm.ppf(0.5 + level / 2)
    error = np.abs(targets - found["prediction"])
    measured = [np.mean(error <= norm.ppf(0.5 + one / 2) * half) for one in levels]
    figure, axes = canvas()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--")
    axes.plot(levels, measured, color=TRAINING)
    coverage = np.mean((found["lower"] <= targets) & (targets <= found["upper"]))
    axes.plot([level], [coverage], "o", color=VALIDATION)
    axes.set_xlabel("promised")
    axes.set_ylabel("measured")
    axes.set_title("Coverage of intervals", fontsize=11, loc="left")
    return as_svg(figure, f"Measured over promised coverage; at {level:.0%} it is {coverage:.1%}.")


def importances(found: Sequence[Importance]) -> Picture:
    """Growth of the error when a column is shuffled, the most important on top."""
    shown = list(found[:MOST_COLUMNS])[::-1]
    figure, axes = canvas(4.8, 0.6 + 0.28 * len(shown))
    places = np.arange(len(shown))
    axes.barh(places, [one.growth for one in shown], xerr=[one.std for one in shown], color=TRAINING, ecolor=QUIET)
    axes.set_yticks(places, [label(one.column, number) for number, one in enumerate(shown)])
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.set_xlabel("growth of the RMSE when shuffled")
    axes.set_title("Importance of the columns", fontsize=11, loc="left")
    return as_svg(figure, f"Permutation importance; the most important column is {found[0].column}.")


def curve(x, targets, found, name: str) -> Picture:
    """Truths, prediction and interval over the only input."""
    order = np.argsort(x, kind="stable")
    figure, axes = canvas(7.2, 3.6)
    points = axes.scatter(x, targets, s=5, color=QUIET, alpha=0.5, rasterized=True)
    band = axes.fill_between(x[order], found["lower"][order], found["upper"][order], color=PALETTE[5], alpha=0.35)
    (line,) = axes.plot(x[order], found["prediction"][order], color=TRAINING)
    axes.set_xlabel(label(name, 0), parse_math=False)
    axes.set_title("Prediction over the only input", fontsize=11, loc="left")
    legend(axes, [points, line, band], ["true", "predicted", "interval"], fontsize=9, frameon=False)
    return as_png(figure, f"Prediction and interval over {name} with {len(x)} test rows.")


def _cloud(axes, x, y) -> None:
    """Points, or the counts of cells where there are many."""
    if len(x) > MANY:
        axes.hexbin(x, y, gridsize=45, bins="log", cmap="Blues", mincnt=1)
    else:
        axes.scatter(x, y, s=12, color=TRAINING, alpha=0.6, edgecolors="none")


def _picture(figure, targets, alt: str) -> Picture:
    return as_png(figure, alt) if len(targets) > MANY else as_svg(figure, alt)
