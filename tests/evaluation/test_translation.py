"""Scores of translations against BLEU, chrF and TER written out here, and against sacreBLEU's own interval.

Faults planted and caught: hypotheses and references swapped; chrF with words; case kept in the lower-case BLEU; a
sentence drawn once only in the interval; an interval of 90 percent; case in TER; space in exact match; full order in
the ranges; ranges that lose the last sentences or put long ones to others; loops of three; words that do not follow.
"""

import math
import re
from collections import Counter

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from evaluation import translation

REFERENCES = [
    "The cat sat on the mat.",
    "There is a cat on the mat, isn't there?",
    "It costs 1,234.50 dollars on Tuesday, March 5, 2024.",
    "Good morning",
]
HYPOTHESES = [
    "the cat the cat on the mat.",
    "There is a dog on the mat, there is!",
    "It costs 1,234.50 euros on March 5, 2024.",
    "Good morning ",
]


def tokens(text):
    """13a for text without entities: marks stand alone, but a point or comma between digits does not."""
    text = re.sub(r"([^\w\s.,'-])", r" \1 ", text)
    text = re.sub(r"(?<!\d)([.,])|([.,])(?!\d)", r" \1\2 ", text)
    return text.replace("'", " ' ").split() if " ' " in text else text.split()


def grams(items, n):
    return Counter(tuple(items[i : i + n]) for i in range(len(items) - n + 1))


def bleu(hypotheses, references, lower=False):
    """Papineni's formula with unsmoothed counts."""
    matched, total, length, wanted = np.zeros(4), np.zeros(4), 0, 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        if lower:
            hypothesis, reference = hypothesis.lower(), reference.lower()
        mine, theirs = tokens(hypothesis), tokens(reference)
        length, wanted = length + len(mine), wanted + len(theirs)
        for n in range(1, 5):
            matched[n - 1] += (grams(mine, n) & grams(theirs, n)).total()
            total[n - 1] += grams(mine, n).total()
    penalty = min(1.0, math.exp(1 - wanted / length))
    return 100 * penalty * math.exp(np.mean(np.log(matched / total))), length / wanted


def chrf(hypotheses, references):
    """Popovic's F2 of the mean precision and recall of 1 to 6 letters without spaces, over the whole set."""
    precisions, recalls = [], []
    for n in range(1, 7):
        pairs = [
            (grams("".join(h.split()), n), grams("".join(r.split()), n))
            for h, r in zip(hypotheses, references, strict=True)
        ]
        matched = sum((h & r).total() for h, r in pairs)
        precisions.append(matched / sum(h.total() for h, _ in pairs))
        recalls.append(matched / sum(r.total() for _, r in pairs))
    p, r = np.mean(precisions), np.mean(recalls)
    return 100 * 5 * p * r / (4 * p + r)


def test_scores_are_those_written_out():
    found = translation.scores(HYPOTHESES, REFERENCES)
    expected, ratio = bleu(HYPOTHESES, REFERENCES)
    assert ratio < 1  # the brevity penalty is at work
    assert found["bleu"] == pytest.approx(expected, rel=1e-9)
    assert found["length_ratio"] == pytest.approx(ratio, rel=1e-9)
    lower, _ = bleu(HYPOTHESES, REFERENCES, lower=True)
    assert found["bleu_lowercase"] == pytest.approx(lower, rel=1e-9) and lower > expected + 1
    assert found["chrf"] == pytest.approx(chrf(HYPOTHESES, REFERENCES), rel=1e-9)
    assert found["exact_match"] == 0.25


def test_the_clipped_counts_and_the_penalty_of_the_paper():
    # Papineni's example: of seven "the" two count.
    statistics = translation._statistics(["the the the the the the the"], ["the cat is on the mat"])
    assert statistics[0].tolist() == [7, 6, 2, 0, 0, 0, 7, 6, 5, 4]
    half = translation.scores(["a b c d e"], ["a b c d e f g h i j"])
    assert half["bleu"] == pytest.approx(100 * math.exp(1 - 10 / 5))
    assert half["length_ratio"] == 0.5


