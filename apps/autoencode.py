"""Autoencoding: a table or images in; a network that squeezes each record into a short code and rebuilds it, out.

    python -m apps.autoencode                                            digits, half a minute: half the error of PCA
    python -m apps.autoencode --data banknote.csv --target last dense --hidden 6 4 2 --activation tanh
    python -m apps.autoencode --data tfds:mnist conv                     code of 32: a fifth of the error of PCA
    python -m apps.autoencode --data tfds:mnist --anomaly 7 conv         7 is never seen in training: is it noticed?
    python -m apps.autoencode --data photos/ variational                 makes new images, too
    python -m apps.autoencode --data one_hot_8                           Mitchell's 8-3-8 network invents a binary code

The labels of a table (`--target`) or of folders are no inputs: they colour the map of the codes. Everything about a run
is in its folder (runs/autoencode/NAME): type the same command again to go on after an interruption, or to see the
results; `--fresh` trains anew.
"""

from cli.run import run
from tasks import course
from tasks.autoencode import TASK
from tasks.autoencode.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.autoencode")
