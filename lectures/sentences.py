r"""Sentences: how they are searched for, and how they are judged

A network that writes gives each next word a probability. Which sentence it writes depends on the search. How good the
sentence is, is measured against sentences that people wrote, by the words and groups of words that both have.
"""

from collections import Counter

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, near


def grams(words, n):
    """Count of every group of n words in a row."""
    return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))


def precisions(candidates, references):
    """Share of the groups of 1 to 4 words that the reference has as well, each counted as often as there."""
    found = []
    for n in range(1, 5):
        pairs = [(grams(a, n), grams(b, n)) for a, b in zip(candidates, references, strict=True)]
        found.append(sum((a & b).total() for a, b in pairs) / max(1, sum(a.total() for a, _ in pairs)))
    return np.array(found)


def s69_bleu():
    r"""BLEU, written out, equals sacreBLEU

    BLEU counts the groups of one to four words that a translation shares with the reference, over the whole set, and
    takes the geometric mean of the four shares. A word counts at most as often as the reference has it, so "the the
    the" does not pay. A translation shorter than the reference pays a penalty for brevity. A dozen lines agree with the
    program that papers use.

    Formula: \text{BLEU} = 100 \cdot \min(1, e^{1 - r / c}) \left( \prod_{n=1}^{4} p_n \right)^{1/4}

    Source: Papineni, Roukos, Ward and Zhu 2002, BLEU: a method for automatic evaluation of machine translation; Post
    2018, A call for clarity in reporting BLEU scores

    Where: `evaluation/translation.py`; `python -m apps.translate`
    """
    import sacrebleu

    references = ["a man in a red coat walks his dog through the snow", "two children play football on the beach",
                  "the old woman reads a book in the park"]  # fmt: skip
    candidates = ["a man in a red coat walks a dog in snow", "two children play on the beach",
                  "the the old woman reads a book in the park"]  # fmt: skip
    written, expected = [one.split() for one in candidates], [one.split() for one in references]
    p = precisions(written, expected)
    c, r = sum(map(len, written)), sum(map(len, expected))
    bleu = 100 * min(1, np.exp(1 - r / c)) * np.prod(p) ** 0.25
    judged = sacrebleu.corpus_bleu(candidates, [references])
    unclipped = np.mean([word in ["the", "cat"] for word in ["the", "the", "the", "the"]])
    clipped = precisions([["the", "the", "the", "the"]], [["the", "cat"]])[0]
    # Picture
    figure, axes = canvas()
    axes.bar(range(1, 5), 100 * p, color=PALETTE[5], label="share of the groups that are right")
    axes.plot(range(1, 5), judged.precisions, "o", color=PALETTE[6], label="sacreBLEU")
    axes.axhline(bleu, color=PALETTE[1], linestyle="--", label=f"BLEU {bleu:.2f}, brevity {judged.bp:.3f}")
    axes.set(xlabel="words in a group", ylabel="percent", xticks=range(1, 5), ylim=(0, 130))
    axes.legend(fontsize=8, loc="upper right")
    checks = [
        near("BLEU by hand less sacreBLEU", bleu - judged.score, 0, 1e-9),
        near("shares by hand less sacreBLEU's, largest", np.abs(100 * p - judged.precisions).max(), 0, 1e-9),
        near("brevity penalty less sacreBLEU's", min(1, np.exp(1 - r / c)) - judged.bp, 0, 1e-12),
        near("BLEU", bleu, 67.9284, 0.001),
        near("'the the the the' for 'the cat', each word counted", unclipped, 1, 0),
        near("the same, counted as often as in the reference", clipped, 0.25, 0),
    ]
    return Shown(checks, figure, "The shares fall with the length of the group; sacreBLEU's dots lie on the bars.")


