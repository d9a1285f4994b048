"""What translates without a network: the figures that a trained one has to beat.

    score(train_sources, train_targets, sources, references, *, seed=0) -> list[TranslationBaseline]
    nearest(train_sources, train_targets, sources) -> list[str]

The methods: giving the source back, which is right for names and numbers, and the translation of the training source
that is most alike, as a translation memory finds it. Beating the second shows that more than the training is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from sklearn import config_context
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from evaluation import translation

COPY, NEAREST = "the source as it is", "translation of the nearest training source"
MOST_PAIRS = 20_000  # a thousand test sentences then take some seconds
MEGABYTES = 128  # of distances at a time


@dataclass(frozen=True)
class TranslationBaseline:
    """One method: its hypotheses, their `translation.scores`, seconds, and what was cut, "" if nothing."""

    name: str
    hypotheses: tuple[str, ...]
    scores: dict[str, float]
    seconds: float
    note: str


def score(
    train_sources: Sequence[str],
    train_targets: Sequence[str],
    sources: Sequence[str],
    references: Sequence[str],
    tokenize: str = translation.WORDS,
    *,
    seed: int = 0,
) -> list[TranslationBaseline]:
    """Translates N test sources by each method and scores the result.

    Args:
        train_sources, train_targets: the training pairs; 20,000 of more are drawn, and the note says so.
        sources, references: (N,) each, the test pairs.
        tokenize: sacreBLEU's tokenizer of BLEU.
        seed: of that draw.
    """
    chosen = np.arange(len(train_sources))
    if len(chosen) > MOST_PAIRS:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST_PAIRS, replace=False))
    cut = f"{MOST_PAIRS:,} of {len(train_sources):,} training pairs" if len(chosen) < len(train_sources) else ""
    memory = [[side[row] for row in chosen] for side in (train_sources, train_targets)]
    found = []
    for name, translate, note in (
        (COPY, lambda: list(sources), ""),
        (NEAREST, lambda: nearest(*memory, sources), cut),
    ):
        started = perf_counter()
        hypotheses = translate()
        seconds = perf_counter() - started
        scores = translation.scores(hypotheses, references, tokenize)
        found.append(TranslationBaseline(name, tuple(hypotheses), scores, seconds, note))
    return found


def nearest(train_sources: Sequence[str], train_targets: Sequence[str], sources: Sequence[str]) -> list[str]:
    """For each source the translation of the training source most alike: cosine of weighted runs of 2 to 4 letters.

    Letters rather than words, so that "Tuesdays" is near "Tuesday" and numbers are near their neighbours.
    """
    if len(train_sources) != len(train_targets) or not len(train_sources):
        raise ValueError(
            "`train_sources` and `train_targets` must be equally many sentences, at least one. "
            f"Received: {len(train_sources)} and {len(train_targets)}"
        )
    with threadpool_limits(1), config_context(working_memory=MEGABYTES):
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32)
        index = NearestNeighbors(n_neighbors=1, algorithm="brute", metric="cosine")
        index.fit(vectorizer.fit_transform(train_sources))
        places = index.kneighbors(vectorizer.transform(sources), return_distance=False)[:, 0]
    return [train_targets[place] for place in places]
