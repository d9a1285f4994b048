"""Scores of captions against several references each: BLEU-1 to 4, ROUGE-L, CIDEr-D and exact match.

    scores(candidates, references) -> dict[str, float]     of a whole set
    cider(candidates, references) -> (N,)                  of each image, for the best and the worst
    rouge_l(...), exact(...) -> (N,)                       bleu(...) -> (4,)
    Cider(references)(candidates, rows) -> (n,)            prepared once for many candidates

`candidates` is a sequence of N strings and `references` of N sequences of strings. All are cut into words by
`caption_words.words` (`TOKENISER` there says how). The values equal those of COCO's scoring code (pycocoevalcap 1.2) to
1e-6 on a fixed file; its formulas are followed where they differ from the papers', and the docstrings say where.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from evaluation.caption_words import words

LONGEST = 4  # n-grams of 1 to 4 words
SIGMA = 6.0  # CIDEr-D: words of difference in length that are punished mildly
BETA = 1.2  # ROUGE-L: how much more recall weighs than precision
TINY, SMALL = 1e-15, 1e-9  # keep BLEU's quotients defined, as in the original

NAMES = {**{f"bleu{n}": f"BLEU-{n}" for n in range(1, LONGEST + 1)}, "rouge_l": "ROUGE-L", "cider": "CIDEr-D"}
NAMES |= {"exact_match": "exact match"}
"""What each score is called in tables and plots: BLEU is 0-100, CIDEr-D 0-10, the others 0-1."""


def scores(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Returns `bleu1` to `bleu4` (0-100), `rouge_l` (0-1), `cider` (0-10) and `exact_match` (0-1) of a set.

    Raises:
        ValueError: there are no candidates, as many candidates as references are not given, or one has no reference.
    """
    cut = _cut(candidates, references)
    found = {f"bleu{n}": float(value) for n, value in enumerate(_bleu(*cut), 1)}
    found |= {"rouge_l": float(np.mean(_rouge_l(*cut))), "cider": float(np.mean(_cider(*cut)))}
    return found | {"exact_match": float(np.mean(_exact(*cut)))}