NEXT = {
    "": {"a": 0.4, "the": 0.35, "two": 0.25},
    "a": {"man": 0.3, "woman": 0.3, "child": 0.2, "dog": 0.2},
    "the": {"dog": 0.9, "man": 0.1},
    "two": {"dogs": 1.0},
    "man": {"walks": 0.5, "sits": 0.5},
    "woman": {"sits": 0.5, "walks": 0.5},
    "child": {"sits": 0.6, "runs": 0.4},
    "dog": {"runs": 0.8, "sleeps": 0.2},
    "dogs": {"run": 0.6, "play": 0.4},
}


def beam(width, length=3):
    """Sentences of `length` words that a search with so many beams ends with, best first, with their probability."""
    kept = [((), 1.0)]
    for _ in range(length):
        longer = [((*words, word), p * q) for words, p in kept for word, q in NEXT[words[-1] if words else ""].items()]
        kept = sorted(longer, key=lambda one: -one[1])[:width]
    return kept


def cider(candidates, references):
    """CIDEr-D: cosine of weighted groups of words, the rarer among the images the heavier; mean over 1 to 4 words."""
    total = 0.0
    for n in range(1, 5):
        images = Counter(gram for some in references for gram in sorted(set().union(*(grams(one, n) for one in some))))
        rare = {gram: np.log(len(references) / count) for gram, count in images.items()}
        for candidate, some in zip(candidates, references, strict=True):
            a = {g: c * rare.get(g, np.log(len(references))) for g, c in grams(candidate, n).items()}
            for one in some:
                b = {g: c * rare[g] for g, c in grams(one, n).items()}
                norm = np.sqrt(sum(v**2 for v in a.values()) * sum(v**2 for v in b.values()))
                shared = sum(min(a[g], b[g]) * b[g] for g in a if g in b)
                length = np.exp(-((len(candidate) - len(one)) ** 2) / 72)
                total += 10 / 4 / len(some) / len(candidates) * length * (shared / norm if norm else 0)
    return total


def s70_beam_search(width: int = 2):
    r"""Beam search finds a caption that greedy search walks past

    A toy network captions a picture of a running dog. Greedy search takes the likeliest word at each step: "a" first,
    and after it no word is likely, so it ends with "a man walks" at a probability of 0.06. With two beams the second
    best beginning, "the", stays in the race, and "the dog runs" wins with 0.252. Trying all sentences shows that it is
    the best there is, which two beams do not promise in general. The scores follow: by BLEU-1, the share of right
    words, and by CIDEr, which weighs words more that are rare among the pictures, the caption of two beams is better.

    Formula: \hat y = \operatorname{arg\,max}_y \prod_t p(y_t \mid y_{<t})

    Source: the lectures, image captioning; Vedantam, Zitnick and Parikh 2015, CIDEr; the probabilities are invented

    Where: `models/decoding.py`, `evaluation/captioning.py`; `python -m apps.caption`, `--beams`
    """
    from evaluation import captioning

    greedy, best = beam(1)[0], beam(width)[0]
    everything = max(beam(10**6), key=lambda one: one[1])
    references = [["the dog runs", "a dog runs fast"], ["a man sits on a bench"], ["two dogs play"]]
    rest = ["a man sits", "two dogs play"]
    scores, differences = {}, []
    for name, (words, _) in (("greedy", greedy), ("beams", best)):
        candidates = [" ".join(words), *rest]
        cut = [one.split() for one in candidates], [[one.split() for one in some] for some in references]
        shared = (grams(words, 1) & (grams(cut[1][0][0], 1) | grams(cut[1][0][1], 1))).total()
        scores[name] = shared / 3, cider(*cut)
        differences.append(scores[name][1] - captioning.scores(candidates, references)["cider"])
    # Picture
    figure, axes = panels(1, width=6.6, height=3.6)
    for k, (words, p) in enumerate(reversed(beam(10**6)[:9])):
        colour = PALETTE[0] if words == best[0] else PALETTE[1] if words == greedy[0] else "#bbbbbb"
        axes[0].barh(k, p, color=colour)
        axes[0].annotate(" ".join(words) + f": {p:.3f}", (p + 0.004, k), va="center", fontsize=8)
    axes[0].set(xlabel="probability of the sentence", yticks=[], xlim=(0, 0.34))
    axes[0].annotate("blue: two beams\nred: greedy", (0.25, 2.2), fontsize=9)
    checks = [
        near("probability of the greedy sentence", greedy[1], 0.06, 1e-9),
        near("probability of the one that two beams find", best[1], 0.252, 1e-9),
        near("probability of the best of all sentences", everything[1], 0.252, 1e-9),
        near("sentences in all", len(beam(10**6)), 14, 0),
        near("BLEU-1 (share of right words), greedy", scores["greedy"][0], 1 / 3, 1e-9),
        near("BLEU-1, two beams", scores["beams"][0], 1, 1e-9),
        at_least("CIDEr gained by two beams", scores["beams"][1] - scores["greedy"][1], 1),
        near("CIDEr by hand less that of the suite", np.abs(differences).max(), 0, 1e-9),
    ]
    return Shown(checks, figure, "The sentence that two beams find is four times as probable as the greedy one.")


