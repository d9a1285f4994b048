"""The page of a run as text, put together as `tasks.course` does it."""

from evaluation import report
from evaluation.report_blocks import run_sections

CLOSING = {"command": "", "notes": (), "settings": None, "environment": None, "model_summary": "", "files": {}}


def written(kind, folder, *, title: str, **options) -> str:
    """Write the page of a module `kind` of evaluation, such as `classification_report`, and read it again.

    `options` are what its `sections` take, and what `run_sections` takes.
    """
    path = folder / "report.html"
    closing = run_sections(**{name: options.pop(name, usual) for name, usual in CLOSING.items()})
    report.write(path, title, "", [*kind.sections(**options), *closing])
    return path.read_text(encoding="utf-8")