def bleu(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """BLEU-1 to BLEU-4 of the whole set, 0-100: (4,).

    Counts are summed over the set before dividing; the length of reference nearest to the candidate's counts for the
    brevity penalty, the shorter of two equally near.

    Reference:
        Papineni et al. 2002, BLEU: a method for automatic evaluation of machine translation.
    """
    return _bleu(*_cut(candidates, references))


def rouge_l(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """ROUGE-L of each image, 0-1: (N,). Precision and recall are each the best over the references, as in the original.

    Reference:
        Lin 2004, ROUGE: a package for automatic evaluation of summaries.
    """
    return _rouge_l(*_cut(candidates, references))


def cider(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """CIDEr-D of each image, 0-10: (N,).

    How much an n-gram weighs depends on how many images of this set have it in a reference, so scores of different
    sets, or of a part of one, cannot be compared; those of a single image are 0.

    Reference:
        Vedantam et al. 2015, CIDEr: consensus-based image description evaluation (https://arxiv.org/abs/1411.5726).
    """
    return _cider(*_cut(candidates, references))


def exact(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Whether the words of each candidate are those of one of its references: bool (N,)."""
    return _exact(*_cut(candidates, references))


def _cut(candidates, references):
    """Candidates as lists of words, references as lists of lists of words."""
    if not len(candidates) or len(candidates) != len(references):
        raise ValueError(
            f"`candidates` and `references` must be equally many, at least one. "
            f"Received: {len(candidates)} and {len(references)}"
        )
    for position, captions in enumerate(references):
        if isinstance(captions, str) or not len(captions):
            raise ValueError(
                f"`references` must hold a sequence of at least one caption for each candidate. "
                f"Received: references[{position}]={captions!r}"
            )
    return [words(text) for text in candidates], [[words(text) for text in captions] for captions in references]


def _ngrams(tokens):
    """Counts of all n-grams up to `LONGEST` words, as tuples."""
    return Counter(tuple(tokens[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(tokens) - n + 1))


def _bleu(candidates, references):
    correct, guessed, length, nearest = np.zeros(LONGEST), np.zeros(LONGEST), 0, 0
    for candidate, captions in zip(candidates, references, strict=True):
        length += len(candidate)
        nearest += min((abs(len(caption) - len(candidate)), len(caption)) for caption in captions)[1]
        most = Counter()
        for caption in captions:
            most |= _ngrams(caption)
        for ngram, count in _ngrams(candidate).items():
            guessed[len(ngram) - 1] += count
            correct[len(ngram) - 1] += min(count, most[ngram])
    precision = np.cumprod((correct + TINY) / (guessed + SMALL)) ** (1 / np.arange(1, LONGEST + 1))
    ratio = (length + TINY) / (nearest + SMALL)
    return 100 * precision * math.exp(min(0.0, 1 - 1 / ratio))


def _rouge_l(candidates, references):
    found = []
    for candidate, captions in zip(candidates, references, strict=True):
        common = [_longest_common(candidate, caption) for caption in captions]
        precision = max(common) / max(len(candidate), 1)
        recall = max(count / max(len(caption), 1) for count, caption in zip(common, captions, strict=True))
        weighted = recall + BETA**2 * precision
        found.append((1 + BETA**2) * precision * recall / weighted if weighted else 0.0)
    return np.array(found)


def _longest_common(left, right):
    """The length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for token in left:
        before = 0  # the value up and to the left
        for place, other in enumerate(right, 1):
            before, row[place] = row[place], before + 1 if token == other else max(row[place], row[place - 1])
    return row[-1]


class Cider:
    """CIDEr-D against the references of one set of images, prepared once for many candidates.

    Args:
        references: Of each of N images at least one caption, as a list of words (`caption_words.words`). They say how
            many images have an n-gram, too.

    Call arguments:
        candidates: n captions, as lists of words.
        rows: For each the position of its image.

    Returns:
        (n,) scores, 0-10, as of `cider`.
    """

    def __init__(self, references: Sequence[Sequence[list[str]]]):
        counts = [[_ngrams(caption) for caption in captions] for captions in references]
        self._images_with = Counter(ngram for captions in counts for ngram in dict.fromkeys(chain(*captions)))
        self._log_images = math.log(len(references))
        self._references = [
            [(*self._weighted(ngrams), len(caption)) for caption, ngrams in zip(captions, some, strict=True)]
            for captions, some in zip(references, counts, strict=True)
        ]

    def __call__(self, candidates: Sequence[list[str]], rows: Sequence[int]) -> np.ndarray:
        pairs = zip(candidates, rows, strict=True)
        return np.array([self._score(candidate, self._references[row]) for candidate, row in pairs])

    def _weighted(self, ngrams):
        """n-gram -> weight, and the norms of the weights of each n."""
        logs = {gram: math.log(max(1, self._images_with[gram])) for gram in ngrams}
        weights = {gram: count * (self._log_images - logs[gram]) for gram, count in ngrams.items()}
        squares = np.zeros(LONGEST)
        for gram, weight in weights.items():
            squares[len(gram) - 1] += weight**2
        return weights, np.sqrt(squares)

    def _score(self, candidate, references):
        weights, norms = self._weighted(_ngrams(candidate))
        found = 0.0
        for others, other_norms, length in references:
            product = np.zeros(LONGEST)
            for gram, weight in weights.items():
                if gram in others:
                    product[len(gram) - 1] += min(weight, others[gram]) * others[gram]
            scale = norms * other_norms
            cosine = np.divide(product, scale, out=np.zeros(LONGEST), where=scale > 0)
            longer = len(candidate) - length
            found += cosine.mean() * math.exp(-(longer**2) / (2 * SIGMA**2)) / len(references)
        return 10 * found


def _cider(candidates, references):
    return Cider(references)(candidates, range(len(candidates)))


def _exact(candidates, references):
    return np.array([candidate in captions for candidate, captions in zip(candidates, references, strict=True)])
