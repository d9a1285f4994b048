"""What comes after the trials: the best of them and the default trained again, the winner tested, the report.

The best of many trials is partly the luckiest: its score says too much. So the finalists are trained again with a seed
that the search did not use; then the better of them, and the default, with further seeds. The better mean of these,
which nothing was chosen by, is the result.

runs/tuning/NAME/results.json     best, default, finalists, retrained, test, command; the figures of the last line
runs/tuning/NAME/best-0007/       the app's own run of the best configuration: model, exports, report
runs/tuning/NAME/report.html      the page of the search
"""

import math
import statistics
import subprocess
import sys
from dataclasses import replace

from cli.arguments import command, flags
from cli.packages import child_environment
from training.run_directory import RunDirectory
from tuning.search_folder import SearchError
from tuning.settings import Found
from tuning.trial import Trial

# Seeds that no trial has: those count up from the number of the trial.
FRESH_SEED, SEED_STEP = 2**30, 1000


def finish(found: Found) -> dict[str, float]:
    """Retrain the finalists, train and test the best by its app, write results and report, and print all of it.

    While trials are left to do (`--time-limit`), nothing is retrained, and the test split stays unread.

    Returns:
        The figures of the last line.

    Raises:
        SearchError: the app's own run of the best configuration has failed; everything else has been written.
    """
    finalists, retrained, finished = {}, {}, found.finished
    if finished and found.settings.confirm:
        finalists, finished = compare(found)
        if finished:
            retrained, finished = retrain(found, favourite(found, finalists))
    best = winner(found, retrained)
    config = replace(found.config_of(best), run_dir=None, fresh=False)
    typed = command(f"python -m apps.{found.space.TASK.name}", config)
    results = {
        "command": typed,
        "objective": found.objective,
        "direction": found.direction,
        "best": {"number": best.number, "score": best.score, "values": best.values, "figures": best.figures},
        "default": {"score": found.default.score, "figures": found.default.figures},
        "finalists": finalists,
        "retrained": retrained,
        "trials": sum(trial.number > 0 and trial.status != "running" for trial in found.trials),
        "failed": sum(trial.status == "failed" for trial in found.trials),
        "pruned": sum(trial.status == "pruned" for trial in found.trials),
        "seconds": round(sum(trial.seconds for trial in found.trials), 1),
        "stopped": found.stopped,
        "finished": finished,
    }
    folder, failure = RunDirectory(found.folder), None
    if finished:
        try:
            results["test"] = tested(found, best, config)
        except SearchError as error:
            failure = error
    folder.write_json("results.json", results)
    page = [sys.executable, "-m", "tuning.report", str(found.folder)]
    subprocess.run(page, check=True, stdout=subprocess.DEVNULL, env=child_environment())
    line = announce(found, results)
    if failure:
        raise failure
    return line


def compare(found: Found) -> tuple[dict[int, list[float]], bool]:
    """The objective of the finalists, each trained with the same new seed; nothing where there is one alone.

    Returns:
        Number of a finalist -> its score in the search and the new one; and whether none is left to do.
    """
    if len(found.finalists) < 2:
        return {}, True
    scores, finished = again(found, found.finalists, [FRESH_SEED], "finalists")
    both = {trial.number: [trial.score, *scores[trial.number]] for trial in found.finalists if scores[trial.number]}
    return both, finished


def favourite(found: Found, finalists: dict[int, list[float]]) -> Trial | None:
    """The finalist with the best mean of `compare`; without that the best trial, None where all have failed."""
    if not finalists:
        return next(iter(found.finalists), None)
    return best_mean(found, finalists)


def retrain(found: Found, best: Trial | None) -> tuple[dict[int, list[float]], bool]:
    """The objective of the best finalist and of the default, trained with the same seeds that nothing has used.

    Returns:
        Number of each -> scores of those trainings that did not fail; and whether none is left to do.
    """
    seeds = [FRESH_SEED + SEED_STEP * number for number in range(1, found.settings.confirm + 1)]
    trials = [trial for trial in (best, found.default) if trial]
    scores, finished = again(found, trials, seeds, "retrained")
    return {number: some for number, some in scores.items() if some}, finished


def again(found: Found, trials: list[Trial], seeds: list[int], name: str) -> tuple[dict[int, list[float]], bool]:
    """Train each of `trials` with each of `seeds`: number -> scores, and whether all are done."""
    jobs = [(trial.values, seed) for trial in trials for seed in seeds]
    done = found.run(jobs, "-".join([name, *(f"{trial.number:04d}" for trial in trials)]))
    scores = {
        trial.number: [one.score for one in done[place * len(seeds) : (place + 1) * len(seeds)] if one.ranked]
        for place, trial in enumerate(trials)
    }
    return scores, len(done) == len(jobs) and not any(trial.status == "running" for trial in done)