def e25_relevance_loss(words: int = 5, rate: float = 0.5, steps: int = 100):
    r"""The relevance loss needs a minus sign to be minimised

    The lectures print the relevance loss as the mean logarithm of the probability of the right word, and ask for its
    minimum. That minimum is minus infinity: gradient descent drives the probability of the right word to 0. What is
    meant is the negative logarithm. The full loss of the paper then subtracts the reward for sentences that tell the
    class.

    Formula: L_R = -\frac{1}{N} \sum_n \sum_t \log p(w_{t+1} \mid w_{0:t}, I, C), \qquad L = L_R - \lambda\,
    \mathbb{E}\, R_D

    Source: Hendricks and others 2016, Generating visual explanations; the lectures, corrected here

    Where: `training/token_cross_entropy.py`
    """
    curves = {}
    for name, sign in (("wrong: log p", 1), ("right: -log p", -1)):
        scores, curve = np.zeros(words), []
        for _ in range(steps + 1):
            p = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
            curve.append(p[0])
            scores = scores - rate * sign * (np.eye(words)[0] - p)
        curves[name] = np.array(curve)
    wrong, right = curves.values()
    # Picture
    figure, axes = canvas()
    for (name, curve), colour in zip(curves.items(), (1, 0), strict=True):
        axes.plot(curve, color=PALETTE[colour], label=f"minimised {name}")
    axes.axhline(1 / words, color="#777777", linestyle="--", linewidth=1, label="start: one of five words")
    axes.set(xlabel="step of gradient descent", ylabel="probability of the right word", ylim=(0, 1.05))
    axes.legend(fontsize=8, loc="center right")
    checks = [
        near("probability at the start", right[0], 0.2, 1e-9),
        near("right: probability at the end", right[-1], 0.9832, 0.00005),
        at_most("wrong: probability at the end", wrong[-1], 0.02),
        at_least("right over wrong", right[-1] / wrong[-1], 50),
    ]
    return Shown(checks, figure, "With the minus sign the right word becomes certain, without it impossible.")


def questions(measured) -> list[Question]:
    greedy = measured["S70"]["probability of the greedy sentence"]
    best = measured["S70"]["probability of the one that two beams find"]
    clipped = measured["S69"]["the same, counted as often as in the reference"]
    wrong = measured["E25"]["wrong: probability at the end"]
    return [
        Question(
            "Greedy search ends at a probability of 0.06. What do two beams find in the same network?",
            (f"{greedy:.3f}", "0.120", f"{best:.3f}"),
            2,
            "The likeliest first word leads to no likely sentence; the second likeliest does.",
        ),
        Question(
            "The translation is 'the the the the', the reference 'the cat'. Which share of its words does BLEU count?",
            (f"{clipped:.2f}", "1.00", "0.50"),
            0,
            "The reference has one 'the', so one of the four counts.",
        ),
        Question(
            "A loss of log p without the minus is minimised. What becomes of the right word's probability?",
            ("It rises to 1.", f"It falls, here to {wrong:.0e}.", "It stays at 0.2."),
            1,
            "The logarithm has no lower bound, so the descent never ends well.",
        ),
    ]
