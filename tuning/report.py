"""Write the page of a search, finished or not: FOLDER/report.html.

    python -m tuning.report runs/tuning/classify-digits-random-1a2b3c4d

Searches of the same space by other strategies, in folders beside it, are compared with it.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from cli.arguments import flags
from cli.run import run
from training.run_directory import RunDirectory
from training.run_lock import RunError
from tuning.journal import Journal
from tuning.search_folder import SearchError
from tuning.settings import Search
from tuning.space import range_of


@dataclass(frozen=True)
class Config:
    """Write the page of a search."""

    folder: Annotated[str, tyro.conf.Positional]
    """Of the search."""


def main(config: Config) -> Path:
    """Write the page; returns its path. Raises SearchError where there is no search."""
    from evaluation import search_report

    folder = Path(config.folder)
    if not (folder / "search.json").is_file():
        raise SearchError(
            f"{folder}: holds no search (no search.json). Searches here: {', '.join(searches()) or 'none'}."
        )
    directory = RunDirectory(folder)
    about = directory.read_json("search.json")
    results = directory.results() or {}
    spans = {name: range_of(one) for name, one in about["hyperparameters"].items()}
    spans = {name: span for name, span in spans.items() if span}
    settings = {name.replace("_", " "): value for name, value in about["settings"].items() if value is not None}
    search_report.write(
        folder / "report.html",
        title=f"Search {folder.name}",
        best_command=results.get("command", "the search has no result yet"),
        objective=about["objective"],
        direction=about["direction"],
        strategy=about["strategy"],
        trials=trials(folder),
        ranges=spans,
        retrained={int(number): scores for number, scores in results.get("retrained", {}).items()},
        best=results.get("best", {}).get("number"),
        test=results.get("test"),
        others=others(folder, about),
        command=shlex.join(["python", "-m", about["space"], *flags(Search(**about["settings"])), *about["base"]]),
        notes=[note for note in (results.get("stopped"),) if note],
        settings=settings | {name: span_text(span) for name, span in spans.items()},
        environment=environment(folder, results),
    )
    print(folder / "report.html")
    return folder / "report.html"


def trials(folder: Path) -> list[dict]:
    """The trials in the journal of a search, those that run left out."""
    found = [trial.as_dict() for trial in Journal(folder / "trials.jsonl").trials()]
    return [trial for trial in found if trial["status"] != "running"]


def others(folder: Path, about: dict) -> dict[str, list[dict]]:
    """Strategy -> trials, of searches beside `folder` that differ in nothing but the strategy."""
    mine, found = about["identity"] | {"strategy": ""}, {}
    for path in sorted(folder.absolute().parent.glob("*/search.json")):
        if path.parent == folder.absolute():
            continue
        try:
            one = RunDirectory(path.parent).read_json("search.json")
            tried = trials(path.parent)
        except RunError:  # a damaged neighbour is no reason to be without a page
            continue
        same = one.get("identity", {}) | {"strategy": ""} == mine
        if same and one.get("hyperparameters") == about["hyperparameters"] and len(tried) > 2:
            found[one["strategy"]] = tried
    return found


def environment(folder: Path, results: dict) -> dict | None:
    """Versions and machine, as the run of the best has recorded them."""
    number = results.get("best", {}).get("number", 0)
    path = RunDirectory(folder / f"best-{number:04d}")
    return path.read_json("environment.json") if (path / "environment.json").exists() else None


def span_text(span: dict) -> str:
    """A range in words."""
    if "choices" in span:
        return "one of " + ", ".join(map(str, span["choices"]))
    return f"{span['low']:g} to {span['high']:g}{', by its logarithm' * span['log']}"


def searches() -> list[str]:
    """Searches below the working folder."""
    return sorted(str(path.parent) for path in Path("runs/tuning").glob("*/search.json"))


if __name__ == "__main__":
    run(main, "python -m tuning.report")
