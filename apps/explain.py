"""Visual explanations: pictures with classes and sentences in; a network that says why a picture is of its class out.

    python -m apps.explain                                        drawn birds, of which the truth is known
    python -m apps.explain --variant description                  sees the picture alone, and is not rewarded
    python -m apps.explain --data captions.json --images photos/  captions with the class of each picture
    python -m apps.predict runs/explain/NAME birds/               "This is a ... because this bird has ..."
    python -m apps.predict runs/explain/NAME birds/ --class "island finch"     and what would make it one of these

A picture classifier with compact bilinear pooling is trained and frozen. The class is described by a vector from its
sentences. Two recurrent layers write, first what people write; then sentences are drawn, and those are rewarded from
which a frozen sentence classifier tells the class. Five variants compare what each part brings (--variant); all five at
once: `python -m benchmarks.explanations`. Everything about a run is in its folder (runs/explain/NAME): type the same
command again to go on after an interruption, or to see the results; `--fresh` trains anew.
"""

from cli.run import run
from tasks import course
from tasks.explain import TASK
from tasks.explain.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.explain")
