"""What the microscope saw, and what it means: vanishing and exploding gradients, dead units, updates too large.

findings(seen) -> sentences      sections(seen) -> sections of a report
"""

from collections.abc import Mapping

import numpy as np

from evaluation import report
from evaluation.figures import PALETTE, QUIET, as_svg, canvas, labels, legend

FAR_APART = 1e3  # of the gradients of two layers, from which one of them hardly learns
LARGE_GRADIENT = 1e2  # root mean square over the weights of a layer
LARGE_UPDATE = 0.1  # of a weight, relative to its size; about 0.001 is usual
DEAD = 0.4  # share of a layer's units
MOST_LINES = 8


def findings(seen: Mapping) -> list[str]:
    """What is wrong inside the network, a sentence each; none where nothing is.

    Args:
        seen: The content of microscope.json.
    """
    last, names = seen["rows"][-1], seen["kernels"]
    found = []
    gradients = np.median([row["gradients"] for row in seen["rows"]], axis=0)
    if len(names) > 1 and gradients[-1] > 0 and gradients[0] * FAR_APART < gradients[-1]:
        found.append(
            f"Vanishing gradients: that of {names[0]} is {gradients[0]:.1e}, that of {names[-1]} {gradients[-1]:.1e}. "
            "The first layers hardly learn. Try relu, batch norm, He or LeCun initial weights, or fewer layers."
        )
    largest = int(np.nanargmax(gradients))
    if not np.isfinite(gradients).all() or gradients[largest] > LARGE_GRADIENT:
        found.append(
            f"Exploding gradients: that of {names[largest]} is {gradients[largest]:.1e}. Lower --learning-rate, or set "
            "--clip-norm 1."
        )
    updates = np.median([row["updates"] for row in seen["rows"]], axis=0)
    if updates.max() > LARGE_UPDATE:
        where = names[int(updates.argmax())]
        found.append(f"Large updates: one moves the weights of {where} by {updates.max():.0%}. Lower --learning-rate.")
    found += [
        f"Dead units: {share:.0%} of those of {name} answer 0 to every row. Lower --learning-rate, or try leaky_relu."
        for name, share in zip(seen["outputs"], last["dead"], strict=True)
        if share > DEAD
    ]
    return found


def sections(seen: Mapping) -> list[report.Section]:
    """The section of a report; none where nothing was seen."""
    if not seen["rows"]:
        return []
    found = findings(seen)
    box = (
        report.Notice("Inside the network", ["What the microscope found:"], found)
        if found
        else report.Notice("Inside the network", ["No gradient vanishes or explodes; no layer is dead."], (), "good")
    )
    pictures = [
        _lines(seen, "gradients", seen["kernels"], "gradient of a weight (root mean square)", True),
        _lines(seen, "updates", seen["kernels"], "update, relative to the weight", True, 1e-3),
        _lines(seen, "deviations", seen["outputs"], "deviation of the answers", True),
        _lines(seen, "dead", seen["outputs"], "share of units that are dead", False),
    ]
    return [report.Section("Microscope", [box, report.Pictures(pictures)])]


def _lines(seen, figure, names, title, logarithmic, usual=None):
    """A line for each layer over the epochs; of many layers the first, the last, and some between."""
    chosen = np.unique(np.linspace(0, len(names) - 1, min(MOST_LINES, len(names))).round().astype(int))
    drawing, axes = canvas()
    epochs = [row["epoch"] for row in seen["rows"]]
    for colour, layer in zip(PALETTE, chosen, strict=False):
        axes.plot(epochs, [row[figure][layer] for row in seen["rows"]], color=colour, marker=".", linewidth=1.2)
    if usual:
        axes.axhline(usual, color=QUIET, linestyle="--", linewidth=0.9)
    if logarithmic and any(value > 0 for row in seen["rows"] for value in row[figure]):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1)
    axes.set(xlabel="epoch", ylabel=title)
    legend(axes, axes.lines[: len(chosen)], labels([names[layer] for layer in chosen]), fontsize=7)
    return as_svg(drawing, f"{title.capitalize()} of each layer over the epochs.")
