r"""What more data does, and what it does not

A network that is too small stays weak however many rows it sees. A large network on few rows knows them by heart, and
there more rows help, or copies that are altered in a way that leaves the label true. All of it is measured on the 1,797
handwritten digits that scikit-learn brings along.
"""

from itertools import pairwise

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, in_most, near


def digits(rows, seeds, tests=500):
    """For each seed other training rows and test rows, (seeds, rows, 65) and (seeds, rows); the last column is 1."""
    from sklearn.datasets import load_digits

    x, t = load_digits(return_X_y=True)
    x = np.hstack([x / 16, np.ones((len(x), 1))])
    order = np.array([np.random.default_rng(seed).permutation(len(x)) for seed in range(seeds)])
    return x[order[:, :rows]], t[order[:, :rows]], x[order[:, -tests:]], t[order[:, -tests:]]


def learned(x, t, hidden, steps=200, rate=0.1, penalty=0.0):
    """Weights of ReLU layers and a softmax layer for every seed at once: gradient descent with momentum 0.9."""
    rng = np.random.default_rng(0)
    w = [rng.normal(0, np.sqrt(2 / a), (len(x), a, b)) for a, b in pairwise((x.shape[2], *hidden, 10))]
    v, target = [0.0] * len(w), np.eye(10)[t]
    for _ in range(steps):
        signals = [x]
        for one in w[:-1]:
            signals.append(np.maximum(signals[-1] @ one, 0))
        scores = signals[-1] @ w[-1]
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        delta = (scores / scores.sum(-1, keepdims=True) - target) / x.shape[1]
        for k in reversed(range(len(w))):
            gradient = signals[k].swapaxes(1, 2) @ delta + penalty * w[k]
            delta = delta @ w[k].swapaxes(1, 2) * (signals[k] > 0)
            v[k] = 0.9 * v[k] - rate * gradient
            w[k] = w[k] + v[k]
    return w


def accuracy(w, x, t):
    """Share of right answers of every seed."""
    for one in w[:-1]:
        x = np.maximum(x @ one, 0)
    return ((x @ w[-1]).argmax(-1) == t).mean(-1)


def s53_remedies(seeds: int = 10):
    r"""High bias wants a bigger network, high variance more data

    Two faults are planted. A network of eight hidden units, trained for 20 steps, cannot fit 300 digits: high bias.
    One of 64 units fits 60 of them by heart: high variance. Each remedy of the lectures is then tried. A bigger network
    and a longer training cure the bias, and three times the data does nothing for it: "Taking more data won't help!".
    More data cures the variance, where a bigger network does little, and a weight penalty adds a part of a point.

    Formula: \text{gain} = a_{\text{validation, with the remedy}} - a_{\text{validation}}

    Source: the lectures, remedies for bias and variance

    Where: `evaluation/diagnosis.py` (`REMEDIES`); the advice in each report
    """
    trials = {
        "eight units": (300, (8,), 20, 0),
        "eight units: bigger": (300, (48,), 20, 0),
        "eight units: longer": (300, (8,), 200, 0),
        "eight units: more data": (900, (8,), 20, 0),
        "60 rows": (60, (64,), 100, 0),
        "60 rows: bigger": (60, (128,), 100, 0),
        "60 rows: penalty": (60, (64,), 100, 0.01),
        "60 rows: more data": (600, (64,), 100, 0),
    }
    train, validation = {}, {}
    for name, (rows, hidden, steps, penalty) in trials.items():
        x, t, x_new, t_new = digits(rows, seeds)
        w = learned(x, t, hidden, steps, penalty=penalty)
        train[name], validation[name] = accuracy(w, x, t), accuracy(w, x_new, t_new)
    gain = {name: validation[name] - validation[name.partition(":")[0]] for name in trials}
    # Picture
    figure, axes = canvas(6.4, 3.6)
    for k, name in enumerate(reversed(trials)):
        for of, colour, marker in ((train, PALETTE[0], "o"), (validation, PALETTE[1], "s")):
            axes.plot([of[name].min(), of[name].max()], [k, k], color=colour, linewidth=3, alpha=0.3)
            axes.plot(of[name].mean(), k, marker, color=colour)
    axes.plot([], [], "o", color=PALETTE[0], label="training")
    axes.plot([], [], "s", color=PALETTE[1], label="validation")
    axes.set(xlabel="accuracy: mean and range over the seeds", yticks=range(len(trials)))
    axes.set_yticklabels(list(reversed(trials)))
    axes.legend(loc="lower left", fontsize=8)
    checks = [
        at_least("high bias: training error in points", 100 * (1 - train["eight units"].mean()), 20),
        in_most("high bias: bigger gains 20 points", gain["eight units: bigger"] > 0.2),
        in_most("high bias: longer gains 15 points", gain["eight units: longer"] > 0.15),
        in_most(
            "high bias: more data gains less than half of what bigger does",
            gain["eight units: more data"] < gain["eight units: bigger"] / 2,
        ),  # fmt: skip
        at_least(
            "high variance: points between training and validation",
            100 * (train["60 rows"] - validation["60 rows"]).mean(),
            10,
        ),  # fmt: skip
        in_most("high variance: more data gains 6 points", gain["60 rows: more data"] > 0.06),
        in_most(
            "high variance: bigger gains less than half of that",
            gain["60 rows: bigger"] < gain["60 rows: more data"] / 2,
        ),  # fmt: skip
        at_least("high variance: points that the penalty gains, mean", 100 * gain["60 rows: penalty"].mean(), 0),
    ]
    return Shown(
        checks,
        figure,
        "Bigger and longer lift the eight units, more data does not; more data closes the gap of 60 rows.",
    )


