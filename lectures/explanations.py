r"""Explanations: sentences that are true of a picture and tell its class

A caption says what is in a picture, a definition what a class looks like. An explanation is a caption that a definition
would agree with: true of this picture, and such that a listener could name the class. It is learned with a loss of its
own, a reward for whole sentences; here are the gradient of such a reward, the features that the network sees with, and
what each kind of sentence is worth, counted over all pictures of a small world.
"""

from itertools import product

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, near


def log_probabilities(scores, sentences):
    """log p of each sentence of words, and its gradient; each word depends on the one before, the first on a start."""
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    found, gradients = np.zeros(len(sentences)), np.zeros((len(sentences), *scores.shape))
    before = np.full(len(sentences), len(scores) - 1)
    for word in sentences.T:
        found += log_p[before, word]
        gradients[np.arange(len(sentences)), before] += np.eye(scores.shape[1])[word] - np.exp(log_p[before])
        before = word
    return found, gradients


def sketch(x, places, signs, size):
    """Count sketch: the number i of x is added to the place h(i), with the sign s(i)."""
    found = np.zeros(size)
    np.add.at(found, places, signs * x)
    return found


def s83_reward(samples: int = 4000, words: int = 4, length: int = 3, size: int = 64, draws: int = 2000):
    r"""The gradient of a reward comes from sampled sentences, and pairs of features from two sketches

    A sentence is drawn, a classifier that is kept fixed says how likely the right class is given it, and the
    gradient of the sentence's log-probability is weighted by that reward. On average this is the gradient of the
    expected reward: all 64 sentences of a small language can be counted. Less the mean reward, it scatters less. The
    network sees with products of all pairs of features; two count sketches, convolved by FFT, keep their inner products
    in few numbers.

    Formula: \nabla \mathbb{E}\, R_D = \mathbb{E}\left[(R_D - b)\, \nabla \log p(\tilde w)\right], \qquad
    \mathbb{E}\, \langle \psi(x), \psi(y) \rangle = \langle x, y \rangle^2

    Source: Hendricks and others 2016, Generating visual explanations; Williams 1992 (REINFORCE); Gao and others 2016,
    Compact bilinear pooling

    Where: `tasks/rewards.py`, `layers/compact_bilinear_pooling.py`; `python -m apps.explain`
    """
    random = np.random.default_rng(0)
    scores = random.normal(size=(words + 1, words))
    everything = np.array(list(product(range(words), repeat=length)))
    reward = 1 / (1 + np.exp(-1 - (everything == 1).sum(axis=1)))  # the word 1 tells the class
    log_p, gradients = log_probabilities(scores, everything)
    exact = np.einsum("n,nij->ij", np.exp(log_p) * reward, gradients)
    drawn = random.choice(len(everything), samples, p=np.exp(log_p))
    plain = reward[drawn, None, None] * gradients[drawn]
    less_mean = (reward[drawn] - np.exp(log_p) @ reward)[:, None, None] * gradients[drawn]
    errors = plain.std(axis=0) / np.sqrt(samples)
    far = np.abs(plain.mean(axis=0) - exact) / errors
    smaller = less_mean.var(axis=0).sum() / plain.var(axis=0).sum()

    x, y = random.normal(size=8), random.normal(size=8)
    y += x
    inner = []
    for _ in range(draws):
        two = [(random.integers(size, size=8), random.choice([-1, 1], 8)) for _ in range(2)]
        psi = [np.prod([np.fft.rfft(sketch(one, *h, size)) for h in two], axis=0) for one in (x, y)]
        inner.append(np.fft.irfft(psi[0], size) @ np.fft.irfft(psi[1], size))
    # Picture
    figure, axes = panels(2, width=8.2, height=3.0)
    for k, (name, one) in enumerate({"reward": plain, "reward less its mean": less_mean}.items()):
        axes[0].plot(
            exact.ravel(), one.mean(axis=0).ravel(), "ox"[k], color=PALETTE[k], label=f"weighted by the {name}"
        )
    axes[0].legend(fontsize=8)
    axes[0].axline((0, 0), slope=1, color=PALETTE[6], linewidth=0.8)
    axes[0].set(xlabel="gradient, all sentences counted", ylabel="mean of the sampled ones")
    axes[1].hist(inner, 40, color=PALETTE[5])
    axes[1].axvline((x @ y) ** 2, color=PALETTE[1])
    axes[1].set(xlabel="inner product of two sketches", ylabel="draws")
    checks = [
        at_most("sampled less exact, largest, in standard errors", far.max(), 4),
        at_most("variance less the mean reward, over the plain one", smaller, 0.5),
        near("mean inner product of sketches over the squared one", np.mean(inner) / (x @ y) ** 2, 1, 0.05),
    ]
    alt = "The gradient sampled less the mean reward lies on the counted one, the plain one scatters around it."
    return Shown(checks, figure, alt)


