"""Why answers were given, as sections of a report: places in pictures, columns as bars, words marked in texts."""

from collections.abc import Sequence

import numpy as np

from evaluation import report
from evaluation.explanation import Columns, Explanation, Places
from evaluation.explanation_sentences import number, share, shortened
from evaluation.figures import PALETTE, Picture, as_svg, canvas, labels
from evaluation.heat import enlarged, overlaid
from evaluation.tiles import thumbnail

MOST_BARS = 12  # columns of a row that are drawn
PLACES = (
    "Orange speaks for the class, blue against it; each map is as strong as its strongest place. Occlusion: one patch "
    "after the other, {patch} x {patch} pixels, is hidden under the picture's mean colour; a pixel is as strong as the "
    "log odds of the class fall, against every other class, while it is hidden. {cam}The last maps: the same for the "
    "class against the one that it is held against."
)
CAM = "Grad-CAM: where the feature map of layer {layer}, {rows} x {columns} places, raises the class's logit. "
COLUMNS = (
    "Shapley values: how much a column changes the answer when it joins the others, the mean over all orders, held "
    "against {background} {rows}. The base and all bars add up to the answer. They tell what the network does, not "
    "what causes what."
)
WORDS = (
    "Each piece was taken out of the text alone. Marked: without it the answer was less sure (a number: lower), the "
    "stronger the more. Dotted: without it the answer was surer (higher)."
)
LOOKS = (
    "Attention: how much of each word or subword reaches the mean that the answer is made of (attention rollout, Abnar "
    "and Zuidema 2020). It tells where the network looks, not what it concludes."
)


def section(explanations: Sequence[Explanation], notes: Sequence[str] = ()) -> list[report.Section]:
    """The section of a run's report; none where nothing was explained."""
    if not explanations:
        return []
    blocks: list = [report.Text([*notes, *legend(explanations)])]
    for one in explanations:
        blocks += [report.Text([f"{one.origin}: {one.sentence}"]), *parts(one)]
    return [report.Section("Why these answers", blocks)]


def sections(explanations: Sequence[Explanation]) -> list[report.Section]:
    """A section for each record, and one that says how to read them."""
    own = [report.Section(one.origin, [report.Text([one.sentence]), *parts(one)]) for one in explanations]
    return [*own, report.Section("How to read this", [report.Text(legend(explanations))])]


def legend(explanations: Sequence[Explanation]) -> list[str]:
    """What the pictures, bars and marks mean, in sentences."""
    lines = []
    if places := next((one.places for one in explanations if one.places), None):
        rows, columns = places.grid
        cam = CAM.format(layer=places.layer, rows=rows, columns=columns) if places.layer else ""
        lines.append(PLACES.format(patch=places.patch, cam=cam))
    if columns := next((one.columns for one in explanations if one.columns), None):
        lines.append(COLUMNS.format(background=columns.shares.background, rows=columns.background))
    words = [one for explanation in explanations for one in explanation.words]
    return lines + [WORDS] * bool(words) + [LOOKS] * any(one.looks for one in words)


def parts(explanation: Explanation) -> list:
    """The blocks of one record below its sentence."""
    blocks: list = []
    if explanation.places:
        blocks.append(tiles(explanation, explanation.places))
    if explanation.columns:
        blocks.append(report.Pictures([bars(explanation, explanation.columns)]))
    for one in explanation.words:
        blocks.append(report.Marked(one.column, one.pieces))
        if one.looks:
            blocks.append(report.Marked(f"{one.column}: attention", one.looks))
    return blocks


def tiles(explanation: Explanation, places: Places) -> report.Tiles:
    """The picture and its maps, beside each other."""
    answer = explanation.answer
    against = f"{answer.name} against {answer.rival}"
    maps = [("occlusion", answer.name, places.occlusion), ("Grad-CAM", answer.name, places.grad_cam)]
    maps += [("occlusion", against, places.occlusion_contrast), ("Grad-CAM", against, places.grad_cam_contrast)]
    found = [report.Tile(thumbnail(enlarged(places.pixels)), "the picture", [f"{answer.name} {share(answer.value)}"])]
    for name, of, heat in maps:
        if heat is not None:
            found.append(report.Tile(thumbnail(overlaid(places.pixels, heat)), name, [of]))
    return report.Tiles(found)


def bars(explanation: Explanation, columns: Columns) -> Picture:
    """What each column adds, the largest first; of many the rest as one bar."""
    answer, amounts = explanation.answer, list(columns.amounts.items())
    shown = [(f"{name} = {columns.values[name]}", amount) for name, amount in amounts[:MOST_BARS]]
    if rest := amounts[MOST_BARS:]:
        shown.append((f"{len(rest)} other columns", float(np.sum([amount for _, amount in rest]))))
    figure, axes = canvas(6.4, 0.9 + 0.26 * len(shown))
    values = [amount for _, amount in shown]
    axes.barh(range(len(shown)), values, color=[PALETTE[4] if one >= 0 else PALETTE[0] for one in values], height=0.7)
    axes.axvline(0, color="#444444", linewidth=0.8)
    names = labels([shortened(name) for name, _ in shown], longest=40)
    axes.set_yticks(range(len(shown)), names, parse_math=False, fontsize=9)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    room = max(map(abs, values), default=0) or 1
    for place, value in enumerate(values):
        text, left = f"{value:+.3g}", value < 0
        axes.text(
            value + (-0.02 if left else 0.02) * room,
            place,
            text,
            va="center",
            ha="right" if left else "left",
            fontsize=8,
        )
    axes.set_xlim(min(0, *values) - 0.25 * room, max(0, *values) + 0.25 * room)
    axes.grid(False, axis="y")
    axes.set_xlabel(f"what each column adds: {number(columns.base)} on average, {number(answer.value)} here")
    ends = ", ".join(f"{name} {amount:+.3g}" for name, amount in shown[:3])
    return as_svg(figure, f"What each column adds to the answer: {ends}.")
