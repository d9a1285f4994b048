"""The section of a report that shows what was decided about each column of a table."""

from collections.abc import Sequence

from evaluation import report

MOST_SHOWN = 200  # columns; of more the rest stands in preparing.json
FEW = 30  # columns that are shown without being asked for


def section(columns: Sequence) -> list[report.Section]:
    """One section, or none where there are no columns.

    Args:
        columns: of each name, use, what, gaps, contents and note, all text.
    """
    if not columns:
        return []
    rows = [[one.name, one.use, one.what, one.gaps, one.contents, one.note] for one in columns[:MOST_SHOWN]]
    blocks = [report.Table(["column", "use", "kind", "missing", "values", "note"], rows)]
    if len(columns) > MOST_SHOWN:
        more = f"The first {MOST_SHOWN} of {len(columns):,} columns; preparing.json has all."
        blocks = [report.Text([more]), *blocks]
    if len(columns) > FEW:
        blocks = [report.Folded(f"{len(columns):,} columns", blocks)]
    told = "What each column was taken for. `--columns NAME=KIND` says otherwise."
    return [report.Section("Columns", [report.Text([told]), *blocks])]