def winner(found: Found, retrained: dict[int, list[float]]) -> Trial:
    """What was trained again with the best mean; the best trial where nothing was."""
    return best_mean(found, retrained) if retrained else found.best


def best_mean(found: Found, scores: dict[int, list[float]]) -> Trial:
    """The trial with the best mean, the earlier one among equals."""
    sign = 1 if found.direction == "min" else -1
    number = min(scores, key=lambda number: (sign * statistics.fmean(scores[number]), number))
    return next(trial for trial in found.trials if trial.number == number)


def tested(found: Found, best: Trial, config) -> dict[str, float]:
    """Figures on the test split of the best configuration, trained by the app's own command in a fresh process.

    The run is in the folder best-NUMBER; one that is finished is not made again.

    Raises:
        SearchError: the run has failed; it says where its output is.
    """
    app = f"apps.{found.space.TASK.name}"
    run = RunDirectory(found.folder.absolute() / f"best-{best.number:04d}")
    if not (run.path.is_dir() and run.results()):
        print(f"\nthe best configuration, trained and tested by {app}: {run.path}", flush=True)
        log = run.path.with_suffix(".log")
        with log.open("a", encoding="utf-8") as output:
            arguments = flags(replace(config, run_dir=str(run.path)))
            line = [sys.executable, "-m", app, *arguments]
            code = subprocess.run(line, stdout=output, env=child_environment()).returncode
        if code:
            raise SearchError(
                f"{app} ended with code {code} for the best configuration; see {log}. The same command tries again."
            )
    return {name: value for name, value in run.read_json("results.json")["test"].items() if is_number(value)}


def is_number(value) -> bool:
    """Whether a figure is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def announce(found: Found, results: dict) -> dict[str, float]:
    """Print the result, the machine-readable line last."""
    best, objective = results["best"], found.objective
    print(f"\n{objective:<34}{'best':>12}{'default':>12}")
    print(f"  {'in the search':<32}{best['score']:>12.5g}{results['default']['score']:>12.5g}")
    retrained = {
        name: results["retrained"].get(number, []) for name, number in (("best", best["number"]), ("default", 0))
    }
    if results["retrained"]:
        shown = [spread(scores) for scores in retrained.values()]
        print(f"  {'retrained, other seeds: mean':<32}{shown[0][0]:>12}{shown[1][0]:>12}")
        print(f"  {'  standard deviation':<32}{shown[0][1]:>12}{shown[1][1]:>12}")
    if results["finalists"]:
        means = [f"trial {number} {spread(scores)[0]}" for number, scores in results["finalists"].items()]
        print(f"  finalists, search and another seed: {', '.join(means)}")
    if found.stopped:
        print(f"stopped: {found.stopped}")
    if not results["finished"]:
        print("the same command goes on; the test split stays unread until all trials are done")
    if results["failed"]:
        print(f"{results['failed']} trials failed; the reasons are in the report and in {found.folder / 'trials'}")
    if tells_nothing(found.trials):
        print(f"every trial has the same {objective}: it tells nothing of them. Give more `--epochs`, or `--objective`")
    elif best["number"] == 0:
        print("no trial was better than the default")
    for name, value in results.get("test", {}).items():
        print(f"test {name}: {value:.6g}")
    print(f"report: {found.folder / 'report.html'}\nthe command that trains the best:\n\n  {results['command']}\n")
    line = {f"best_{objective}": best["score"], f"default_{objective}": results["default"]["score"]}
    line |= {f"{name}_{objective}_retrained": statistics.fmean(scores) for name, scores in retrained.items() if scores}
    line |= {f"test_{name}": value for name, value in results.get("test", {}).items()}
    line |= {"trials": results["trials"], "failed": results["failed"], "pruned": results["pruned"]}
    print(" ".join(f"{name}={value:.6g}" for name, value in line.items()), flush=True)
    return line


def tells_nothing(trials: list[Trial]) -> bool:
    """Whether there are several scores, and all are equal, as a BLEU of 0."""
    scores = [trial.score for trial in trials if trial.ranked]
    return len(scores) > 1 and len(set(scores)) == 1


def spread(scores: list[float]) -> tuple[str, str]:
    """Mean and standard deviation as text; a dash for what cannot be told."""
    mean = f"{statistics.fmean(scores):.5g}" if scores else "-"
    return mean, f"{statistics.stdev(scores):.2g}" if len(scores) > 1 else "-"
