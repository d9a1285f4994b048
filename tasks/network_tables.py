"""Networks as tables, drawings and pages: what `apps.networks` prints and writes."""

import gc
from pathlib import Path

from tasks.network_request import Shown, built, network, recipes


def show_network(config) -> dict[str, float]:
    """Print the table of a network, write its page and drawing; return parameters, multiply-adds and milliseconds.

    Raises:
        DifferentCount: What is counted is not what is published.
    """
    from evaluation import report
    from evaluation.network_drawing import svg
    from evaluation.network_report import compared, network_sections
    from models.network_table import HEADER, cells, network_table, sizes
    from training.devices import configure

    configure()
    model, published = network(config)
    table = network_table(model, config.shown.times)
    rows = [cells(row) for row in table.rows]
    print("\n".join(aligned([HEADER, *rows])))
    title = published.title if published else table.name
    inputs = ", ".join(sizes(shape) for shape in table.input_shapes)
    print(
        f"\n{title}, input {inputs}: {table.memory / 2**20:.1f} MiB of outputs, {table.statistics:,} moving statistics"
    )
    beside = compared(table, published)
    for what, own, theirs, said in beside:
        print(f"{what} {own:,}, published {theirs:,}: {said} ({published.counts})")
    if published and published.accuracies:
        print(f"ImageNet, published: {published.accuracies} ({published.accuracy})")
    if table.uncounted:
        print(f"not counted, as nothing is known of these layers: {', '.join(table.uncounted)}")
    drawing = svg(table.rows, table.input_shapes, title)
    if config.shown.svg:
        Path(config.shown.svg).write_text(drawing, encoding="utf-8")
        print(f"drawing: {config.shown.svg}")
    if config.shown.html:
        sections = network_sections(table, HEADER, rows, drawing, published)
        report.write(config.shown.html, title, f"Network, input {inputs}", sections)
        print(f"page: {config.shown.html}")
    figures = {"parameters": table.parameters, "multiply_adds": table.multiply_adds}
    if table.milliseconds is not None:
        figures["milliseconds"] = round(table.milliseconds, 2)
    print(" ".join(f"{name}={value}" for name, value in figures.items()))
    wrong = [f"{what} {said}" for what, _, _, said in beside if said != "equal"]
    if wrong:
        raise DifferentCount(f"{title}: {', '.join(wrong)}")
    return figures


class DifferentCount(AssertionError):
    """A network of the suite is not the published one: a defect."""


def show_gallery(shown: Shown) -> dict[str, float]:
    """Print all published networks, write their page; return how many there are."""
    from evaluation import report
    from evaluation.network_report import GALLERY, gallery_rows, gallery_sections

    measured = measure_all() if shown.times else {}
    texts = [[report.shown(cell) for cell in row] for row in gallery_rows(measured)]
    print("\n".join(aligned([GALLERY, *texts])))
    if shown.html:
        subtitle = "Published figures" + (", and milliseconds for one picture on this machine" if measured else "")
        report.write(shown.html, "The classic networks", subtitle, gallery_sections(measured))
        print(f"page: {shown.html}")
    print(f"networks={len(texts)} measured={len(measured)}")
    return {"networks": len(texts), "measured": len(measured)}


def measure_all() -> dict[str, float]:
    """Title -> milliseconds for one picture, of each published network; one at a time, as a large one has 0.6 GB."""
    from training.devices import configure

    configure()
    import keras

    from evaluation.published_figures import FIGURES
    from models.network_timing import milliseconds

    found = {}
    for one in FIGURES:
        recipe = recipes()[one.recipe]
        model = built(recipe(**one.settings), one.size, one.classes)
        found[one.title] = milliseconds(model)
        del model
        keras.backend.clear_session()
        gc.collect()
        print(f"measured {one.title}: {found[one.title]:.1f} ms", flush=True)
    return found


def aligned(rows) -> list[str]:
    """Rows of text as lines: the first two columns to the left, others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        texts = [cell.ljust(width) if at < 2 else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        lines.append("  ".join(texts).rstrip())
    return lines
