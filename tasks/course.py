"""The course of a run, the only one: load, prepare, train, score, export, report. Each line of it stands here alone."""

import math
from collections import Counter
from statistics import median_high
from typing import Literal

from cli.arguments import flags
from cli.errors import UserError
from cli.run import typed
from export.errors import ExportError
from tasks import what_if
from tasks.exporting import export_run, write_examples
from tasks.folder import described, open_run
from tasks.task import Learned, Page, Prepared, Task
from training import manifest
from training.identity import gone
from training.run_directory import RunDirectory
from training.run_lock import RunError

FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "how raw records become inputs, and outputs answers",
    "metrics.csv": "figures per epoch",
    "timing.csv": "seconds and speed per epoch",
    "results.json": "all scores",
    "model.keras": "the trained network, for Keras",
    "examples.json": "raw records that exports are checked on",
    "manifest.json": "SHA-256 of each of these files, by which damage is noticed",
}
"""What every run leaves."""
UNCHECKED = "The SavedModel was not checked yet when this page was written; results.json says what came of it."
FIGURES = ("test", "validation", "train", "baselines", "others")
"""Parts of results.json that hold figures only."""


def run(task: Task, config, until: Literal["trained", "reported"] = "reported") -> dict[str, float]:
    """Train, score, export, report; return the figures of the test split. A finished run is not trained again.

    Args:
        task: The application.
        config: Its `Config`.
        until: "trained" stops when the network is saved; the same call with "reported" goes on from there.
    """
    from training.devices import configure, environment
    from training.hosts import alone

    trainer = config.trainer
    print(f"device  {configure(trainer.device, trainer.check_device, trainer.machines)}")
    checks = bool(trainer.check_device)  # whatever is in the run's own folder stays as it is
    directory, settings = open_run(task.name, *described(config), config.run_dir, passing=checks)
    directory.claim(task.files)
    directory.check(settings, fresh=config.fresh)
    if not config.fresh and (results := earlier_results(directory, settings)):
        return announce(task, results, directory)
    splits = task.load(config)
    if getattr(config.data, "show_columns", False):
        from data.tables.decided_column import table

        print("\n".join(["columns", *table(splits.columns)]))
    prepared = task.prepare(config, splits)
    print("\n".join([*prepared.notes(), f"run     {directory.path}"]), flush=True)
    directory.start(settings, environment() | {"arguments": flags(config)}, fresh=config.fresh)
    directory.write_json("preparing.json", prepared.record())
    try:
        learned = task.train(prepared, directory)
    except UserError:  # a network that does not fit the data
        directory.withdraw()
        raise
    alone(learned.model)
    learned.model.save(directory / "model.keras")
    directory.write_json("preparing.json", prepared.record() | learned.record)
    if until == "trained":
        return {}
    outcome = task.score(prepared, learned)
    write_examples(directory, prepared.examples())
    page = task.page(prepared, learned, outcome)
    write_report(task, prepared, learned, page, directory, settings, UNCHECKED)
    results = outcome.results() | speeds(directory)
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    results |= {"export": export_run(directory)}
    if getattr(config, "what_if", False):
        results |= what_if.tried(task, config, prepared, learned, outcome.diagnosis.flag, directory)
    write_report(task, prepared, learned, page, directory, settings, refusal(results), results.get("what_if"))
    directory.finish(results)
    return announce(task, results, directory)


def earlier_results(directory: RunDirectory, settings: dict) -> dict | None:
    """The results of a finished run, where it is one; what it has lost since is told.

    Raises UserError where the results, or the network, are not as the run left them.
    """
    directory.verify("results.json", "model.keras")
    results = directory.results()
    if not results:
        return None
    if not (directory / "model.keras").is_file():
        raise RunError(f"{directory.path}: is finished, but has lost model.keras; `--fresh` trains it anew.")
    for path in gone(directory.read_json("config.json"), settings):
        print(f"{path} is not there any more; what was learned from it is.")
    if "export" not in results:
        print(f"{directory.path} is trained and scored; its export is made now.\n", flush=True)
        results |= {"export": export_run(directory)}
        directory.finish(results)
        return results
    print(f"{directory.path} is finished; --fresh trains it anew.\n")
    for path, what in manifest.differences(directory.path):
        print(f"{path} {what}")
    return results


