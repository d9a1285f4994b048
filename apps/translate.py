"""Translation: pairs of sentences in; a trained translator, its BLEU, a report and a SavedModel out.

    python -m apps.translate                                       phrases, English to German, three minutes
    python -m apps.translate --data pairs.tsv transformer          source, tab, target
    python -m apps.translate --data train.en train.de --validation val.en val.de --test test.en test.de
    python -m apps.translate --data train.en train.de recurrent    GRUs with attention
    python -m apps.translate --source fr --target it               phrases in other languages
    python -m apps.predict runs/translate/NAME new.en              one translation a line

Subwords are learned from the training pairs, the weights that are kept have the best BLEU on the validation pairs, and
the test pairs are translated once, by beam search. Everything about a run is in its folder (runs/translate/NAME): type
the same command again to go on after an interruption, or to see the results; `--fresh` trains anew.
"""

from cli.run import run
from tasks import course
from tasks.translate import TASK
from tasks.translate.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.translate")
