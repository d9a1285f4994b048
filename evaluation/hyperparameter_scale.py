"""The scale of a hyperparameter, from the range that it is searched in.

A range is {"low": 1e-4, "high": 0.1, "log": True} or {"choices": ["relu", "tanh"]}, as a search records it.
"""

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from evaluation.figures import LONGEST, label

Range = Mapping[str, object]


def is_choice(span: Range) -> bool:
    """Whether the range is a list of values; of numbers in their order, or of names in none."""
    return "choices" in span


def position(value, span: Range) -> float:
    """Where a value lies in its range, from 0 to 1 by its scale; a choice, evenly by its place in the list.

    A value outside the range lies outside 0 to 1; NaN for what is none of the choices.
    """
    if is_choice(span):
        choices = list(span["choices"])
        return choices.index(value) / max(len(choices) - 1, 1) if value in choices else math.nan
    low, high = float(span["low"]), float(span["high"])
    if span.get("log"):
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else 0.0


def value_at(place: float, span: Range):
    """The value that lies at a place from 0 to 1; the nearest choice."""
    if is_choice(span):
        choices = list(span["choices"])
        return choices[round(place * (len(choices) - 1))]
    low, high = float(span["low"]), float(span["high"])
    if span.get("log"):
        return math.exp(math.log(low) + place * (math.log(high) - math.log(low)))
    return low + place * (high - low)


def short(value) -> str:
    """A value as a picture can hold it: 0.004, 1e-05, relu."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}" if abs(value) < 1e6 else f"{value:.3g}"
    return label(str(value), 0, LONGEST)


def plain(name: str) -> str:
    """The name of a hyperparameter as text: "learning_rate" is "learning rate"."""
    return label(name.replace("_", " "), 0, 24)


def set_axis(axes: Axes, span: Range, which: str = "x") -> None:
    """Give an axis of `axes` the scale of the range; choices stand at 0, 1, 2 ..."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    if is_choice(span):
        names = [short(one) for one in span["choices"]]
        axis.set_ticks(range(len(names)), names)
        return
    low, high = float(span["low"]), float(span["high"])
    if span.get("log"):
        set_log(axes, low, high, which)
        margin = (high / low) ** 0.05
        limits = low / margin, high * margin
    else:
        limits = low - 0.05 * (high - low), high + 0.05 * (high - low)
        if isinstance(span["low"], int):  # there is no network of one and a half layers
            axis.set_major_locator(MaxNLocator(5, integer=True))
    # The whole range, so that a reader sees what has not been tried.
    (axes.set_xlim if which == "x" else axes.set_ylim)(*limits)


def set_log(axes: Axes, low: float, high: float, which: str) -> None:
    """Make an axis logarithmic, with labels that do not run into each other over values from `low` to `high`."""
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis = axes.xaxis if which == "x" else axes.yaxis
    decades = math.log10(high / low) if high > low > 0 else 0.0
    steps = (1, 2, 5) if decades < 1.2 else (1, 3) if decades < 2.2 else (1,)
    axis.set_major_locator(LogLocator(subs=steps, numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axis.set_minor_formatter(NullFormatter())


def coordinates(values: Sequence, span: Range) -> list[float]:
    """Where values are drawn on an axis of `set_axis`."""
    if not is_choice(span):
        return [float(value) for value in values]
    choices = list(span["choices"])
    return [float(choices.index(value)) if value in choices else math.nan for value in values]
