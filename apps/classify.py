"""Classification: a table or images in; a trained network, its scores, a report and a SavedModel out.

    python -m apps.classify                                              digits, about a minute: accuracy above 0.985
    python -m apps.classify --data languages                             texts: in which language is a name written?
    python -m apps.classify --data people.csv --target income mlp --hidden 64 32
    python -m apps.classify --data photos/ pretrained                    folders of images, one per class
    python -m apps.classify --data tfds:fashion_mnist convnet            accuracy above 0.925 in ten minutes
    python -m apps.classify --data xor logistic                          0.75 at most, whatever you do

Everything about a run is in its folder (runs/classify/NAME): type the same command again to go on after an
interruption, or to see the results; `--fresh` trains anew.
"""

from cli.run import run
from tasks import course
from tasks.classify import TASK
from tasks.classify.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.classify")
