"""CIDEr against groups of sentences: the references of a picture, or all sentences of a class.

CIDEr of a sentence is the mean over its references, and over n-grams of 1 to 4 words, of the cosine of tf-idf vectors,
times 10. A mean of cosines is one product with the mean of the references' unit vectors, so a sentence is compared with
every class at once. CIDEr-D (`evaluation/captioning.py`) clips counts and punishes differences of length besides.

Reference:
    Vedantam et al. 2015, CIDEr: consensus-based image description evaluation (arXiv:1411.5726), equations 1 to 3.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy import sparse

from evaluation.caption_words import words

LONGEST = 4  # n-grams of 1 to 4 words
SCALE = 10.0  # as the original prints it


class Consensus:
    """CIDEr against groups of references; each group is one document of the document frequencies.

    Args:
        groups: Of each its sentences, at least one.

    Raises:
        ValueError: There is no group, or one without a sentence.
    """

    def __init__(self, groups: Sequence[Sequence[str]]):
        if not len(groups) or not all(len(group) for group in groups):
            raise ValueError("`groups` must hold at least one group of at least one sentence each.")
        counts = [[_ngrams(sentence) for sentence in group] for group in groups]
        frequency = Counter(gram for group in counts for gram in dict.fromkeys(chain.from_iterable(group)))
        self._column = {gram: number for number, gram in enumerate(frequency)}
        self._weight = {gram: math.log(len(groups) / count) for gram, count in frequency.items()}
        self._unseen = math.log(len(groups))
        vectors = self._unit([one for group in counts for one in group])
        sizes = [len(group) for group in groups]
        mean = sparse.csr_matrix(
            (np.repeat(1 / np.array(sizes), sizes), np.arange(sum(sizes)), np.cumsum([0, *sizes])),
            shape=(len(groups), sum(sizes)),
        )
        self._groups = (mean @ vectors).tocsr()

    def __call__(self, sentences: Sequence[str]) -> np.ndarray:
        """CIDEr, 0 to 10, of each sentence against each group: (n, groups)."""
        return SCALE * np.asarray((self._unit([_ngrams(one) for one in sentences]) @ self._groups.T).todense())

    def of(self, sentences: Sequence[str], groups: Sequence[int]) -> np.ndarray:
        """CIDEr of each sentence against a group of its own: (n,)."""
        own = self._groups[np.asarray(groups)]
        return SCALE * np.asarray(self._unit([_ngrams(one) for one in sentences]).multiply(own).sum(1)).ravel()

    def _unit(self, counts: list[Counter]):
        """tf-idf vectors, for each length of n-grams of length 1 / `LONGEST` ** 0.5: sparse (n, known n-grams)."""
        data, columns, ends = [], [], [0]
        for one in counts:
            weights = {gram: count * self._weight.get(gram, self._unseen) for gram, count in one.items()}
            squares = np.zeros(LONGEST)
            for gram, weight in weights.items():
                squares[len(gram) - 1] += weight**2
            norms = np.sqrt(squares * LONGEST)
            for gram, weight in weights.items():
                if gram in self._column and weight:
                    data.append(weight / norms[len(gram) - 1])
                    columns.append(self._column[gram])
            ends.append(len(data))
        return sparse.csr_matrix((data, columns, ends), shape=(len(counts), len(self._column)))


def _ngrams(sentence: str) -> Counter:
    tokens = words(sentence)
    return Counter(tuple(tokens[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(tokens) - n + 1))
