r"""Backpropagation: the chain rule, from the end

The gradient says for each weight how the loss changes if the weight grows a little. Backpropagation computes all of
them in one walk from the loss back to the inputs; a small shift of each weight checks it.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import compared, panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, near


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def differences(loss, value, h=1e-5):
    """The slope of `loss(value)` by each entry: shift it up and down by h, and divide by 2h."""
    found = np.zeros_like(value)
    for entry in np.ndindex(value.shape):
        shift = np.zeros_like(value)
        shift[entry] = h
        found[entry] = (loss(value + shift) - loss(value - shift)) / (2 * h)
    return found


def relative(a, n):
    return np.max(np.abs(a - n) / np.maximum(np.abs(a) + np.abs(n), 1e-12))


def s33_two_steps(x: float = 2.0, w: float = 0.5, b: float = -0.4, target: float = 1.0):
    r"""Backpropagation goes forward for the values and backward for the slopes

    Forward: compute the sum z, the output y, the loss L, and keep them. Backward: start at the loss with a slope of 1
    and multiply by the slope of each operation. The frames are numbered in that order.

    Formula: \frac{\partial L}{\partial w} = \frac{\partial L}{\partial y} \frac{\partial y}{\partial z} \frac{\partial
    z}{\partial w}

    Source: Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors

    Where: every training step; `training/fit.py`
    """
    z = w * x + b
    y = sigmoid(z)
    loss = 0.5 * (y - target) ** 2
    dy = y - target
    dz = dy * y * (1 - y)
    dw, db = dz * x, dz
    by_difference = differences(lambda v: 0.5 * (sigmoid(v[0] * x + v[1]) - target) ** 2, np.array([w, b]))
    # Picture
    figure, frames = panels(3, 2, width=9.4, height=4.6)
    values = (("w, b", f"{w:g}, {b:g}"), ("z", f"{z:.3f}"), ("y", f"{y:.3f}"), ("L", f"{loss:.3f}"))
    slopes = (f"{dw:.3f}\n{db:.3f}", f"{dz:.3f}", f"{dy:.3f}", "1")
    titles = (
        "1 forward: z",
        "2 forward: y",
        "3 forward: L",
        "4 backward: dL/dy",
        "5 backward: dL/dz",
        "6 backward: dL/dw",
    )
    for frame, (axes, title) in enumerate(zip(frames, titles, strict=True)):
        axes.axis("off")
        axes.set(title=title, xlim=(-0.6, 3.6), ylim=(-1, 1))
        for place, (name, value) in enumerate(values):
            axes.text(place, 0, name, ha="center", va="center", bbox={"boxstyle": "circle", "fc": "#eeeeee"})
            if place <= frame + 1:
                axes.text(place, 0.62, value, ha="center", color=PALETTE[0])
            if frame > 2 and place >= 5 - frame or frame == 2 and place == 3:
                axes.text(place, -0.75, slopes[place], ha="center", color=PALETTE[1])
            if place < 3:
                axes.annotate("", (place + 0.7, 0), (place + 0.35, 0), arrowprops={"arrowstyle": "->"})
    checks = [
        near("loss", loss, 0.0627797267, 1e-9),
        at_most("relative error of dL/dw and dL/db, differences", relative(np.array([dw, db]), by_difference), 1e-7),
    ]
    alt = "Six frames: values in blue fill in from left to right, then slopes in orange from right to left."
    return Shown(checks, figure, alt)


def three_layers(seed=0):
    """Inputs, target and weights of a network of 2, 2, 2 and 1 sigmoid units without biases."""
    random = np.random.default_rng(seed)
    return np.array([0.8, -1.2]), 1.0, [random.normal(0, 1.5, shape) for shape in ((2, 2), (2, 2), (2, 1))]


def output(x, weights):
    for w in weights:
        x = sigmoid(x @ w)
    return x[0]


def s34_paths(seed: int = 0):
    r"""A weight's gradient is the sum over all paths from it to the loss

    With one hidden layer a single path leads from w22 over the second hidden unit to the output. With two hidden layers
    there are two, over the first and the second unit of the second layer, and their products are added. By hand,
    automatic and by differences they agree.

    Formula: \frac{\partial L}{\partial w_{22}^{(1)}} = \sum_{k=1}^{2} \frac{\partial L}{\partial z_k^{(2)}}
    \frac{\partial z_k^{(2)}}{\partial z_2^{(1)}} \frac{\partial z_2^{(1)}}{\partial w_{22}^{(1)}}

    Source: the lectures' networks of 2-2-1 and of three layers, with row E03 set right

    Where: `layers/dense.py`; in docs/proofs.md the rows `Dense`
    """
    import tensorflow as tf

    x, t, (w1, w2, w3) = three_layers(seed)
    a1 = sigmoid(x @ w1)
    y = sigmoid(a1 @ w2[:, :1])[0]  # 2-2-1
    short = (y - t) * y * (1 - y) * w2[1, 0] * a1[1] * (1 - a1[1]) * x[1]
    a2 = sigmoid(a1 @ w2)  # three layers
    y = sigmoid(a2 @ w3)[0]
    dy = (y - t) * y * (1 - y)
    paths = [dy * w3[k, 0] * a2[k] * (1 - a2[k]) * w2[1, k] * a1[1] * (1 - a1[1]) * x[1] for k in range(2)]
    errors = []
    for by_hand, rest in ((short, [w2[:, :1]]), (sum(paths), [w2, w3])):
        by_difference = differences(lambda w, rest=rest: 0.5 * (output(x, [w, *rest]) - t) ** 2, w1)[1, 1]
        variable = tf.Variable(w1)
        with tf.GradientTape() as tape:
            a = tf.constant(x[None])
            for w in (variable, *rest):
                a = tf.sigmoid(a @ w)
            loss = 0.5 * (a[0, 0] - t) ** 2
        automatic = tape.gradient(loss, variable).numpy()[1, 1]
        errors += [relative(by_hand, automatic), relative(by_hand, by_difference)]
    # Picture
    figure = compared(
        ["path over\nunit 1", "path over\nunit 2", "sum of both", "one path\nleft out"],
        [*paths, sum(paths), paths[0]],
        "dL / dw22",
    )
    names = ("2-2-1, automatic", "2-2-1, differences", "three layers, automatic", "three layers, differences")
    bounds = (1e-12, 1e-7, 1e-12, 1e-7)
    checks = [at_most(f"relative error, {n}", e, bound) for n, e, bound in zip(names, errors, bounds, strict=True)]
    checks.append(at_least("share of the gradient that one path alone misses", abs(paths[1] / sum(paths)), 0.05))
    return Shown(checks, figure, "Two bars, one for each path; the gradient is their sum.")


def e03_red_path(seed: int = 0):
    r"""The second path to w22 leads over the unit that w22 feeds

    The lecture's red path uses the slope of z1 in the first layer. But w22 feeds only z2 there, so dz1/dw22 is 0; what
    is printed can only be read as the slope of z1 by its own weight from x2. Right is z2 in both factors.

    Formula: \text{printed: } \frac{\partial z_1^{(2)}}{\partial z_1^{(1)}} \frac{\partial z_1^{(1)}}{\partial w_{22}},
    \qquad \text{right: } \frac{\partial z_1^{(2)}}{\partial z_2^{(1)}} \frac{\partial z_2^{(1)}}{\partial w_{22}}

    Source: the lectures' backpropagation slide

    Where: row S34
    """
    x, t, (w1, w2, w3) = three_layers(seed)
    a1 = sigmoid(x @ w1)
    a2 = sigmoid(a1 @ w2)
    y = sigmoid(a2 @ w3)[0]
    dz2 = (y - t) * y * (1 - y) * w3[:, 0] * a2 * (1 - a2)
    blue = dz2[1] * w2[1, 1] * a1[1] * (1 - a1[1]) * x[1]
    red = dz2[0] * w2[1, 0] * a1[1] * (1 - a1[1]) * x[1]
    printed = dz2[0] * w2[0, 0] * a1[0] * (1 - a1[0]) * x[1]
    true = differences(lambda w: 0.5 * (output(x, [w, w2, w3]) - t) ** 2, w1)[1, 1]
    # Picture
    figure = compared(["by\ndifferences", "right", "as printed"], [true, blue + red, blue + printed], "dL / dw22")
    checks = [
        at_most("relative error, right", relative(blue + red, true), 1e-7),
        near("relative error, as printed", relative(blue + printed, true), 0.421049, 1e-6),
    ]
    return Shown(checks, figure, "Two equal bars for the true gradient and the right form; the printed one differs.")


def s37_toy_chain(w1: float = 0.7, w2: float = 2.0, x: float = 1.5):
    r"""The chain rule on y = w2 exp(w1 x)

    The outer weight only scales: dy/dw2 is the exponential itself. The inner one passes through the exponential, whose
    slope is its value, and through the product with x.

    Formula: \frac{\partial y}{\partial w_2} = e^{w_1 x}, \qquad \frac{\partial y}{\partial w_1} = w_2 e^{w_1 x} x

    Source: the lectures' toy example

    Where: `tests/layers/comparison.py` checks each layer by differences
    """
    import tensorflow as tf

    by_hand = np.array([w2 * np.exp(w1 * x) * x, np.exp(w1 * x)])
    by_difference = differences(lambda w: w[1] * np.exp(w[0] * x), np.array([w1, w2]))
    w = tf.Variable([w1, w2], dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = w[1] * tf.exp(w[0] * x)
    automatic = tf.convert_to_tensor(tape.gradient(y, w)).numpy()
    # Picture
    figure, axes = canvas()
    for place, (name, value) in enumerate(
        {"by hand": by_hand, "automatic": automatic, "differences": by_difference}.items()
    ):
        axes.bar(np.arange(2) + 0.25 * (place - 1), value, 0.22, color=PALETTE[place], label=name)
    axes.set_xticks([0, 1], ["dy/dw1", "dy/dw2"])
    axes.set(ylabel="slope")
    axes.legend()
    checks = [
        at_most("relative error, automatic", relative(by_hand, automatic), 1e-12),
        at_most("relative error, differences", relative(by_hand, by_difference), 1e-7),
        near("dy/dw2", by_hand[1], 2.857651118, 1e-8),
        near("dy/dw1", by_hand[0], 8.572953354, 1e-8),
    ]
    return Shown(checks, figure, "Three equal bars for each of the two slopes.")


def s46_gradient_descent(alpha: float = 0.1, steps: int = 20):
    r"""Each parameter moves against its slope, all at once

    On J = (theta - 3)^2 a step multiplies the distance to 3 by 1 - 2 alpha, so after 20 steps 0.8^20 of it is left.
    With alpha above 1 the factor is below -1 and theta runs away.

    Formula: \theta_j := \theta_j - \alpha \frac{\partial J}{\partial \theta_j}

    Source: Cauchy 1847, Méthode générale pour la résolution des systèmes d'équations simultanées

    Where: `--optimizer sgd --learning-rate 0.1`
    """
    paths = {}
    for rate in (alpha, 0.9, 1.05):
        theta, paths[rate] = 0.0, [0.0]
        for _ in range(steps):
            theta = theta - rate * 2 * (theta - 3)
            paths[rate].append(theta)
    # Picture
    figure, axes = canvas()
    for (rate, path), colour in zip(paths.items(), PALETTE, strict=False):
        axes.plot(path, "o-", markersize=3, color=colour, label=f"alpha = {rate:g}")
    axes.set(xlabel="step", ylabel="theta (best: 3)", xticks=range(0, steps + 1, 5))
    axes.legend()
    checks = [
        near("distance to 3 after 20 steps, alpha 0.1", 3 - paths[alpha][20], 3 * 0.8**20, 1e-12),
        near("distance to 3 after 20 steps, alpha 1.05", abs(3 - paths[1.05][20]), 3 * 1.1**20, 1e-9),
    ]
    return Shown(checks, figure, "One path creeps to 3, one jumps from side to side towards it, one away from it.")


def questions(measured) -> list[Question]:
    return [
        Question(
            "In which order does backpropagation compute?",
            ("Slopes first, then values", "Values forward, then slopes backward", "Both forward"),
            1,
            "The slope of each operation needs the values of the forward pass.",
        ),
        Question(
            "Two paths lead from a weight to the loss. What is its gradient?",
            ("The product of both", "The larger one", "The sum of both"),
            2,
            "A change of the weight acts over both at once; leaving one out misses "
            f"{measured['S34']['share of the gradient that one path alone misses']:.0%} here.",
        ),
        Question(
            "y = w2 exp(w1 x) with w1 = 0.7, w2 = 2, x = 1.5. How large is dy/dw1?",
            (f"{measured['S37']['dy/dw2']:.2f}", f"{measured['S37']['dy/dw1']:.2f}", "1.50"),
            1,
            "w2 exp(w1 x) x: three times dy/dw2.",
        ),
    ]