@pytest.mark.parametrize(
    ("hypothesis", "reference", "expected"),
    [
        ("a b c d", "a b c d", 0),
        ("a b x d", "a b c d", 25),  # one word changed
        ("a b d", "a b c d", 25),  # one inserted
        ("a b c c d", "a b c d", 25),  # one deleted
        ("d a b c", "a b c d", 25),  # one shifted
        ("c d a x", "a b c d", 50),  # a block shifted and a word changed
        ("A B C D", "a b c d", 0),  # case does not count
        ("", "a b c d", 100),
        ("x y z u v w", "a b c", 200),
    ],
)
def test_ter_counts_edits_by_hand(hypothesis, reference, expected):
    assert translation.scores([hypothesis], [reference])["ter"] == pytest.approx(expected)


def test_perfect_empty_and_strange_sentences():
    perfect = translation.scores(REFERENCES, REFERENCES)
    figures = {"bleu": 100, "bleu_lowercase": 100, "chrf": 100, "ter": 0, "exact_match": 1, "length_ratio": 1}
    assert perfect == pytest.approx(figures)
    empty = translation.scores(["", "  "], ["a b c d", "e"])
    assert empty == {**dict.fromkeys(figures, 0.0), "ter": 100.0}
    assert translation.scores([""], [""])["exact_match"] == 1
    arrays = (np.array(list(side), object) for side in (HYPOTHESES, REFERENCES))
    assert translation.scores(*arrays) == translation.scores(HYPOTHESES, REFERENCES)
    assert list(perfect) == list(translation.FIGURES)


@pytest.mark.parametrize(
    ("hypotheses", "references", "received"),
    [
        (["a"], ["a", "b"], "1 hypotheses, 2 references"),
        ([], [], "0 hypotheses, 0 references"),
        (["a", b"b"], ["a", "b"], r"hypotheses\[1\]=b'b'"),
        (["a", "b"], ["a", None], r"references\[1\]=None"),
    ],
)
def test_what_does_not_fit_is_refused(hypotheses, references, received):
    for function in (translation.scores, translation.bleu_interval, translation.sentence_scores):
        with pytest.raises(ValueError, match=f"Received: {received}"):
            function(hypotheses, references)


def test_signatures_tell_the_settings():
    signatures = translation.signatures()
    assert set(signatures) == {"bleu", "bleu_lowercase", "chrf", "ter", "bleu_interval"}
    assert all(text.startswith("nrefs:1|") and "|version:" in text for text in signatures.values())
    assert "|case:mixed|eff:no|tok:13a|smooth:exp|" in signatures["bleu"]
    assert "|case:lc|" in signatures["bleu_lowercase"] and "|nc:6|nw:0|" in signatures["chrf"]
    assert "|bs:1000|seed:12345|" in signatures["bleu_interval"]


def made(rows, seed=0):
    """Sentences of 1 to 30 words, and answers in which a fifth of the words is wrong."""
    random = np.random.default_rng(seed)
    references = [" ".join(random.choice(list("abcdefghijkl"), random.integers(1, 31))) for _ in range(rows)]
    hypotheses = [" ".join(w if random.random() > 0.2 else "x" for w in one.split()) for one in references]
    return hypotheses, references


def test_the_interval_is_that_of_sacrebleu(monkeypatch):
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    hypotheses, references = made(150)
    low, high = translation.bleu_interval(hypotheses, references)
    theirs = BLEU(force=True).corpus_score(hypotheses, [references], n_bootstrap=1000)
    assert (high - low) / 2 == pytest.approx(theirs._ci, rel=1e-6)
    assert low < theirs.score < high
    other = translation.bleu_interval(hypotheses, references, seed=1)
    assert other != (low, high) and other == pytest.approx((low, high), abs=1.5)
    same = made(1)
    assert translation.bleu_interval(*same) == pytest.approx([translation.scores(*same)["bleu"]] * 2)


