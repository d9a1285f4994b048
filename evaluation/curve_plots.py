"""Learning curves: every quantity of the history by epoch, training beside validation.

learning_curves(history, best_epoch=None) -> list[Picture]
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from evaluation.figures import QUIET, TRAINING, VALIDATION, Picture, as_svg, canvas, finite, legend

# Beyond this ratio of the largest to the smallest value the lower half of a linear axis is a flat line.
LOGARITHMIC = 30


def learning_curves(history: Mapping[str, Sequence[float]], best_epoch: int | None = None) -> list[Picture]:
    """One picture for each quantity of `history`, in its order, "val_NAME" drawn into the picture of NAME.

    Args:
        history: one number an epoch, e.g. "loss", "val_loss", "accuracy", "val_accuracy", "learning_rate".
        best_epoch: the epoch, counted from 1, whose weights were kept; None where it is of no epoch.
    """
    names = [name for name in history if not name.startswith("val_") and len(history[name])]
    return [curve(name, history[name], history.get(f"val_{name}", ()), best_epoch) for name in names]


def curve(name: str, training: Sequence[float], validation: Sequence[float], best_epoch: int | None) -> Picture:
    """One quantity by epoch; a logarithmic axis where the values span orders of magnitude."""
    title = name.replace("_", " ").capitalize()
    figure, axes = canvas()
    handles, legends = [], []
    for what, values, colour, style in (
        ("training", training, TRAINING, "-"),
        ("validation", validation, VALIDATION, "--"),
    ):
        if len(values):
            epochs = np.arange(1, len(values) + 1)
            marker = "o" if len(values) <= 15 else None
            (line,) = axes.plot(epochs, finite(values), style, color=colour, marker=marker, markersize=3.5)
            handles.append(line)
            legends.append(what)
    if best_epoch is not None and len(validation):
        handles.append(axes.axvline(best_epoch, color=QUIET, linewidth=1, linestyle=":"))
        legends.append(f"best epoch: {best_epoch}")
    everything = finite([*training, *validation])
    everything = everything[np.isfinite(everything)]
    is_share = len(everything) > 0 and "loss" not in name and everything.min() >= 0 and everything.max() <= 1
    if (
        len(everything)
        and everything.min() > 0
        and everything.max() > LOGARITHMIC * everything.min()
        and not (is_share and name != "learning_rate")
    ):
        axes.set_yscale("log")
        title += " (logarithmic)"
    axes.set_xlabel("epoch")
    axes.set_title(title, fontsize=11, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    if len(handles) > 1:
        legend(axes, handles, legends, fontsize=9, frameon=True, framealpha=0.8, edgecolor="none")
    last = f"{training[-1]:.3g} on training data" + (
        f", {validation[-1]:.3g} on validation data" if len(validation) else ""
    )
    return as_svg(figure, f"{title} over {len(training)} epochs; at the end {last}.")
