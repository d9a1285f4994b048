"""The pages of `apps.networks`: one network with its drawing and table, or all beside each other."""

from collections.abc import Mapping, Sequence

from evaluation import report
from evaluation.figures import MARKERS, PALETTE, Picture, as_svg, canvas, data_uri
from evaluation.ilsvrc import PAPERS, PRINTED, year
from evaluation.published_figures import FIGURES, Published


def compared(table, published: Published | None) -> list[tuple[str, int, int, str]]:
    """Figures of a network beside the published ones: what, measured, published, "equal" or by how much it differs."""
    if published is None:
        return []
    pairs = [
        ("parameters", table.parameters, published.parameters),
        ("multiply-adds", table.multiply_adds, published.multiply_adds),
    ]
    return [(name, own, theirs, "equal" if own == theirs else f"differs by {own - theirs:+,}")
            for name, own, theirs in pairs]  # fmt: skip


def network_sections(table, header: Sequence[str], rows: Sequence[Sequence[str]], drawing: str, published) -> list:
    """The page of one network.

    Args:
        table: `models.network_table.NetworkTable`.
        header, rows: Of the table, as text.
        drawing: SVG.
        published: `Published`, or None.
    """
    numbers = [
        report.Number("parameters", f"{table.parameters:,}", f"and {table.statistics:,} moving statistics"),
        report.Number("multiply-adds", f"{table.multiply_adds:,}", "for one record; kernels alone"),
        report.Number("outputs of all layers", f"{table.memory / 2**20:.1f} MiB", "float32, one record"),
    ]
    if table.milliseconds is not None:
        numbers.append(report.Number("time", f"{table.milliseconds:.1f} ms", "one record, this machine, compiled"))
    blocks = [report.Numbers(numbers)]
    if table.uncounted:
        blocks.append(report.Notice("Not counted", [NOT_COUNTED], table.uncounted))
    sections = [report.Section("In all", blocks)]
    if published:
        lines = [(what, own, theirs, said) for what, own, theirs, said in compared(table, published)]
        facts = [("layers from", published.counts), ("year", str(published.year))]
        if published.accuracies:
            facts.append(("accuracy on ImageNet", published.accuracies))
            facts.append(("accuracy from", published.accuracy))
        beside = report.Table(("", "here", "published", ""), lines)
        sections.append(report.Section(f"Beside what is published of {published.title}", [beside, report.Facts(facts)]))
    uri = data_uri(drawing.encode(), "image/svg+xml")
    alt = f"{table.name} as boxes, a layer each; the table below has the same layers"
    picture = report.Pictures([Picture(uri, alt, 960)])
    sections.append(report.Section("Drawing", [picture]))
    return [*sections, report.Section("Layers", [report.Text(MEANING), report.Table(header, rows)])]


NOT_COUNTED = "These layers have weights, and how often they are multiplied is not known here; the sum is without them."
MEANING = (
    "Each line is one call of a layer, for one record. The receptive field is what one position of the output sees of "
    "the picture, in pixels, its stride how far apart two neighbours see. The times are of each layer by itself, not "
    "compiled: together they are more than the whole network takes.",
)


def gallery_rows(measured: Mapping[str, float]) -> list[tuple]:
    """A row for each published network, as `GALLERY` names it; milliseconds that were not measured are NaN."""
    return [
        (one.title, str(one.year), one.size, _percent(one.top1), _percent(one.top5), one.parameters, one.multiply_adds,
         measured.get(one.title, float("nan")))
        for one in FIGURES
    ]  # fmt: skip


GALLERY = ("network", "year", "size", "top-1", "top-5", "parameters", "multiply-adds", "ms here")


def gallery_sections(measured: Mapping[str, float]) -> list:
    """The page of all networks.

    Args:
        measured: Title -> milliseconds for one picture on this machine.
    """
    sources = [(one.title, f"layers: {one.counts}" + (f"; accuracy: {one.accuracy}" if one.accuracy else ""))
               for one in FIGURES]  # fmt: skip
    against = [
        _against("million parameters", {one.title: one.parameters / 1e6 for one in FIGURES}),
        _against("million multiply-adds", {one.title: one.multiply_adds / 1e6 for one in FIGURES}),
    ]
    if measured:
        against.append(_against("milliseconds for one picture, here", measured))
    return [
        report.Section(
            "Networks",
            [
                report.Text(["Accuracy in percent of ImageNet's validation part, one crop, where one is published."]),
                report.Table(GALLERY, gallery_rows(measured)),
                report.Pictures(against),
                report.Folded("Where the figures are from", [report.Facts(sources)]),
            ],
        ),
        report.Section("The contests on ImageNet", [report.Pictures([_time_line()])]),
        report.Section(
            "What the lectures print",
            [report.Table(("row", "printed", "right"), PRINTED), report.Text([LECTURES])],
        ),
    ]


LECTURES = "`python -m apps.lectures E20 E21 E22 E23 E24` computes these rows.".replace("`", "")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _against(what: str, of: Mapping[str, float]) -> Picture:
    """Published top-1 accuracy against a figure of each network."""
    figure, axes = canvas(4.8, 3.6)
    for number, one in enumerate(FIGURES):
        if one.top1 and one.title in of:
            style = {"color": PALETTE[number % len(PALETTE)], "marker": MARKERS[number % len(MARKERS)]}
            axes.plot(of[one.title], one.top1, linestyle="", **style)
            # neighbours in the list lie close together: their names stand on opposite sides
            place = {"xytext": (5, -9), "ha": "left"} if number % 2 else {"xytext": (-5, 5), "ha": "right"}
            at = (of[one.title], one.top1)
            axes.annotate(one.title, at, textcoords="offset points", fontsize=7, **place)
    axes.set(xlabel=what, ylabel="top-1 accuracy in percent", xscale="log")
    axes.margins(x=0.3, y=0.12)
    return as_svg(figure, f"Published top-1 accuracy of the networks against {what}.")


def _time_line() -> Picture:
    """The papers' top-5 errors by the year of the contest."""
    figure, axes = canvas(9.0, 3.4)
    names = sorted(PAPERS, key=year)
    for place, name in enumerate(names):
        axes.bar(place, PAPERS[name], color=PALETTE[5])
        axes.annotate(f"{PAPERS[name]:g}", (place, PAPERS[name]), ha="center", va="bottom", fontsize=8)
    axes.set(ylabel="top-5 error in percent", xticks=range(len(names)))
    axes.set_xticklabels([f"{year(name)}\n{name.replace(', ', chr(10))}" for name in names], fontsize=7)
    told = ", ".join(f"{name} {PAPERS[name]:g}" for name in names)
    return as_svg(figure, f"Top-5 errors of the contests as the papers have them: {told}.")