def refusal(results: dict) -> str:
    """What a report says of an export that was refused; "" where there is a good one."""
    why = results["export"].get("refused")
    return f"The SavedModel was refused, so there is none: {why}" if why else ""


def write_report(
    task: Task,
    prepared: Prepared,
    learned: Learned,
    page: Page,
    directory: RunDirectory,
    settings: dict,
    export: str,
    tried: dict | None = None,
) -> None:
    """Write report.html: what the task shows, then what every run has, with a sentence on its export, and one on the
    change that was tried."""
    from evaluation import report
    from evaluation.report_blocks import run_sections

    closing = run_sections(
        command=typed(f"python -m apps.{task.name}"),
        notes=[*page.notes, *filter(None, (learned.kept, export))],
        settings={name: value for name, value in settings.items() if name not in ("app", "format", "files")},
        environment=directory.read_json("environment.json"),
        model_summary=page.summary,
        files=FILES | task.files,
    )
    title = f"{prepared.name}, {learned.model.name}"
    advice = [report.Section("The advice, tried", [report.Text([tried["told"]])])] if tried else []
    report.write(
        directory / "report.html", title, page.subtitle, [*page.sections, *advice, *_inside(directory), *closing]
    )


def _inside(directory: RunDirectory) -> list:
    """What was found before the first update, and what the microscope saw, where there was either."""
    from evaluation import microscope_report, report
    from training import microscope, preflight

    sections = []
    if (directory / preflight.FILE).exists():
        found = directory.read_json(preflight.FILE)
        lines = [preflight.told(found)]
        box = report.Notice("Before the first update", lines, found["findings"]) if found["findings"] else None
        sections.append(report.Section("Preflight", [box or report.Text(lines)]))
    if (directory / microscope.FILE).exists():
        sections += microscope_report.sections(directory.read_json(microscope.FILE))
    return sections


def speeds(directory: RunDirectory) -> dict[str, float]:
    """Seconds of training, stages and members included, and the median over the epochs of each speed in timing.csv."""
    rows = directory.read_rows("timing.csv")
    stages = [path for depth in ("*", "member-*/*") for path in directory.path.glob(f"{depth}/timing.csv")]
    of_stages = [
        row["seconds"]
        for path in stages
        if path.parent.name != what_if.FOLDER
        for row in RunDirectory(path.parent).read_rows("timing.csv")
    ]
    # Some tasks gather the epochs of their stages in the run's own file: each counts once.
    seconds = Counter(row["seconds"] for row in rows) | Counter(of_stages)
    medians = {
        name: median_high(row[name] for row in rows if name in row) for name in rows[0] if name.endswith("_per_second")
    }
    return {"training_seconds": round(sum(seconds.elements()), 1), **medians}


def announce(task: Task, results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last; return the figures of the test split.

    Raises ExportError, after that, where the export was refused.
    """
    results = results | {name: _numbers(results[name]) for name in FIGURES if name in results}
    text, line = task.told(results)
    print(f"\n{text}")
    refused = refusal(results)
    where = "" if refused else f"   SavedModel: {directory / 'saved_model'}"
    if tried := results.get("what_if"):
        print(tried["told"])
    print(f"report: {directory / 'report.html'}{where}\n")
    line |= {} if refused else {"saved_model_difference": results["export"]["saved_model_difference"]}
    line |= {"training_seconds": results["training_seconds"]}
    print(" ".join(f"{name}={value:.6g}" for name, value in line.items()), flush=True)
    if refused:
        raise ExportError(f"{refused}. All else is in {directory.path}; `python -m apps.export` tries it again.")
    return results["test"]


def _numbers(figures):
    """Figures by name, or groups of them; null, as results.json has what is not defined, becomes NaN again."""
    if isinstance(figures, dict):
        return {name: _numbers(value) for name, value in figures.items()}
    return math.nan if figures is None else figures
