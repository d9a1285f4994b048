"""What a user sees of a search while it runs: a line per trial, a bar, how long it will take."""

import sys

from tqdm import tqdm

from tuning.trial import Direction, Trial, best


class Display:
    """Prints each trial as it ends, and where output is a terminal a bar of what is under way.

    Args:
        objective, direction: What is compared.
        target: Trials that there shall be, the default not counted.
        jobs: Trials at once.
        what: "trials", or what the trainings are for.
    """

    def __init__(self, objective: str, direction: Direction, target: int, jobs: int, what: str = "trials"):
        self.objective, self.direction, self.target, self.jobs, self.what = objective, direction, target, jobs, what
        self.ended: list[Trial] = []
        self.estimated = what != "trials"
        self.bar = tqdm(total=target, unit="trial", desc=what, disable=not sys.stderr.isatty(), dynamic_ncols=True)

    def tell(self, trial: Trial) -> None:
        """Print a trial that has ended."""
        self.ended.append(trial)
        leader = best(self.ended, self.direction)
        name = (
            "default " if trial.number == 0 else f"{'trial' if self.what == 'trials' else self.what} {trial.number:<3}"
        )
        score = "failed: " + trial.error if trial.score is None else f"{self.objective} {trial.score:.5g}"
        first = trial.number and leader is trial and len(self.ended) > 1
        line = f"{name:<10}{score}{' pruned' * (trial.status == 'pruned')}{', the best so far' * bool(first)}"
        values = ", ".join(f"{key} {shown(value)}" for key, value in trial.values.items())
        tqdm.write(f"{line}  {trial.seconds:.1f} s  {values}".rstrip(), file=sys.stdout)
        sys.stdout.flush()
        if trial.number:
            self.bar.update()
        if len(self.ended) == self.target + (self.what == "trials"):
            self.bar.close()

    def look(self, running: list[tuple[Trial, dict]]) -> None:
        """Show how far the trials are that run; once tell how long a trial takes."""
        running = [(trial, progress) for trial, progress in running if progress]
        parts = [f"{t.number}: epoch {p['epoch']}/{p['epochs']}" for t, p in running]
        self.bar.set_postfix_str(", ".join(parts))
        for trial, progress in running:
            if not self.estimated and trial.number == 0 and progress["epoch_seconds"] > 0:
                self.estimated = True
                one = progress["epoch_seconds"] * progress["epochs"] * progress["trainings"]
                every = one * (1 + self.target / self.jobs)
                tqdm.write(
                    f"          about {length(one)} a trial like the default, {length(every)} for {self.target}; "
                    "starting and compiling is not counted",
                    file=sys.stdout,
                )


def shown(value) -> str:
    """A value in few characters."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def length(seconds: float) -> str:
    """A time in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
