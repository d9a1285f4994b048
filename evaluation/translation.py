"""Scores of translations against one reference each, by sacreBLEU, so that they compare with published ones.

    scores(hypotheses, references, tokenize) -> dict[str, float]         of a whole set
    signatures(tokenize) -> dict[str, str]                               how each was computed, to be quoted
    bleu_interval(hypotheses, references, tokenize) -> (low, high)       what another such test set would have given
    sentence_scores(hypotheses, references) -> (N,)                      of each sentence, for the best and the worst
    sentence_bleu(hypotheses, references, tokenize) -> (N,)              of each sentence, for training by rewards
    bleu_by_length(sources, hypotheses, references, tokenize) -> [...]   by the words of the source
    degenerate(sources, sentences) -> dict[str, int]                     how many are empty, loops, copies

All take whole sentences as people write them: sacreBLEU does the tokenising, by the tokenizer of that name; see
`evaluation.bleu_tokens` for the one that fits a language.

References:
    Post 2018, A call for clarity in reporting BLEU scores (arXiv:1804.08771).
    Papineni et al. 2002, BLEU; Popovic 2015, chrF; Snover et al. 2006, TER.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics import BLEU, CHRF, TER

from evaluation.bleu_tokens import is_spaceless

WORDS = "13a"
"""The tokenizer of languages with spaces between words."""
FIGURES = {
    "bleu": "BLEU",
    "bleu_lowercase": "BLEU, lower case",
    "chrf": "chrF",
    "ter": "TER",
    "exact_match": "exact match",
    "length_ratio": "length",
}
"""What each score is called in tables and plots."""

RESAMPLES = 1000
SEED = 12345  # sacreBLEU's own, so that its command line gives the same interval
MOST_RANGES, FEWEST = 8, 30  # ranges of length, and sentences that a BLEU of a range needs to say anything
STEPS = (1, 2, 5, 10, 20, 50, 100)  # words from one range to the next
LOOP = 4  # times that a word or a few words stand in a row before it is called a loop


def scores(hypotheses: Sequence[str], references: Sequence[str], tokenize: str = WORDS) -> dict[str, float]:
    """Scores of a whole set of N sentences.

    Args:
        hypotheses, references: of each sentence.
        tokenize: sacreBLEU's tokenizer of BLEU; with one for Asian letters TER takes these for words.

    Returns:
        `bleu` (with case), `bleu_lowercase`, `chrf` (chrF2) and `ter`, all times 100, TER may be above 100;
        `exact_match`, the share equal to the reference but for space at the ends, 0-1; `length_ratio`, tokens of the
        hypotheses by tokens of the references.

    Raises:
        ValueError: there are no sentences, not as many of both, or one is not a string.
    """
    hypotheses, references = _sentences(hypotheses=hypotheses, references=references)
    found = {name: metric.corpus_score(hypotheses, [references]) for name, metric in _metrics(tokenize).items()}
    values = {name: float(score.score) for name, score in found.items()}
    return values | {
        "exact_match": float(np.mean(_exact(hypotheses, references))),
        "length_ratio": float(found["bleu"].ratio),
    }


def signatures(tokenize: str = WORDS) -> dict[str, str]:
    """sacreBLEU's own signature of `bleu`, `bleu_lowercase`, `chrf`, `ter` and `bleu_interval`."""
    metrics = _metrics(tokenize) | {"bleu_interval": BLEU(tokenize=tokenize)}
    metrics["bleu_interval"].n_bootstrap, metrics["bleu_interval"].seed = RESAMPLES, SEED
    for metric in metrics.values():
        metric.corpus_score(["a"], [["a"]])  # a signature knows the number of references only then
    return {name: str(metric.get_signature()) for name, metric in metrics.items()}


def bleu_interval(
    hypotheses: Sequence[str], references: Sequence[str], tokenize: str = WORDS, *, seed: int = SEED
) -> tuple[float, float]:
    """Low and high end of the 95 percent interval of `bleu`, from 1,000 draws of N sentences with replacement.

    With the seed as it is the draws are those of `sacrebleu --confidence`, which tells their middle and half width.

    Reference:
        Koehn 2004, Statistical significance tests for machine translation evaluation.
    """
    return _interval(_statistics(*_sentences(hypotheses=hypotheses, references=references), tokenize), seed, False)