def moved(images, pixels):
    """Images (..., 8, 8) so many pixels to the right, with nothing coming in from the left."""
    edge = abs(pixels)
    wide = np.pad(images, [(0, 0)] * (images.ndim - 1) + [(edge, edge)])
    return wide[..., edge - pixels : edge - pixels + 8]


def s57_augmentation(rows: int = 100, pixels: int = 1, steps: int = 100, seeds: int = 10):
    r"""Altered copies help where the label stays true, and harm where it does not

    A digit that is moved by a pixel is still the same digit; one in the mirror is often none, and a mirrored 2 looks
    like a 5. One hundred digits are joined by copies of both kinds, under their old labels. New digits that lie a
    pixel further right are read far better with moved copies; on those in the middle the copies cost nothing. Mirrored
    copies cost points even there.

    Formula: (x, t) \mapsto (g(x), t) \quad\text{only where } g \text{ keeps the class}

    Source: the lectures, augmentation "when meaningful geometric information is available"; Simard, Steinkraus and
    Platt 2003, Best practices for convolutional neural networks

    Where: `data/images/augmentation.py`, which flips no digits; `--augment`
    """
    x, t, x_new, t_new = digits(rows, seeds)
    images = x[..., :64].reshape(seeds, rows, 8, 8)
    new_moved = x_new.copy()
    new_moved[..., :64] = moved(x_new[..., :64].reshape(seeds, -1, 8, 8), pixels).reshape(seeds, -1, 64)
    copies = {
        "no copies": [],
        "moved": [moved(images, -pixels), moved(images, pixels)],
        "mirrored": [images[..., ::-1]],
    }
    found, on_moved = {}, {}
    for name, altered in copies.items():
        parts = [np.concatenate([one.reshape(seeds, rows, 64), x[..., 64:]], 2) for one in altered]
        w = learned(np.concatenate([x, *parts], 1), np.concatenate([t] * (1 + len(parts)), 1), (64,), steps)
        found[name], on_moved[name] = accuracy(w, x_new, t_new), accuracy(w, new_moved, t_new)
    # Picture
    figure, axes = panels(4, height=2.8, width=9.6)
    two = images[0, np.flatnonzero(t[0] == 2)[0]]
    drawn = (("a digit 2", two), ("moved", moved(two, pixels)), ("mirrored", two[:, ::-1]))
    for one, (name, picture) in zip(axes[:3], drawn, strict=True):
        one.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        one.set(title=name, xticks=[], yticks=[])
        one.grid(visible=False)
    for of, colour, marker, label in ((found, 0, "o", "in the middle"), (on_moved, 1, "s", "moved")):
        for k, values in enumerate(of.values()):
            axes[3].plot(np.full(seeds, k), values, ".", color=PALETTE[colour], alpha=0.4)
            axes[3].plot(k, values.mean(), marker, color=PALETTE[colour], label=label if k == 0 else None)
    axes[3].legend(fontsize=7, title="new digits", title_fontsize=7)
    axes[3].set(ylabel="accuracy on new digits", xticks=range(3), xlim=(-0.5, 2.5), xlabel="copies", ylim=(0.2, 1.15))
    axes[3].set_xticklabels(["none", "moved", "mirrored"])
    checks = [
        in_most("moved copies help with moved digits", on_moved["moved"] > on_moved["no copies"]),
        in_most("mirrored copies harm with digits in the middle", found["mirrored"] < found["no copies"]),
        at_least("points gained on moved digits, mean", 100 * (on_moved["moved"] - on_moved["no copies"]).mean(), 20),
        near("points that moved copies change in the middle", 100 * (found["moved"] - found["no copies"]).mean(), 0, 2),
        at_least("points lost by mirroring, mean", 100 * (found["no copies"] - found["mirrored"]).mean(), 1),
    ]
    return Shown(
        checks, figure, "A moved 2 is still a 2 and its copies help; a mirrored 2 is none and its copies harm."
    )


