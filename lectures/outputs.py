r"""Softmax, and gradients that vanish

The last activation turns sums into an answer: a number, probabilities, a decision. The hidden ones multiply the
gradient in each layer, and many small factors make it vanish.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def softmax(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def s24_output_activations(largest: float = 1000.0):
    r"""Identity for numbers, softmax for classes, argmax for the decision

    A regression passes its sum on as it is. A classifier turns logits into probabilities: `softmax` above subtracts the
    largest logit first, which changes nothing but keeps the exponentials finite; the plain formula gives "not a
    number" for a logit of 1000. The decision is the largest logit, which is also the largest probability.

    Formula: p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} = \frac{e^{z_i - m}}{\sum_j e^{z_j - m}}, \quad m = \max_j z_j, \quad
    \hat{y} = \operatorname{arg\,max}_i z_i

    Source: Bridle 1990, Probabilistic interpretation of feedforward classification network outputs

    Where: `layers/activations.py`, `softmax` and `identity`; lesson "classes" of `python -m apps.playground`
    """
    z = np.array([2.0, 1.0, 0.1])
    p = softmax(z)
    shifted = softmax(z + largest)
    with np.errstate(over="ignore", invalid="ignore"):
        plain = np.exp(z + largest) / np.exp(z + largest).sum()
    random = np.random.default_rng(0).normal(0, 5, (1000, 10))
    same = np.mean(random.argmax(axis=1) == softmax(random).argmax(axis=1))
    # Picture
    figure, (left, right) = panels(2, width=7.6)
    left.bar(range(3), z, color=PALETTE[0])
    left.set(xlabel="class", ylabel="logit z", xticks=range(3))
    right.bar(range(3), p, color=PALETTE[1])
    right.set(xlabel="class", ylabel="probability", xticks=range(3), ylim=(0, 1))
    right.text(0, p[0] + 0.03, "decision", ha="center")
    checks = [
        near("probability of the first class", p[0], 0.6590011389, 1e-9),
        near("sum of the probabilities", p.sum(), 1, 1e-12),
        at_most("change when all logits grow by 1000", abs(shifted - p).max(), 1e-12),
        near("probabilities that are numbers, plain formula", np.isfinite(plain).sum(), 0, 0),
        near("share of decisions that softmax leaves as they are", same, 1, 0),
    ]
    return Shown(checks, figure, "Three logits become three probabilities; the largest stays the largest.")


def e08_softmax_takes_logits(classes: int = 10):
    r"""Softmax takes logits, not its own outputs

    The lecture writes the same symbol on both sides of the formula. Read literally that is a softmax of probabilities,
    which also happens when a network with a softmax is trained with `from_logits=True`. For 10 classes even a
    perfectly sure network then gives its class e / (e + 9) = 0.232, and its loss never falls below 1.461, whereas the
    right form goes to 1 and 0.

    Formula: \text{printed: } y_i = \frac{e^{y_i}}{\sum_j e^{y_j}}, \quad
    \text{right: } y_i = \frac{e^{z_i}}{\sum_j e^{z_j}}

    Source: the lectures' softmax slide

    Where: `training/losses.py`, `CrossEntropy` takes logits; the networks of `models/` end with logits
    """
    import keras

    sizes = np.linspace(0, 30, 61)
    z = np.zeros((len(sizes), classes))
    z[:, 0] = sizes
    right = softmax(z)
    wrong = softmax(softmax(z))
    labels = np.zeros(1, int)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = [float(loss(labels, one[-1:])) for one in (z, right)]
    # Picture
    figure, axes = canvas()
    axes.plot(sizes, right[:, 0], color=PALETTE[0], label="softmax of logits")
    axes.plot(sizes, wrong[:, 0], color=PALETTE[1], label="softmax of softmax")
    axes.set(xlabel="logit of the true class, the others 0", ylabel="probability of the true class", ylim=(0, 1.5))
    axes.legend(loc="upper right")
    checks = [
        near("largest probability, softmax of softmax", wrong.max(), 0.2319693166, 1e-6),
        near("largest probability, softmax of logits", right.max(), 1, 1e-9),
        near("smallest loss of Keras, softmax of softmax", losses[1], 1.4611501717, 1e-5),
        near("smallest loss of Keras, softmax of logits", losses[0], 0, 1e-5),
    ]
    return Shown(
        checks, figure, "The right form rises to 1; softmax twice levels off at 0.23 however sure the network is."
    )


def gradient_norms(depth, activation, gain, seeds, width=64):
    """(seeds, depth) norms of the weights' gradients, the first layer first, in networks of standard normal weights
    times `gain` / sqrt(width), for one random input and a gradient of ones at the output."""
    f, derivative = {
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
        "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0),
    }[activation]
    random = np.random.default_rng(0)
    a, weights = [random.normal(size=(seeds, width))], []
    for _ in range(depth):
        weights.append(random.normal(0, gain / np.sqrt(width), (seeds, width, width)))
        a.append(f((a[-1][:, None] @ weights[-1])[:, 0]))
    d, norms = np.ones((seeds, width)), []
    for layer in reversed(range(depth)):
        d = d * derivative(a[layer + 1])
        norms.append(np.linalg.norm(a[layer], axis=1) * np.linalg.norm(d, axis=1))  # of the outer product of the two
        d = (d[:, None] @ weights[layer].swapaxes(1, 2))[:, 0]
    return np.array(norms[::-1]).T


def s25_vanishing_gradient(depth: int = 20, seeds: int = 10):
    r"""With sigmoids the gradient shrinks in every layer, with ReLU hardly

    The gradient of the first layer is a product over all later ones, with the slope of each activation as a factor. For
    a sigmoid that is at most 1/4, so after 20 layers hardly anything arrives. `gradient_norms` above goes back through
    random networks (He's scale for ReLU, LeCun's for the sigmoid).

    Formula: \frac{\partial L}{\partial z^{(1)}} = f'(z^{(1)}) W^{(2)} f'(z^{(2)}) W^{(3)} \cdots
    f'(z^{(L)}) \frac{\partial L}{\partial a^{(L)}}

    Source: Hochreiter 1991, Untersuchungen zu dynamischen neuronalen Netzen; Glorot and Bengio 2010

    Where: `--activation sigmoid` against `relu`, with `--hidden` of many layers; lesson "vanishing" of `python -m
    apps.playground`
    """
    norms = {
        "sigmoid": gradient_norms(depth, "sigmoid", 1, seeds),
        "relu": gradient_norms(depth, "relu", 2**0.5, seeds),
    }
    left_over = {name: one[:, 0] / one[:, -1] for name, one in norms.items()}
    depths = (2, 5, 10, 20, 30)
    sweep = [np.median((one := gradient_norms(n, "sigmoid", 1, seeds))[:, 0] / one[:, -1]) for n in depths]
    factor = (sweep[-1] / sweep[2]) ** (1 / 20)
    # Picture
    figure, (left, right) = panels(2, width=8.4)
    for place, (name, one) in enumerate(norms.items()):
        left.semilogy(
            range(1, depth + 1), np.median(one, axis=0), "o-", markersize=3, color=PALETTE[1 - place], label=name
        )
        left.fill_between(range(1, depth + 1), one.min(axis=0), one.max(axis=0), color=PALETTE[1 - place], alpha=0.2)
    left.set(xlabel="layer (1: at the input)", ylabel="norm of the weights' gradient")
    left.legend(title=f"median and range, {seeds} seeds", fontsize=8)
    right.semilogy(depths, sweep, "o-", color=PALETTE[1], label="sigmoid")
    relu = [np.median((one := gradient_norms(n, "relu", 2**0.5, seeds))[:, 0] / one[:, -1]) for n in depths]
    right.semilogy(depths, relu, "o-", color=PALETTE[0], label="relu")
    right.set(xlabel="layers", ylabel="first layer / last layer")
    right.legend()
    checks = [
        in_most("sigmoid: less than a billionth arrives", left_over["sigmoid"] < 1e-9),
        in_most("ReLU: more than a hundredth arrives", left_over["relu"] > 0.01),
        near("factor for each layer of sigmoids", factor, 0.23, 0.03),
    ]
    return Shown(
        checks, figure, "On a logarithmic axis the sigmoid's gradient falls in a straight line; ReLU's stays level."
    )


def e17_relu_mitigates(slow: float = 0.1, fast: float = 3.0, seeds: int = 10):
    r"""ReLU mitigates vanishing gradients; it does not solve them, and its units can die

    Two ways in which it fails. Half of the units are off, so He's scale makes up for it with a factor of sqrt(2); with
    LeCun's scale the gradient of the first of 30 layers is sqrt(2)^29 = 23170 times smaller. And a learning rate that
    is too high pushes units below zero for all of 200 digits; they are dead from then on.

    Formula: \frac{\text{gradient with LeCun's scale}}{\text{gradient with He's scale}} =
    \left( \frac{1}{\sqrt{2}} \right)^{L - 1}

    Source: He, Zhang, Ren and Sun 2015, Delving deep into rectifiers; Lu, Shin, Su and Karniadakis 2019, Dying ReLU

    Where: `layers/initializers.py`; `--activation leaky_relu`, whose units cannot die
    """
    from sklearn.datasets import load_digits

    first = {gain: gradient_norms(30, "relu", gain, seeds)[:, 0] for gain in (1, 2**0.5)}
    x, labels = load_digits(return_X_y=True)
    x, target = x[:200] / 16, np.eye(10)[labels[:200]]
    dead = np.zeros((2, seeds, 100))
    for rate, shares in zip((slow, fast), dead, strict=True):
        for seed in range(seeds):
            random = np.random.default_rng(seed)
            w1, w2 = random.normal(0, (2 / 64) ** 0.5, (64, 32)), random.normal(0, (1 / 32) ** 0.5, (32, 10))
            b1 = np.zeros(32)
            for step in range(100):
                z = x @ w1 + b1
                shares[seed, step] = (z <= 0).all(axis=0).mean()
                h = np.maximum(z, 0)
                d = (softmax(h @ w2) - target) / len(x)
                dz = d @ w2.T * (z > 0)
                w1, b1, w2 = w1 - rate * x.T @ dz, b1 - rate * dz.sum(axis=0), w2 - rate * h.T @ d
    # Picture
    figure, axes = canvas()
    for rate, shares, colour in zip((slow, fast), dead, PALETTE, strict=False):
        axes.plot(100 * shares.mean(axis=0), color=colour, label=f"learning rate {rate:g}")
        axes.fill_between(range(100), 100 * shares.min(axis=0), 100 * shares.max(axis=0), color=colour, alpha=0.2)
    axes.set(xlabel="steps of gradient descent", ylabel="dead units of 32 (%)", ylim=(-2, 105))
    axes.legend(title=f"mean and range, {seeds} seeds")
    checks = [
        near("gradient of the first of 30 layers, He over LeCun", np.median(first[2**0.5] / first[1]), 2**14.5, 1),
        in_most("high rate: more than half of the units die", dead[1, :, -1] > 0.5),
        in_most("low rate: less than a quarter are dead", dead[0, :, -1] < 0.25),
        at_least("share of dead units, high rate, mean", dead[1, :, -1].mean(), 0.5),
    ]
    return Shown(checks, figure, "At the high rate nearly all units die within 100 steps, at the low one hardly any.")


def questions(measured) -> list[Question]:
    twice = measured["E08"]["largest probability, softmax of softmax"]
    factor = measured["S25"]["factor for each layer of sigmoids"]
    return [
        Question(
            "A network ends with a softmax and is trained with from_logits=True on 10 classes. How sure can it be?",
            ("1.00", f"{twice:.2f}", "0.10"),
            1,
            "Softmax is applied twice, and its inputs then lie between 0 and 1: e / (e + 9) at most.",
        ),
        Question(
            "By which factor did the gradient shrink in each layer of sigmoids?",
            (f"{factor:.2f}", f"{factor * 4:.2f}", "It did not"),
            0,
            "The slope of the sigmoid is at most 1/4.",
        ),
        Question(
            "Does ReLU solve the vanishing of gradients?",
            (
                "Yes: its slope is 1",
                "No: it depends on the scale of the weights, and units can die",
                "No: its slope is smaller than that of the sigmoid",
            ),
            1,
            "With LeCun's scale the first of 30 layers gets a gradient "
            f"{measured['E17']['gradient of the first of 30 layers, He over LeCun']:.0f} times smaller than with He's.",
        ),
    ]
