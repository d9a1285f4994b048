"""A page for each chapter: what a row says, its formula, code, figures and picture, and questions at the end."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from evaluation import report
from evaluation.figures import as_png, as_svg
from lectures import chapters, results
from lectures.question import Question
from lectures.results import Result

LARGEST_SVG = 60_000
"""Bytes of a picture as SVG, above which it becomes a PNG: a page must stay below a megabyte."""
COMMAND = "python -m apps.lectures"


def write(found: Sequence[Result], folder: str) -> list[Path]:
    """Write the pages of the chapters that `found` has rows of; return their paths, the table of contents first.

    Args:
        found: Results of rows.
        folder: Made where there is none.
    """
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    names = [name for name in chapters.CHAPTERS if any(one.row.chapter == name for one in found)]
    paths = []
    for name in names:
        own = [one for one in found if one.row.chapter == name]
        title, _, introduction = chapters.chapter(name).__doc__.strip().partition("\n\n")
        sections = [report.Section("In this chapter", [report.Text([_line(introduction)]), _contents(own)])]
        sections += [_row(one) for one in own]
        sections += _questions(name, own)
        path = into / f"{name}.html"
        report.write(path, title, f"Chapter of the lectures · {COMMAND} {name}", sections)
        paths.append(path)
    return paths


def _plain(text):
    """Without the marks of code, which a page does not draw."""
    return text.replace("`", "")


def _line(text):
    return " ".join(text.split())


def _contents(found):
    table = [(one.row.name, one.row.title, _verdict(one), one.seconds) for one in found]
    return report.Table(("row", "what it shows", "figures", "seconds"), table)


def _verdict(result):
    if result.shown is None:
        return "broken"
    return f"{sum(check.ok for check in result.shown.checks)} of {len(result.shown.checks)} as expected"


def _row(result):
    row = result.row
    blocks = [report.Text([_plain(row.text)])]
    if row.formula:
        blocks.append(report.Formula(row.formula))
    if result.shown is None:
        blocks += [report.Notice("This row broke", ["Its trace:"]), report.Code(result.broken)]
        return report.Section(f"{row.name} {row.title}", blocks)
    table = [
        (one.name, results.number(one.measured), one.expected, "yes" if one.ok else "no") for one in result.shown.checks
    ]
    blocks.append(report.Table(("figure", "measured", "expected", "as expected"), table))
    blocks.append(report.Pictures([_picture(result.shown)]))
    blocks.append(report.Folded("The lines that compute it", [report.Code(row.code)]))
    facts = [("source", row.source), ("in the suite", _plain(row.where)), ("try it", _command(row))]
    blocks.append(report.Facts([(name, value) for name, value in facts if value]))
    return report.Section(f"{row.name} {row.title}", blocks)


def _picture(shown):
    picture = as_svg(shown.figure, shown.alt)
    return picture if len(picture.uri) <= LARGEST_SVG else as_png(shown.figure, shown.alt)


def _command(row):
    """The command of a row with its first constant, to change."""
    words = [*COMMAND.split(), row.name]
    for name, value in list(row.constants.items())[:1]:
        words += [f"--{name.replace('_', '-')}", str(value)] if not isinstance(value, bool) else []
    return shlex.join(words)


def _questions(name, found):
    ask = chapters.chapter(name).questions
    if {one.row.name for one in found if one.ok} < {row.name for row in chapters.rows(name)}:
        return []  # their answers are made of the figures of all rows
    asked: list[Question] = ask(results.measured(found))
    blocks = []
    for number, one in enumerate(asked, 1):
        letters = [f"{letter}) {answer}" for letter, answer in zip("abc", one.answers, strict=True)]
        blocks.append(report.Text([f"{number}. {one.text}", *letters]))
        blocks.append(report.Folded("Answer", [report.Text([f"{'abc'[one.right]}) {one.why}"])]))
    return [report.Section("Questions", blocks)]
