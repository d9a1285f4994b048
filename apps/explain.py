"""Visual explanations: pictures with classes and sentences in; a network that says why a picture is of its class out.
With a run and files: why that run gave its answers.

    python -m apps.explain                                         drawn birds, of which the truth is known
    python -m apps.explain --variant description                   sees the picture alone, and is not rewarded
    python -m apps.explain --data captions.json --images photos/   captions with the class of each picture
    python -m apps.predict runs/explain/NAME birds/                "This is a ... because this bird has ..."
    python -m apps.predict runs/explain/NAME birds/ --class "island finch"     and what would make it one of these

    python -m apps.explain runs/classify/NAME photo.jpg           where in the picture its answer is
    python -m apps.explain runs/classify/NAME photos/ --class cat --html why.html
    python -m apps.explain runs/regress/NAME houses.csv           what each column adds to the number
    python -m apps.explain runs/classify/NAME --text "A splendid film."     which words carry the answer
    python -m apps.explain runs/classify/NAME --help              the flags of these

A picture classifier with compact bilinear pooling is trained and frozen. The class is described by a vector from its
sentences. Two recurrent layers write, first what people write; then sentences are drawn, and those are rewarded from
which a frozen sentence classifier tells the class. Five variants compare what each part brings (--variant); all five at
once: `python -m benchmarks.explanations`. Everything about a run is in its folder (runs/explain/NAME): type the same
command again to go on after an interruption, or to see the results; `--fresh` trains anew.

A run of apps.classify or apps.regress is asked why, record by record: a sentence on the screen, and a page with the
places of a picture that speak for the class and for it against the runner-up (occlusion, Grad-CAM), with what each
column of a row adds (Shapley values against training rows), with the words of a text that carry the answer. `--class`
asks for another class than the predicted one: why not that. Files are read as by apps.predict; what cannot be read is
named and skipped, and the exit code is then 3.
"""

import typing
from collections.abc import Sequence

from cli.run import run
from tasks import course
from tasks.explain import TASK
from tasks.explain.config import Config, Model
from tasks.question import Question


def main(config: Config | Question) -> dict[str, float] | list:
    """Train, score, export, report; return the figures of the test split.

    Of a `Question` the explanations of its records instead, see `evaluation.explanation`.
    """
    if isinstance(config, Question):
        from tasks.asking_why import explained

        return explained(config)
    return course.run(TASK, config)


def for_arguments(arguments: Sequence[str]) -> type:
    """The settings that arguments are of: a run comes first in a question; what is no run is a flag or a network."""
    networks = {typing.get_args(one)[1].name for one in typing.get_args(Model)}
    is_question = bool(arguments) and not arguments[0].startswith("-") and arguments[0] not in networks
    return Question if is_question else Config


if __name__ == "__main__":
    run(main, "python -m apps.explain", kind=for_arguments)