def s73_saturation(seeds: int = 10, steps: int = 120, penalty: float = 1.0):
    r"""A shallow model stops gaining from data before a deep one does

    A linear classifier, fitted by least squares, and a network with two hidden layers see ever more digits. On 50 the
    two are equal. The linear one then gains less from each doubling and levels off, for no line of its kind can do
    better. The deep one has room left and goes on.

    Formula: a(n) \to a_\infty, \qquad a_\infty^{\text{shallow}} < a_\infty^{\text{deep}}

    Source: the lectures, non-deep models saturate with more data

    Where: `python -m apps.classify logistic` beside `mlp --hidden 64 64`
    """
    sizes = (50, 100, 200, 400, 800, 1200)
    linear, deep = [], []
    for rows in sizes:
        x, t, x_new, t_new = digits(rows, seeds)
        square = x.swapaxes(1, 2) @ x + penalty * np.eye(65)
        linear.append(accuracy([np.linalg.solve(square, x.swapaxes(1, 2) @ np.eye(10)[t])], x_new, t_new))
        deep.append(accuracy(learned(x, t, (48, 48), steps, rate=0.2), x_new, t_new))
    linear, deep = np.array(linear), np.array(deep)
    # Picture
    figure, axes = canvas()
    for name, found, colour in (("linear", linear, 1), ("two hidden layers", deep, 0)):
        axes.fill_between(sizes, found.min(1), found.max(1), color=PALETTE[colour], alpha=0.2)
        axes.plot(sizes, found.mean(1), "o-", color=PALETTE[colour], label=name)
    axes.set(xlabel="training digits", ylabel="accuracy on 500 new digits", xscale="log", xticks=sizes)
    axes.set_xticklabels(sizes)
    axes.minorticks_off()
    axes.legend(loc="lower right")
    lead = 100 * (deep - linear)
    checks = [
        near("points that deep leads by on 50 digits, mean", lead[0].mean(), 0, 2),
        in_most("deep leads on 1,200 digits", lead[-1] > 0),
        in_most("deep gains more from 200 to 1,200 digits", lead[-1] > lead[2]),
        at_least("points that deep leads by on 1,200 digits, mean", lead[-1].mean(), 1.5),
    ]
    return Shown(checks, figure, "The linear model levels off with more digits; the deep one goes on and ends higher.")


def questions(measured) -> list[Question]:
    lead = measured["S73"]["points that deep leads by on 1,200 digits, mean"]
    lost = measured["S57"]["points lost by mirroring, mean"]
    return [
        Question(
            "A network fits its 300 training rows badly. What helps least?",
            ("a bigger network", "a longer training", "three times the data"),
            2,
            "What cannot fit 300 rows cannot fit 900 either: the fault is bias.",
        ),
        Question(
            "Digits get mirrored copies under the old labels. What happens to the accuracy on new digits?",
            (f"It falls by {lost:.1f} points.", "It rises, as with any augmentation.", "It does not change."),
            0,
            "A mirrored digit is often no digit or another one, so the labels of the copies are wrong.",
        ),
        Question(
            "On 1,200 digits, how far is a network with two hidden layers ahead of a linear classifier?",
            ("They are equal.", f"{lead:.1f} points", "20 points"),
            1,
            "Digits are nearly linear in their pixels, so the lead is small, but the linear model no longer gains.",
        ),
    ]
