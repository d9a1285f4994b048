"""What an explanation has to show: sentences about the test pictures, scored beside people's."""

from dataclasses import dataclass

import numpy as np

from models.explaining import Explaining
from tasks.explain import stages
from tasks.explain.judging import Examiner, Judged, examiner_of
from tasks.explain.prepared import Prepared
from tasks.explain.training import Explained, references

GIVEN = "true class given"
PEOPLE, TYPICAL = "people", "typical of the class"
TOLD = ("cider", "class_rank", "picture_truth", "class_posterior", "sentence_accuracy")


@dataclass(frozen=True, eq=False)
class Outcome:
    """Sentences about the test pictures.

    Attributes:
        predicted: `Judged` of the classes that the picture classifier finds.
        given: `Judged` of the true classes.
        accuracy: Of the picture classifier.
        correct: bool (N,), where it is right.
        baselines: Name -> figures.
        rewarded: Figures of each epoch of rewards on validation pictures.
    """

    predicted: Judged
    given: Judged
    accuracy: float
    correct: np.ndarray
    baselines: dict[str, dict[str, float]]
    rewarded: tuple

    def results(self) -> dict:
        test = {**self.predicted.figures, "accuracy": self.accuracy}
        found = {"test": test, "others": {GIVEN: self.given.figures}, "baselines": self.baselines}
        return found | {"rewarded": [dict(row) for row in self.rewarded]}


def score(prepared: Prepared, learned: Explained) -> Outcome:
    """Write and score a sentence for each test picture, twice: for the class found, and for the true one."""
    from evaluation.consensus import Consensus

    part, parts = prepared.splits.test, Explaining.of(learned.model)
    print(f"explaining {len(part):,} pictures: test", flush=True)
    own = Consensus(list(references(prepared).values()))
    examiner = examiner_of(parts, prepared.subwords, prepared.search, prepared.longest, prepared.classes, own)
    feature, logits = stages.features_of(prepared.prepare, parts.classifier, part)
    labels, found = prepared.labels(part), logits.argmax(1)
    texts = examiner.written(feature, found)
    wrong = np.flatnonzero(found != labels)
    given = list(texts)
    for row, text in zip(wrong, examiner.written(feature[wrong], labels[wrong]) if len(wrong) else (), strict=True):
        given[row] = text
    ways = ((texts, found), (given, labels))
    judged = [examiner.scored(part, said, part.captions, classes, logits) for said, classes in ways]
    accuracy = float((found == labels).mean())
    simple = baselines(prepared, examiner, part, logits, labels)
    return Outcome(*judged, accuracy, found == labels, simple, learned.rewarded)


def baselines(prepared: Prepared, examiner: Examiner, part, logits, labels) -> dict[str, dict[str, float]]:
    """What people's own sentences come to: one of the picture, beside the rest of them; one of the class."""
    from tasks.explain.prepared import sentences

    found, texts = {}, sentences(part)
    if all(len(some) > 1 for some in texts):
        others = [some[1:] for some in texts]
        found[PEOPLE] = examiner.scored(part, [some[0] for some in texts], others, labels, logits).figures
    typical = []
    for number, some in enumerate(references(prepared).values()):
        some = sorted(set(some))
        typical.append(some[int(examiner.class_sentences(some)[:, number].argmax())])
    written = [typical[label] for label in labels]
    found[TYPICAL] = examiner.scored(part, written, texts, labels, logits).figures
    return found


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores of the test pictures beside the baselines as text, and the figures of the last line."""
    from evaluation.explaining import GAMED, NAMES, was_gamed

    test = results["test"]
    names = [name for name in NAMES if name in test]
    systems = {"this network": test, **results["others"], **results["baselines"]}
    width = max(len(NAMES[name]) for name in names)
    columns = [f"{number}  {name}" for number, name in enumerate(systems, 1)]
    lines = [
        *columns,
        "",
        f"{'on the test pictures':<{width}}" + "".join(f"{n:>9}" for n in range(1, len(systems) + 1)),
    ]
    for name in names:
        lines.append(f"{NAMES[name]:<{width}}" + "".join(f"{figures[name]:>9.3f}" for figures in systems.values()))
    lines.append(f"the picture classifier is right on {test['accuracy']:.1%}")
    if was_gamed(test):
        lines.append(
            f"gamed: the sentence classifier believes in the class by {test['learned_posterior']:.2f}, the sentences "
            f"bear {test['class_posterior']:.2f}; more than {GAMED:g} between them is no explanation"
        )
    line = {f"test_{name}": test[name] for name in TOLD if name in test}
    line |= {f"test_{name}": value for name, value in test.items()}
    line |= {f"given_{name}": results["others"][GIVEN][name] for name in TOLD if name in test}
    return "\n".join(lines), line | {"examples_per_second": results["examples_per_second"]}
