"""Regression: a table in; a trained network, its errors, intervals you can trust, a report and a SavedModel out.

    python -m apps.regress                                               diabetes, half a minute
    python -m apps.regress --data houses.csv --target price              an ensemble, 90% intervals
    python -m apps.regress --data houses.csv --target price mlp --hidden 64 64 --mc-dropout 50
    python -m apps.regress --data houses.csv --target price --loss gaussian
    python -m apps.regress --data double_sigmoid mlp                     a made-up curve, the noise is known

Predictions, errors and intervals are in the units of the target. Everything about a run is in its folder
(runs/regress/NAME): type the same command again to go on after an interruption, or to see the results; `--fresh`
trains anew.
"""

from cli.run import run
from tasks import course
from tasks.regress import TASK
from tasks.regress.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.regress")
