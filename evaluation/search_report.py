"""The page of a search.

write(path, *, title, best_command, objective, direction, strategy, trials, ranges, retrained, test=None, others=None,
      command="", notes=(), settings=None, environment=None) -> None
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation import report
from evaluation.hyperparameter_importance import FEWEST_TRIALS, Importances, importances
from evaluation.hyperparameter_scale import Range, is_choice, plain, short
from evaluation.report_blocks import run_blocks
from evaluation.search_plots import (
    Trial,
    against_each,
    importance_bars,
    learning_curves,
    parallel_coordinates,
    progress,
    scored,
)
from evaluation.strategy_plots import same_budget, shrinking_ranges, strategies

SHOWN_TRIALS = 12


def write(
    path: str | Path,
    *,
    title: str,
    best_command: str,
    objective: str,
    direction: str,
    strategy: str,
    trials: Sequence[Trial],
    ranges: Mapping[str, Range],
    retrained: Mapping[int, Sequence[float]],
    best: int | None = None,
    test: Mapping[str, float] | None = None,
    others: Mapping[str, Sequence[Trial]] | None = None,
    command: str = "",
    notes: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    environment: Mapping[str, object] | None = None,
) -> None:
    """Writes the self-contained page of one search.

    Args:
        best_command: what trains the best configuration; "" where there is none.
        objective, direction: "val_loss" and "min", for example.
        trials: mappings as in search_plots, with seconds, seed and error besides; number 0 is the default.
        ranges: hyperparameter -> the range that it was searched in.
        retrained: number of a trial -> the objective of trainings with seeds that the search did not use.
        best: number of the trial that is the result; None where the search has none yet.
        test: figures of the best configuration on the test split, of which the search knew nothing.
        others: strategy -> trials, of other searches of the same space on the same data.
        command: that of the search.
        notes: what a reader should know, such as why the search ended early.
    """
    tried = [one for one in trials if one["number"] > 0]
    found = importances([one["values"] for one in tried], [one["score"] for one in tried], ranges)
    names = [one.name for one in found.found] if found.credible else list(ranges)
    colours = ", colours are rounds" if any(one.get("round") for one in tried) else ""
    curves = learning_curves(trials, direction)
    lines = parallel_coordinates(tried, ranges, objective, direction)
    sections = [
        report.Section("Result", result_blocks(trials, objective, direction, best_command, retrained, best, test)),
        report.Section(
            "Trials over time",
            [report.Pictures([one for one in (progress(trials, objective, direction), curves) if one])],
        ),
        report.Section("What matters", [*importance_blocks(found), *([report.Pictures([lines])] if lines else [])]),
        report.Section(
            f"{objective} against each hyperparameter",
            [
                report.Text([f"A ring is around the best trial, triangles are pruned trials{colours}."]),
                report.Pictures(against_each(tried, {name: ranges[name] for name in names}, objective, direction)),
            ],
        ),
        report.Section("The strategy", strategy_blocks(tried, ranges, names, strategy, objective, direction, others)),
        report.Section("All trials", trial_blocks(trials, ranges, direction)),
        report.Section("What was run", run_blocks(command, notes, settings, environment)),
    ]
    subtitle = f"{len(tried)} trials, {strategy}, by {objective}"
    report.write(path, title, subtitle, sections)


def result_blocks(
    trials: Sequence[Trial],
    objective: str,
    direction: str,
    best_command: str,
    retrained: Mapping[int, Sequence[float]],
    number: int | None,
    test: Mapping[str, float] | None,
) -> list:
    """The best and the default beside each other, the command, and what went wrong."""
    blocks = []
    default = next((one for one in scored(trials) if one["number"] == 0), None)
    done = [one for one in scored(trials) if one["status"] == "completed"]
    first = (min if direction == "min" else max)(done, key=lambda one: one["score"], default=None)
    best = next((one for one in done if one["number"] == number), first)
    if best is None:
        lines = ["Every trial failed: nothing is best. The reasons are in the table of trials below."]
        blocks.append(report.Notice("No result", lines))
    else:
        cards = [report.Number(f"{objective}, the result", short(best["score"]), f"trial {best['number']}")]
        if default:
            cards.append(report.Number(f"{objective}, default", short(default["score"]), "trial 0"))
        for finalist, scores in retrained.items():
            name = f"trial {finalist}" if finalist else "default"
            cards.append(report.Number(f"{name}, retrained", *spread(scores)))
        for name, value in list((test or {}).items())[:2]:
            cards.append(report.Number(f"test {name.replace('_', ' ')}", short(value), "best, read once"))
        blocks.append(report.Numbers(cards))
        if retrained.get(best["number"]) and best["number"]:
            mean = statistics.fmean(retrained[best["number"]])
            blocks.append(report.Text([lucky(best["score"], mean, objective, direction)]))
        blocks.append(report.Code(best_command))
    if failed := [one for one in trials if one["status"] == "failed"]:
        points = [f"trial {one['number']}: {one['error']}" for one in failed[:5]]
        more = f" The first five of {len(failed)}:" if len(failed) > 5 else ""
        blocks.append(
            report.Notice(f"{len(failed)} of {len(trials)} trials failed", [f"They are never best.{more}"], points)
        )
    return blocks


def spread(scores: Sequence[float]) -> tuple[str, str]:
    """Mean and standard deviation of the scores of several seeds."""
    if len(scores) < 2:
        return short(scores[0]) if scores else "–", "one seed"
    return short(statistics.fmean(scores)), f"± {statistics.stdev(scores):.2g} over {len(scores)} other seeds"


def lucky(score: float, mean: float, objective: str, direction: str) -> str:
    """What the choice of the best itself has added to its score."""
    worse = mean > score if direction == "min" else mean < score
    if not worse:
        return f"With seeds that the search did not use, the best is as good as it looked: {objective} {short(mean)}."
    return (
        f"The best of many trials is also the luckiest: with seeds that the search did not use its {objective} is "
        f"{short(mean)} in the mean, not {short(score)}."
    )


def importance_blocks(found: Importances) -> list:
    """The shares, or why there are none."""
    if not found.found:
        return [report.Text([f"Importance needs at least {FEWEST_TRIALS} trials with different scores."])]
    if not found.credible:
        line = (
            "What a forest learns from these trials says nothing about trials that it has not seen "
            f"(R2 {found.explained:.2f}): too few trials, or too much noise, to tell which hyperparameter matters."
        )
        return [report.Notice("Importance cannot be told", [line])]
    shares = min(math.fsum(one.share for one in found.found), 1.0)  # estimated from draws, so it may come out above
    line = (
        f"The hyperparameters, each alone, make up {shares:.0%} of the variance between trials; what they do together "
        f"is the rest (functional ANOVA of a random forest on ranks; R2 on trials unseen {found.explained:.2f})."
    )
    return [report.Text([line]), report.Pictures([importance_bars(found)])]


def strategy_blocks(
    tried: Sequence[Trial],
    ranges: Mapping[str, Range],
    names: Sequence[str],
    strategy: str,
    objective: str,
    direction: str,
    others: Mapping[str, Sequence[Trial]] | None,
) -> list:
    """How the trials were chosen: rounds, other strategies, random beside grid."""
    blocks = []
    if rounds := shrinking_ranges(tried, ranges, direction):
        text = "The ranges of each round, the trials drawn from them, and the best one: from coarse to fine."
        blocks += [report.Text([text]), report.Pictures(rounds)]
    if others:
        blocks.append(report.Pictures([strategies({strategy: tried, **others}, objective, direction)]))
    if len(ranges) >= 2 and tried:
        several = [name for name in names if not is_choice(ranges[name])]
        first, second = [*several, *[name for name in names if name not in several]][:2]
        per_axis = int(len(tried) ** (1 / len(ranges)) + 1e-9)
        values = "one value" if per_axis <= 1 else f"{per_axis} values"
        text = (
            f"{len(tried)} trials at random try {len(tried)} values of every hyperparameter; a grid over all "
            f"{len(ranges)} has {values} of each for the same budget. Below are two of them, and where a grid over "
            "these two alone would look."
        )
        blocks += [report.Text([text]), report.Pictures([same_budget(tried, ranges, (first, second), strategy)])]
    return blocks


def trial_blocks(trials: Sequence[Trial], ranges: Mapping[str, Range], direction: str) -> list:
    """The trials, the best first, the failed last; many are folded."""
    sign = 1 if direction == "min" else -1
    order = sorted(trials, key=lambda one: sign * one["score"] if one in scored(trials) else math.inf)
    header = ["trial", "score", "status", "seconds", *map(plain, ranges)]
    rows = [
        [
            "default" if one["number"] == 0 else one["number"],
            "–" if one["score"] is None else f"{one['score']:.4g}",
            one["status"],
            f"{one['seconds']:.1f}",
            *(short(one["values"][name]) if name in one["values"] else "" for name in ranges),
        ]
        for one in order
    ]
    blocks = [report.Table(header, rows[:SHOWN_TRIALS], frozenset({(0, 1)}))]
    if len(rows) > SHOWN_TRIALS:
        blocks.append(report.Folded("The other trials", [report.Table(header, rows[SHOWN_TRIALS:])]))
    if failed := [one for one in order if one["status"] == "failed"]:
        table = report.Table(["trial", "error"], [[one["number"], one["error"]] for one in failed])
        blocks.append(report.Folded("Why trials failed", [table]))
    return blocks