def sentence_scores(hypotheses: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """chrF of each sentence, 0-100: (N,). Unlike BLEU it needs no smoothing and tells near misses from nonsense."""
    return _of_each(CHRF(), hypotheses, references)


def sentence_bleu(hypotheses: Sequence[str], references: Sequence[str], tokenize: str = WORDS) -> np.ndarray:
    """sacreBLEU's BLEU of each sentence, 0-100, with case, smoothed: (N,)."""
    return _of_each(BLEU(effective_order=True, force=True, tokenize=tokenize), hypotheses, references)


def _of_each(metric, hypotheses: Sequence[str], references: Sequence[str]) -> np.ndarray:
    pairs = zip(*_sentences(hypotheses=hypotheses, references=references), strict=True)
    return np.array([metric.sentence_score(hypothesis, [reference]).score for hypothesis, reference in pairs])


@dataclass(frozen=True)
class LengthRange:
    """Sentences with `low` to `high` words in the source, their BLEU with its 95 percent interval, and exact match."""

    low: int
    high: int
    sentences: int
    bleu: float
    bleu_low: float
    bleu_high: float
    exact_match: float

    @property
    def words(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def bleu_by_length(
    sources: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[str],
    tokenize: str = WORDS,
    *,
    seed: int = SEED,
) -> list[LengthRange]:
    """BLEU by the number of words in the source, of letters where it has no spaces between words; the shortest first.

    Ranges are of equal width; neighbours are put together until each has 30 sentences, or a tenth of them where
    there are fewer than 300. Where no hypothesis of a range has four tokens, BLEU counts the shorter n-grams only
    (sacreBLEU's effective order), else short phrases would get 0 for a perfect answer.
    """
    sources, hypotheses, references = _sentences(sources=sources, hypotheses=hypotheses, references=references)
    statistics, exact = _statistics(hypotheses, references, tokenize), _exact(hypotheses, references)
    cut = (lambda text: "".join(text.split())) if is_spaceless(sources) else str.split
    lengths = np.array([len(cut(source)) for source in sources])
    found = []
    for rows in _ranges(lengths):
        low, high = _interval(statistics[rows], seed, True)
        bleu = _bleu(statistics[rows].sum(axis=0), True)
        ends = int(lengths[rows].min()), int(lengths[rows].max())
        found.append(LengthRange(*ends, len(rows), bleu, low, high, float(np.mean(exact[rows]))))
    return found


def degenerate(sources: Sequence[str], sentences: Sequence[str]) -> dict[str, int]:
    """How many of N sentences are `empty`, hold a `loop` (one to four words 4 times in a row), or are `copies`.

    A copy is equal to its source but for space at the ends; names and numbers often have to be.
    """
    sources, sentences = _sentences(sources=sources, sentences=sentences)
    return {
        "empty": sum(not sentence.strip() for sentence in sentences),
        "loops": sum(map(loops, sentences)),
        "copies": int(_exact(sources, sentences).sum()),
    }


def loops(text: str) -> bool:
    """Whether one to four words stand in it 4 times in a row, or letters where it has no spaces."""
    words = text.split() if not is_spaceless([text]) else text
    for size in range(1, LOOP + 1):
        run = 0
        for before, word in zip(words, words[size:], strict=False):
            run = run + 1 if word == before else 0
            if run == size * (LOOP - 1):
                return True
    return False


def _metrics(tokenize: str) -> dict:
    # `force` silences a warning about tokenised text; the report says it where a reader sees it.
    eastern = tokenize in ("zh", "ja-mecab", "char")
    return {
        "bleu": BLEU(force=True, tokenize=tokenize),
        "bleu_lowercase": BLEU(lowercase=True, force=True, tokenize=tokenize),
        "chrf": CHRF(),
        "ter": TER(normalized=eastern, asian_support=eastern),
    }


def _exact(one: Sequence[str], other: Sequence[str]) -> np.ndarray:
    return np.array([a.strip() == b.strip() for a, b in zip(one, other, strict=True)])


def _statistics(hypotheses: Sequence[str], references: Sequence[str], tokenize: str = WORDS) -> np.ndarray:
    """What BLEU sums over sentences, (N, 10): tokens of both, then n-grams in common and n-grams, for n of 1 to 4."""
    metric = BLEU(effective_order=True, force=True, tokenize=tokenize)
    found = [metric.sentence_score(*pair) for pair in zip(hypotheses, ([one] for one in references), strict=True)]
    return np.array([[one.sys_len, one.ref_len, *one.counts, *one.totals] for one in found], np.int64)


def _bleu(sums: np.ndarray, effective_order: bool) -> float:
    tokens, reference_tokens, *counts = sums.tolist()
    options = {"smooth_method": "exp", "effective_order": effective_order}
    return float(BLEU.compute_bleu(counts[:4], counts[4:], tokens, reference_tokens, **options).score)


def _interval(statistics: np.ndarray, seed: int, effective_order: bool) -> tuple[float, float]:
    random, rows = np.random.default_rng(seed), len(statistics)
    drawn = (statistics[random.choice(rows, rows)].sum(axis=0) for _ in range(RESAMPLES))
    ordered = sorted(_bleu(sums, effective_order) for sums in drawn)
    return ordered[RESAMPLES // 40], ordered[-1 - RESAMPLES // 40]


def _ranges(lengths: np.ndarray) -> list[np.ndarray]:
    """Rows of each range, the shortest first."""
    span = np.quantile(lengths, 0.95) - lengths.min() + 1
    step = next((step for step in STEPS if span <= step * MOST_RANGES), STEPS[-1])
    fewest = min(FEWEST, max(1, len(lengths) // 10))
    # 1-5, 6-10, ...: a range ends at a multiple of the step; what lies far above the others is one range.
    places = np.minimum(np.maximum(lengths - 1, 0) // step, (np.quantile(lengths, 0.95) - 1) // step + 1)
    found, waiting = [], np.array([], np.int64)
    for place in np.unique(places):
        waiting = np.concatenate([waiting, np.flatnonzero(places == place)])
        if len(waiting) >= fewest:
            found.append(waiting)
            waiting = waiting[:0]
    if len(waiting) and found:
        found[-1] = np.concatenate([found[-1], waiting])
    elif len(waiting):
        found.append(waiting)
    return found


def _sentences(**given: Sequence[str]) -> list[list[str]]:
    """Each argument as a list of strings, all equally long."""
    counts = {name: len(sentences) for name, sentences in given.items()}
    if len(set(counts.values())) > 1 or not min(counts.values()):
        names = " and ".join(f"`{name}`" for name in given)
        raise ValueError(
            f"{names} must be equally many sentences, at least one. "
            f"Received: {', '.join(f'{count} {name}' for name, count in counts.items())}"
        )
    for name, sentences in given.items():
        for number, sentence in enumerate(sentences):
            if not isinstance(sentence, str):
                raise ValueError(f"`{name}` must hold strings. Received: {name}[{number}]={sentence!r}")
    return [list(sentences) for sentences in given.values()]