def test_sentences_are_ordered_by_their_distance():
    reference = "There is a cat on the mat"
    worse = [reference, "There is a cat on the mats", "There is the dog on a mat", "Nothing at all", ""]
    found = translation.sentence_scores(worse, [reference] * 5)
    assert found.shape == (5,) and found[0] == 100 and found[4] == 0
    assert (np.diff(found) < 0).all()
    assert found[1] == pytest.approx(chrf(worse[1:2], [reference]))


def test_ranges_of_length_hold_every_sentence_once():
    hypotheses, references = made(600)
    ranges = translation.bleu_by_length(references, hypotheses, references)
    assert [one.words for one in ranges] == ["1-5", "6-10", "11-15", "16-20", "21-25", "26-30"]
    lengths = np.array([len(one.split()) for one in references])
    exact = np.array(hypotheses) == np.array(references)
    for one in ranges:
        rows = np.flatnonzero((one.low <= lengths) & (lengths <= one.high))
        assert one.sentences == len(rows) and one.exact_match == pytest.approx(exact[rows].mean())
        mine, theirs = ([side[row] for row in rows] for side in (hypotheses, references))
        assert one.bleu == pytest.approx(translation.scores(mine, theirs)["bleu"], rel=1e-9)
        assert one.bleu_low < one.bleu < one.bleu_high


@pytest.mark.parametrize(
    "lengths",
    [
        [1],
        [0, 0],
        [7] * 50,
        [1] * 40 + [2] * 29 + [3],
        [1] * 1000 + [400],
        [*range(1, 200)],
        [12] * 5 + [13] * 500 + [90] * 31,
        [*range(1, 9)] * 5,
    ],
)
def test_ranges_are_few_and_full(lengths):
    ranges = translation._ranges(np.array(lengths))
    assert sorted(np.concatenate(ranges).tolist()) == list(range(len(lengths)))
    assert len(ranges) <= translation.MOST_RANGES + 1
    assert min(map(len, ranges)) >= min(30, max(1, len(lengths) // 10))
    ends = [(min(lengths[row] for row in rows), max(lengths[row] for row in rows)) for rows in ranges]
    assert all(before[1] < after[0] for before, after in zip(ends, ends[1:], strict=False))


def test_long_sentences_above_the_others_are_a_range():
    sources = [line * words for words in range(1, 11) for line in ["w "] * 100] + ["w " * 40] * 35
    found = [one.words for one in translation.bleu_by_length(sources, sources, sources)]
    assert found == ["1-2", "3-4", "5-6", "7-8", "9-10", "40"]


def test_a_range_of_short_phrases_is_not_zero():
    hypotheses, references = ["Montag", "zwei Worte"], ["Montag", "zwei Wort"]
    (one,) = translation.bleu_by_length(["on Monday", "two words"], hypotheses, references)
    # 2 of 3 words and of the pairs none, which counts as half of one: sacreBLEU's smoothing.
    assert one.bleu == pytest.approx(100 * math.sqrt(2 / 3 * 1 / 2))
    assert (one.words, one.sentences, one.exact_match) == ("2", 2, 0.5)


def test_degenerate_answers_are_counted():
    loops = ["the the the the", "x a b a b a b a b y", "1 2 3 1 2 3 1 2 3 1 2 3", "w x y z " * 4]
    others = ["a the the the", "a b a b a b", "1 2 3 1 2 3 1 2 3", "v w x y z " * 4, "x x a y y b z z", "ulm"]
    hypotheses = ["", "  ", *loops, *others, "Ulm "]
    found = translation.degenerate(["Ulm"] * len(hypotheses), hypotheses)
    assert found == {"empty": 2, "loops": 4, "copies": 1}
