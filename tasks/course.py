"""The course of a run, the only one: load, prepare, train, score, export, report. Each line of it stands here alone."""

import math
from statistics import median_high
from typing import Literal

from cli.arguments import flags
from cli.errors import UserError
from cli.run import typed
from tasks.exporting import export_run
from tasks.folder import described, open_run
from tasks.task import Learned, Outcome, Prepared, Task
from training.run_directory import RunDirectory, RunError

FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "how raw records become inputs, and outputs answers",
    "metrics.csv": "figures per epoch",
    "timing.csv": "seconds and speed per epoch",
    "results.json": "all scores",
    "model.keras": "the trained network, for Keras",
    "examples.json": "raw records that exports are checked on",
}
"""What every run leaves."""
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
    if not config.fresh and (results := directory.results()):
        if not (directory / "model.keras").is_file():
            raise RunError(f"{directory.path}: is finished, but has lost model.keras; `--fresh` trains it anew.")
        print(f"{directory.path} is finished; --fresh trains it anew.\n")
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
    differences = export_run(directory, prepared.examples())
    write_report(task, prepared, learned, outcome, directory, settings)
    results = outcome.results() | {"export": differences} | speeds(directory)
    directory.write_json("results.json", results)
    directory.forget_checkpoints()
    return announce(task, results, directory)


def write_report(
    task: Task, prepared: Prepared, learned: Learned, outcome: Outcome, directory: RunDirectory, settings: dict
) -> None:
    """Write report.html: what the task shows, then what every run has."""
    from evaluation import report
    from evaluation.report_blocks import run_sections

    page = task.page(prepared, learned, outcome)
    closing = run_sections(
        command=typed(f"python -m apps.{task.name}"),
        notes=[*page.notes, *([learned.kept] if learned.kept else [])],
        settings={name: value for name, value in settings.items() if name not in ("app", "format", "files")},
        environment=directory.read_json("environment.json"),
        model_summary=page.summary,
        files=FILES | task.files,
    )
    title = f"{prepared.name}, {learned.model.name}"
    report.write(directory / "report.html", title, page.subtitle, [*page.sections, *_inside(directory), *closing])


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
    """Seconds of training, and the median over the epochs of each speed in timing.csv."""
    rows = directory.read_rows("timing.csv")
    medians = {
        name: median_high(row[name] for row in rows if name in row) for name in rows[0] if name.endswith("_per_second")
    }
    return {"training_seconds": round(sum(row["seconds"] for row in rows), 1), **medians}


def announce(task: Task, results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last; return the figures of the test split."""
    results = results | {name: _numbers(results[name]) for name in FIGURES if name in results}
    text, line = task.told(results)
    print(f"\n{text}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    line |= {
        "saved_model_difference": results["export"]["saved_model_difference"],
        "training_seconds": results["training_seconds"],
    }
    print(" ".join(f"{name}={value:.6g}" for name, value in line.items()))
    return results["test"]


def _numbers(figures):
    """Figures by name, or groups of them; null, as results.json has what is not defined, becomes NaN again."""
    if isinstance(figures, dict):
        return {name: _numbers(value) for name, value in figures.items()}
    return math.nan if figures is None else figures
