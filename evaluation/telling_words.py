"""Which words tell classes apart, and which words of one text an answer rests on."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from evaluation.text_baselines import counted

MOST_MARKED = 60  # pieces of one text that are taken out one by one
PIECE = re.compile(r"\S+\s*")


def telling(train, prepare, classes: Sequence[str], most: int = 12) -> list[tuple[str, list[str]]]:
    """Of each class the words and pairs of words that its training rows hold more often than the other rows.

    They are ordered by the z-score of the log-odds, with a prior of the words of all rows (Monroe, Colaresi and Quinn
    2008), which favours neither rare nor common words. Empty where no word stands in two rows.

    Args:
        train: `Split` of the training rows.
        prepare: its `TextPrepare`.
        classes: names of the classes.
        most: words of a class.
    """
    try:
        counts, _, names = counted(train, (), prepare)
    except ValueError:
        return []
    of_class = np.stack([np.asarray(counts[train.labels == k].sum(axis=0)).ravel() for k in range(len(classes))])
    prior = of_class.sum(axis=0) * (1000 / max(of_class.sum(), 1)) + 1e-9
    found = []
    for k, name in enumerate(classes):
        inside, outside = of_class[k], of_class.sum(axis=0) - of_class[k]
        odds = [np.log((n + prior) / (n.sum() + prior.sum() - n - prior)) for n in (inside, outside)]
        z = (odds[0] - odds[1]) / np.sqrt(1 / (inside + prior) + 1 / (outside + prior))
        best = np.argsort(-z, kind="stable")[:most]
        found.append((name, [str(names[place]) for place in best if z[place] > 1]))
    return found


def pieces(text: str, whole_words: bool) -> list[str]:
    """A text cut where blanks part words, else into characters; a long one into `MOST_MARKED` equal parts of these."""
    found = PIECE.findall(text) if whole_words else list(text)
    if len(found) <= MOST_MARKED:
        return found
    ends = np.linspace(0, len(found), MOST_MARKED + 1).astype(int)
    return ["".join(found[start:stop]) for start, stop in zip(ends[:-1], ends[1:], strict=True)]


def rests_on(texts: Sequence[str], whole_words: bool, scores: Callable[[list[str], list[int]], np.ndarray]) -> list:
    """How much of each answer every piece of its text carries: the score with it, less the score without it.

    Args:
        texts: One text per answer.
        whole_words: See `pieces`.
        scores: Function of texts and the number of the answer that each belongs to, to a number (n,), such as the log
            of the probability of the answer.

    Returns:
        Of each text a list of pairs of a piece and its share.
    """
    cut = [pieces(text, whole_words) for text in texts]
    variants, owners = list(texts), list(range(len(texts)))
    for number, parts in enumerate(cut):
        variants += ["".join(parts[:place] + parts[place + 1 :]) for place in range(len(parts))]
        owners += [number] * len(parts)
    if not variants:
        return []
    found, start, results = scores(variants, owners), len(texts), []
    for number, parts in enumerate(cut):
        without = found[start : start + len(parts)]
        results.append(list(zip(parts, (found[number] - without).tolist(), strict=True)))
        start += len(parts)
    return results
