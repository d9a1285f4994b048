"""Blocks and sections that the reports of all kinds of runs share."""

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation import report
from evaluation.curve_plots import learning_curves
from evaluation.diagnosis import Diagnosis
from evaluation.translation_plots import validation_curve

MOST_COLUMNS = 30  # of rows of a table that a page shows


def curves(history: Mapping[str, Sequence[float]], best_epoch: int | None, names: Mapping[str, str]) -> list:
    """All of the history, also what was measured on validation data only; `names` says what figures are called."""
    alone = [name for name in history if name.startswith("val_") and name.removeprefix("val_") not in history]
    return learning_curves(history, best_epoch) + [
        validation_curve(names.get(name.removeprefix("val_"), name), history[name], best_epoch)
        for name in alone
        if len(history[name])
    ]


def diagnosis_blocks(diagnosis: Diagnosis) -> list:
    """The label and the advice in a box, with the readings; the remedies below."""
    tone = "good" if diagnosis.label == "healthy" else "warning"
    lines = [diagnosis.advice]
    box = report.Notice(diagnosis.label.capitalize(), lines, diagnosis.readings, tone)
    if not diagnosis.remedies:
        return [box]
    return [box, report.Text(["What helps against it: " + "; ".join(diagnosis.remedies) + "."])]


def cell(value: object) -> object:
    """A value of a raw row as the table shows it: whole numbers without decimals, long text shortened."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if value != value else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = "" if value is None else str(value)
    return text if len(text) <= 160 else text[:159] + "…"


def first_columns(columns: Sequence[str]) -> tuple[list[str], list]:
    """The columns of a table of rows that are shown, and, where these are not all, a block that says so."""
    if len(columns) <= MOST_COLUMNS:
        return list(columns), []
    return list(columns)[:MOST_COLUMNS], [report.Text([f"The first {MOST_COLUMNS} of {len(columns):,} columns."])]


def run_blocks(command: str, notes: Sequence[str], settings: Mapping | None, environment: Mapping | None) -> list:
    """The command to type again, what was decided about the data, the settings and the machine."""
    blocks = [report.Code(command)]
    if notes:
        blocks.append(report.Text(notes))
    for name, facts in (("Settings", settings), ("Environment", environment)):
        if facts:
            blocks.append(report.Folded(name, [report.Facts(_flat(facts))]))
    return blocks


def _flat(facts: Mapping) -> list[tuple[str, object]]:
    """Names and values, those of a group, such as the machines of a training, in its place."""
    nested = [_flat(value) if isinstance(value, Mapping) else [(name, value)] for name, value in facts.items()]
    return [one for some in nested for one in some]


def run_sections(
    command: str,
    notes: Sequence[str],
    settings: Mapping | None,
    environment: Mapping | None,
    model_summary: str,
    files: Mapping[str, str],
) -> list[report.Section]:
    """The sections that close the report of every run: what was run, the network, the files.

    Args:
        command: As it was typed.
        notes: Sentences on what was decided about the data.
        settings, environment: name -> value; groups of settings are mappings.
        model_summary: Layers of the network, as text.
        files: File name -> what it is, of the run's folder.
    """
    sections = [report.Section("What was run", run_blocks(command, notes, settings, environment))]
    if model_summary:
        sections.append(report.Section("Model", [report.Code(model_summary.strip("\n"))]))
    return [*sections, report.Section("Files of the run", [report.Facts(list(files.items()))])]
