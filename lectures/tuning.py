r"""Tuning: which settings matter

A network has settings that training does not set. They are chosen on validation rows, and the search for them takes
many times as long as one training. The learning rate matters most, and it is drawn by its logarithm.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.question import Question
from lectures.shown import Shown, at_least, in_most, near

ACTIVATIONS = {
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "relu": (lambda z: np.maximum(z, 0), lambda h: h > 0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h)),
}


def parts(seed):
    """300 training, 300 validation and 1,197 test digits, as (inputs, classes)."""
    from sklearn.datasets import load_digits

    x, t = load_digits(return_X_y=True)
    rows = np.split(np.random.default_rng(1000 + seed).permutation(len(x)), [300, 600])
    return [(x[one] / 16, t[one]) for one in rows]


def network(
    x,
    t,
    seed,
    rate=0.1,
    decay=1.0,
    penalty=0.0,
    width=32,
    depth=1,
    activation="relu",
    batch=32,
    epochs=8,
):
    """Weights after mini-batch gradient descent; the rate is multiplied by `decay` after each epoch."""
    rng, (f, slope) = np.random.default_rng(seed), ACTIVATIONS[activation]
    sizes = [64, *[width] * depth, 10]
    w = [rng.normal(0, np.sqrt(1 / a), (a, b)) for a, b in zip(sizes, sizes[1:], strict=False)]
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs):
            order = rng.permutation(len(x))
            for rows in np.split(order, range(batch, len(x), batch)):
                signals = [x[rows]]
                for one in w[:-1]:
                    signals.append(f(signals[-1] @ one))
                scores = signals[-1] @ w[-1]
                p = np.exp(scores - scores.max(1, keepdims=True))
                delta = (p / p.sum(1, keepdims=True) - np.eye(10)[t[rows]]) / len(rows)
                for k in reversed(range(len(w))):
                    gradient, delta = signals[k].T @ delta + penalty * w[k], delta @ w[k].T * slope(signals[k])
                    w[k] = w[k] - rate * decay**epoch * gradient
    return w


def judged(w, x, t, activation="relu"):
    """Share of right answers; 0 where the weights have grown beyond all numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        for one in w[:-1]:
            x = ACTIVATIONS[activation][0](x @ one)
        scores = x @ w[-1]
    return np.mean(scores.argmax(1) == t) if np.isfinite(scores).all() else 0.0


def s61_what_to_tune(seeds: int = 5):
    r"""The learning rate matters most, and everything else is a setting too

    The lectures list width, depth, learning rate and its decay, regularisation, activation, mini-batch size, number of
    epochs and number of retrains. Each is varied alone around one network for digits. The bar is the distance between
    the best and the worst value. Ranges are a matter of choice, but a learning rate that is off by a few powers of ten
    costs more than anything else. A retrain is the same network from other first weights.

    Formula: \text{effect} = \max_v a(v) - \min_v a(v)

    Source: the lectures, list of what to tune; Bengio 2012, Practical recommendations for gradient-based training of
    deep architectures

    Where: `tuning/space.py`; `python -m tuning.classify`
    """
    values = {
        "learning rate": ("rate", (1e-4, 1e-2, 0.1, 1.0)),
        "rate decay per epoch": ("decay", (0.5, 0.8, 1.0)),
        "epochs": ("epochs", (2, 8, 16)),
        "mini-batch size": ("batch", (8, 32, 128)),
        "width": ("width", (8, 32, 96)),
        "depth": ("depth", (1, 2, 4)),
        "activation": ("activation", ("relu", "tanh", "sigmoid")),
        "weight penalty": ("penalty", (0.0, 0.001, 0.1)),
        "retrains": ("seed", (100, 200, 300)),
    }
    effect = {name: [] for name in values}
    for seed in range(seeds):
        train, validation, _ = parts(seed)
        for name, (flag, tried) in values.items():
            found = []
            for one in tried:
                w = network(*train, **{"seed": seed, flag: one})
                found.append(judged(w, *validation, one if flag == "activation" else "relu"))
            effect[name].append(max(found) - min(found))
    points = {name: 100 * np.array(found) for name, found in effect.items()}
    # Picture
    figure, axes = canvas(5.4, 3.6)
    order = sorted(points, key=lambda name: points[name].mean())
    for k, name in enumerate(order):
        axes.barh(k, points[name].mean(), color=PALETTE[1 if name == "learning rate" else 5], height=0.6)
        axes.plot(points[name], np.full(seeds, k), ".", color=PALETTE[6], markersize=4)
    axes.set(xlabel="points between best and worst value", yticks=range(len(order)))
    axes.set_yticklabels(order)
    others = np.array([points[name] for name in points if name != "learning rate"])
    checks = [
        near("settings varied", len(values), 9, 0),
        in_most("the learning rate has the largest effect", points["learning rate"] > others.max(0)),
        at_least("points of the learning rate, mean", points["learning rate"].mean(), 50),
        at_least("points of a retrain, mean", points["retrains"].mean(), 0.5),
    ]
    return Shown(checks, figure, "Of nine settings the bar of the learning rate is the longest.")


