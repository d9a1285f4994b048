"""Scores of explanations: like those of people, like those of the class, and telling the class.

    cider              0-10  likeness to the sentences about the same picture (CIDEr, not CIDEr-D)
    meteor             0-1   words shared with the best of them, in runs; exact words only, so not the METEOR of papers
    class_similarity   0-10  CIDEr against all training sentences of the class
    class_rank         1-C   place of the class among all classes by that; 1 is best
    sentence_accuracy  0-1   share of the sentences that the sentence classifier takes for the class
    learned_posterior  0-1   p(class | sentence) of that classifier

Where the truth is known besides: picture_truth, class_truth, class_posterior, contrast (`data.birds.truth`).
"""

from collections.abc import Sequence

import numpy as np

from evaluation.caption_words import words
from evaluation.consensus import Consensus

NAMES = {
    "cider": "CIDEr",
    "meteor": "METEOR-like",
    "class_similarity": "class similarity",
    "class_rank": "class rank",
    "sentence_accuracy": "sentence classifier right",
    "learned_posterior": "learned p(class | sentence)",
    "picture_truth": "true of the picture",
    "class_truth": "true of the class",
    "class_posterior": "exact p(class | sentence)",
    "contrast": "rules out the runner-up",
}
"""What each score is called in tables."""
LOWER_IS_BETTER = ("class_rank",)
GAMED = 0.1  # learned less exact p(class | sentence): above it the reward was gamed
ALPHA, BETA, GAMMA = 0.9, 3.0, 0.5  # of METEOR: recall's weight, and the penalty of many runs


def scores(
    sentences: Sequence[str],
    references: Sequence[Sequence[str]],
    classes: Sequence[int],
    class_sentences: Consensus,
    told: np.ndarray,
) -> dict[str, float]:
    """The scores of one sentence for each of N pictures.

    Args:
        sentences: (N,).
        references: Of each picture its sentences by people.
        classes: int (N,), the class that each explains.
        class_sentences: `Consensus` of the training sentences of each class.
        told: float (N, classes), probabilities of the classes by the sentence classifier.
    """
    classes = np.asarray(classes)
    rows = np.arange(len(classes))
    likeness = class_sentences(sentences)
    own = likeness[rows, classes]
    ties = (likeness == own[:, None]).sum(1)
    return {
        "cider": float(Consensus(references).of(sentences, rows).mean()),
        "meteor": float(np.mean([max(meteor(one, other) for other in some)
                                 for one, some in zip(sentences, references, strict=True)])),
        "class_similarity": float(own.mean()),
        "class_rank": float(((likeness > own[:, None]).sum(1) + (ties + 1) / 2).mean()),
        "sentence_accuracy": float((told.argmax(1) == classes).mean()),
        "learned_posterior": float(told[rows, classes].mean()),
    }  # fmt: skip


def meteor(sentence: str, reference: str) -> float:
    """METEOR with exact words alone, 0 to 1: their harmonic mean, less where the shared words stand in many runs.

    Reference:
        Banerjee and Lavie 2005, METEOR: an automatic metric for MT evaluation.
    """
    ours, theirs = words(sentence), words(reference)
    taken, places = set(), []
    for number, word in enumerate(ours):
        free = [place for place, other in enumerate(theirs) if other == word and place not in taken]
        if free:  # a run goes on where it can
            following = places[-1][1] + 1 if places and places[-1][0] == number - 1 else None
            place = following if following in free else free[0]
            taken.add(place)
            places.append((number, place))
    if not places:
        return 0.0
    precision, recall = len(places) / len(ours), len(places) / len(theirs)
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    runs = 1 + sum(
        (after[0] - before[0], after[1] - before[1]) != (1, 1)
        for before, after in zip(places, places[1:], strict=False)
    )
    return mean * (1 - GAMMA * (runs / len(places)) ** BETA)


def was_gamed(figures: dict[str, float]) -> bool:
    """Whether the sentence classifier believes in the class more than the sentences bear."""
    return figures["learned_posterior"] - figures.get("class_posterior", np.inf) > GAMED
