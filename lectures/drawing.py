"""What several pictures of the lectures draw alike: panels side by side, labelled points, the line of a neuron."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from evaluation.figures import MARKERS, PALETTE


def panels(columns: int, rows: int = 1, width: float = 9.2, height: float = 3.0, **axes) -> tuple[Figure, list[Axes]]:
    """A figure of so many inches with axes in the style of `canvas`, row after row; `axes` as of Figure.subplots."""
    figure = Figure(figsize=(width, height), layout="constrained")
    found = list(figure.subplots(rows, columns, squeeze=False, **axes).ravel())
    for one in found:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(color="#e4e4e4", linewidth=0.7)
        one.set_axisbelow(True)
    return figure, found


def points(axes: Axes, x: np.ndarray, labels: np.ndarray, names: Sequence[str] = ("0", "1"), size: float = 30) -> None:
    """(N, 2) points in the colour and marker of their class, 0 first."""
    for k, name in enumerate(names):
        chosen = x[np.asarray(labels) == k]
        style = {"s": size, "color": PALETTE[k], "marker": MARKERS[k], "edgecolors": "white", "linewidths": 0.5}
        axes.scatter(chosen[:, 0], chosen[:, 1], label=name, zorder=3, **style)


def line(axes: Axes, weights, bias: float, **style) -> None:
    """Where `weights x + bias` is 0, across the whole of the axes."""
    (w1, w2), style = weights, {"color": PALETTE[6], "linewidth": 1.3, **style}
    if w1 == w2 == 0:
        return
    foot = -bias * np.array([w1, w2]) / (w1**2 + w2**2)
    axes.axline(foot, foot + [-w2, w1], **style)


def region(axes: Axes, answers, low: float, high: float, cells: int = 200) -> None:
    """Paints the square `low` to `high` in the colour of the class, 0 or 1, that `answers` gives to (N, 2) points."""
    ticks = np.linspace(low, high, cells)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    painted = np.asarray(answers(grid), float).reshape(cells, cells)
    colours = ListedColormap(["#d9e8f3", "#f7ddcc"])
    axes.imshow(painted, origin="lower", extent=(low, high) * 2, cmap=colours, vmin=0, vmax=1, aspect="auto")
    axes.set(xlim=(low, high), ylim=(low, high))


def compared(names: Sequence[str], values: Sequence[float], unit: str, right: int = -1) -> Figure:
    """Bars with their values: the first `right` ones in blue, the others, which are wrong, in orange."""
    figure, (axes,) = panels(1, width=4.8, height=3.2)
    places = range(len(names))
    bars = axes.bar(places, values, color=[PALETTE[place in places[right:]] for place in places])
    axes.bar_label(bars, fmt="%.3g")
    axes.axhline(0, color=PALETTE[6], linewidth=0.8)
    axes.margins(y=0.15)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel(unit)
    return figure