# The marks of four birds, the ones that people mention first before the others.
BIRDS = (("brown", "long bill", "red crown"), ("brown", "long bill", "white wing bar"),
         ("brown", "short bill", "red crown"), ("brown", "short bill", "white wing bar"))  # fmt: skip


def told(named):
    """How likely the class is to a listener: one of those that have the marks."""
    return 1 / sum(set(named) <= set(bird) for bird in BIRDS)


def s84_because(hidden: float = 0.4):
    r"""A description is true, a definition tells the class, an explanation does both

    Four birds are brown, have one of two bills, and a red crown or a white wing bar. Any mark but the colour may be out
    of sight. A description names the first two marks that are seen; a definition those two that tell the class, seen or
    not; an explanation those that are seen and tell most. With all pictures of this world counted, each sentence can be
    held against the picture, and a listener who knows the birds says how likely the class is. The lectures' sentences
    are of this form: this is a Kentucky warbler because it has a yellow breast and a black cheek patch.

    Formula: p(C \mid w) = \frac{p(w \mid C)\, p(C)}{\sum_{C'} p(w \mid C')\, p(C')}

    Source: Hendricks and others 2016, Generating visual explanations; the four birds here are invented

    Where: `data/birds/`, `evaluation/`; `python -m apps.explain --variant definition`
    """
    ways = {
        "description": lambda bird, seen: seen[:2],
        "definition": lambda bird, seen: bird[1:],
        "explanation": lambda bird, seen: max((seen[i : i + 2] for i in range(len(seen))), key=told),
    }
    true, telling = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0.0)
    for bird in BIRDS:
        for out in product((False, True), repeat=2):
            seen = bird[:1] + tuple(mark for mark, gone in zip(bird[1:], out, strict=True) if not gone)
            p = np.prod([hidden if gone else 1 - hidden for gone in out]) / len(BIRDS)
            for name, way in ways.items():
                named = way(bird, seen)
                true[name] += p * np.mean([mark in seen for mark in named])
                telling[name] += p * told(named)
    # Picture
    figure, axes = canvas(4.8, 3.4)
    for k, name in enumerate(ways):
        axes.plot(true[name], telling[name], "o", color=PALETTE[k], markersize=9)
        axes.annotate(name, (true[name], telling[name]), xytext=(0, 9), textcoords="offset points", ha="center")
    axes.set(xlabel="share of the marks that are in the picture", ylabel="p of the class given the sentence")
    axes.set(xlim=(0.5, 1.1), ylim=(0.2, 1.15))
    checks = [
        near("description: marks in the picture", true["description"], 1, 1e-12),
        near("definition: marks in the picture", true["definition"], 1 - hidden, 1e-12),
        near("explanation: marks in the picture", true["explanation"], 1, 1e-12),
        near("definition: p of the class", telling["definition"], 1, 1e-12),
        near("description: p of the class", telling["description"], (1 - hidden**2) / 2 + hidden**2 / 4, 1e-12),
        near("explanation: p of the class", telling["explanation"], 0.64, 1e-9),
    ]
    return Shown(checks, figure, "The explanation is as true as the description and tells the class better.")


def questions(measured) -> list[Question]:
    smaller = measured["S83"]["variance less the mean reward, over the plain one"]
    described = measured["S84"]["description: p of the class"]
    explained = measured["S84"]["explanation: p of the class"]
    return [
        Question(
            "The mean reward is subtracted before the gradient is weighted. What changes?",
            ("The expected gradient.", f"The variance, here to {smaller:.2f} of what it was.", "Nothing."),
            1,
            "A constant times the gradient of log p has the mean 0, so only the scatter becomes less.",
        ),
        Question(
            "A true sentence names what every bird of the family has. How good an explanation is it?",
            ("As good as any true one.", "None: it is false.", f"A poor one: {described:.2f} against {explained:.2f}."),
            2,
            "It leaves the listener with all birds that have these marks.",
        ),
        Question(
            "The words of a definition are learned without the picture. What is wrong with them?",
            ("They name marks that cannot be seen.", "They fit several classes.", "They are too short."),
            0,
            "A mark that is out of sight is named all the same.",
        ),
    ]