def s62_log_uniform(low: float = -6, high: float = 1, draws: int = 1_000_000):
    r"""A learning rate is drawn by its logarithm

    Between 0.000001 and 10 lie seven powers of ten. Ten to a uniform number between -6 and 1 falls into each of them
    equally often. Drawn uniformly between the ends instead, nine draws of ten lie above 1, where hardly any network
    learns, and one in ten thousand below 0.001. The stated range reaches up to 10, where most trainings diverge.

    Formula: \eta = 10^{u}, \qquad u \sim U(-6, 1)

    Source: the lectures, `learning_rate = 10 ** uniform(-6, 1)`; Bergstra and Bengio 2012, Random search for
    hyper-parameter optimization

    Where: `tuning/space.py` (`logarithmic`)
    """
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(low, high, draws)
    uniform = rng.uniform(10**low, 10**high, draws)
    decades = np.arange(-6, 2)
    share = np.histogram(np.log10(rates), decades)[0] / draws
    share_uniform = np.histogram(np.log10(uniform), decades)[0] / draws
    # Picture
    figure, axes = canvas()
    axes.bar(decades[:-1] + 0.3, share, 0.35, color=PALETTE[0], label="10 ** uniform(-6, 1)")
    axes.bar(decades[:-1] + 0.7, share_uniform, 0.35, color=PALETTE[1], label="uniform(0.000001, 10)")
    axes.set(xlabel="learning rate", ylabel="share of the draws", xticks=decades, ylim=(0, 1.2))
    axes.set_xticklabels([f"1e{one}" for one in decades], fontsize=8)
    axes.legend(fontsize=8, loc="upper left")
    checks = [
        near("smallest, as a power of ten", np.log10(rates.min()), -6, 0.001),
        near("largest, as a power of ten", np.log10(rates.max()), 1, 0.001),
        near("median, as a power of ten", np.median(np.log10(rates)), -2.5, 0.015),
        near("smallest share of a decade", share.min(), 1 / 7, 0.001),
        near("largest share of a decade", share.max(), 1 / 7, 0.001),
        near("drawn uniformly: share above 1", np.mean(uniform > 1), 0.9, 0.002),
    ]
    return Shown(checks, figure, "Drawn by the logarithm every decade has a seventh; drawn uniformly the last has 90%.")


def s65_over_validation(trials: int = 16, seeds: int = 10):
    r"""Tuning asks the validation rows, and takes most of the time

    Learning rate and width are drawn sixteen times, and the validation rows choose. On test rows that had no say, the
    network chosen is better than one with a rate and a width drawn once. The search costs sixteen trainings for the one
    that is kept: it is "where the most time is spent!".

    Formula: \lambda^* = \operatorname{arg\,max}_{\lambda} a_{\text{validation}}(w_\lambda), \qquad w_\lambda =
    \operatorname{arg\,min}_w C_{\text{train}}(w; \lambda)

    Source: the lectures, on tuning over the validation set

    Where: `python -m tuning.classify`, which sees no test rows
    """
    updates, chosen, drawn = 0, [], []
    for seed in range(seeds):
        train, validation, test = parts(seed)
        rng = np.random.default_rng(seed)
        found = []
        for rate, width in zip(10 ** rng.uniform(-6, 1, trials), rng.integers(4, 64, trials), strict=True):
            w = network(*train, seed, rate=rate, width=width)
            updates += 1
            found.append((judged(w, *validation), judged(w, *test)))
        chosen.append(max(found)[1])
        drawn.append(np.mean([one[1] for one in found]))
    chosen, drawn = np.array(chosen), np.array(drawn)
    # Picture
    figure, axes = canvas()
    axes.plot(range(seeds), drawn, "s", color=PALETTE[1], label="mean of the sixteen drawn")
    axes.plot(range(seeds), chosen, "o", color=PALETTE[0], label="the one that validation chose")
    axes.set(xlabel="seed", ylabel="accuracy on the test rows", xticks=range(seeds), ylim=(0, 1.3))
    axes.legend(fontsize=8, loc="upper left")
    checks = [
        in_most("the chosen network is better on test rows than those drawn", chosen > drawn + 0.1),
        at_least("test accuracy of the chosen, mean", chosen.mean(), 0.85),
        near("trainings for each network that is kept", updates / seeds, 16, 0),
    ]
    return Shown(checks, figure, "In every seed the network chosen by validation is far above the mean of those drawn.")


def questions(measured) -> list[Question]:
    rate = measured["S61"]["points of the learning rate, mean"]
    above = measured["S62"]["drawn uniformly: share above 1"]
    return [
        Question(
            "Learning rates are drawn uniformly between 0.000001 and 10. Which share of them lies above 1?",
            ("a seventh", f"{100 * above:.0f}%", "a half"),
            1,
            "Uniform draws fill the range by its length, and nine tenths of the length lie above 1.",
        ),
        Question(
            "Nine settings are varied one at a time. Which one moves the accuracy most?",
            ("the width", "the activation", f"the learning rate, by {rate:.0f} points"),
            2,
            "A rate that is too small by powers of ten leaves the network where it began.",
        ),
        Question(
            "Sixteen settings are compared. Which rows choose among them?",
            ("the validation rows", "the test rows", "the training rows"),
            0,
            "Test rows that choose no longer tell how good the choice is.",
        ),
    ]
