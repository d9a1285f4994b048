r"""Optimizers, each in a few lines

All of them take the same gradient and differ in what they remember of earlier ones. They are written out here, run on
the lectures' test surface, and compared with Keras over 100 steps.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, near

EPSILON = 1e-8


def sgd(g, s, t, rate):
    return -rate * g


def momentum(g, s, t, rate, alpha=0.9):
    s["v"] = alpha * s.get("v", 0) - rate * g
    return s["v"]


def adagrad(g, s, t, rate):
    s["h"] = s.get("h", 0) + g * g
    return -rate * g / np.sqrt(s["h"] + EPSILON)


def rmsprop(g, s, t, rate, rho=0.9):
    s["h"] = rho * s.get("h", 0) + (1 - rho) * g * g
    return -rate * g / np.sqrt(s["h"] + EPSILON)


def adadelta(g, s, t, rate, rho=0.95):
    s["h"] = rho * s.get("h", 0) + (1 - rho) * g * g
    step = -np.sqrt(s.get("d", 0) + EPSILON) / np.sqrt(s["h"] + EPSILON) * g
    s["d"] = rho * s.get("d", 0) + (1 - rho) * step * step
    return rate * step


def adam(g, s, t, rate, beta1=0.9, beta2=0.999, epsilon=EPSILON):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g * g
    m, v = s["m"] / (1 - beta1**t), s["v"] / (1 - beta2**t)
    return -rate * m / (np.sqrt(v) + epsilon)


def adamax(g, s, t, rate, beta1=0.9, beta2=0.999):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["u"] = np.maximum(beta2 * s.get("u", 0), abs(g))
    return -rate * s["m"] / ((1 - beta1**t) * (s["u"] + EPSILON))


def path(rule, rate, steps=30):
    """Where `rule` goes from (-7, 2) on f(x, y) = x^2 / 20 + y^2, the start first."""
    w, state = [np.array([-7.0, 2.0])], {}
    for t in range(1, steps + 1):
        gradient = w[-1] * [1 / 10, 2]
        w.append(w[-1] + rule(gradient, state, t, rate))
    return np.array(w)


def surface(w):
    return w[..., 0] ** 2 / 20 + w[..., 1] ** 2


def of_keras(optimizer, steps=100):
    """The same path, walked by an optimizer of Keras in 64 bits."""
    import keras

    w = keras.Variable(np.array([-7.0, 2.0]), dtype="float64")
    walked = [np.array(w)]
    for _ in range(steps):
        optimizer.apply([np.array(w) * [1 / 10, 2]], [w])
        walked.append(np.array(w))
    return np.array(walked)


def apart(one, other):
    """Largest distance of two paths, in units of the start's distance."""
    return abs(one - other).max() / 7


def s40_test_surface(rate: float = 0.95, momentum_rate: float = 0.1, adagrad_rate: float = 1.5, adam_rate: float = 0.3):
    r"""Four optimizers on a long valley

    The surface is twenty times steeper across than along. Gradient descent jumps from wall to wall, momentum swings
    through, AdaGrad evens out the two directions, and Adam does so with momentum. After 30 steps the heights are those
    below; the rules `sgd`, `momentum`, `adagrad` and `adam` are above, and `path` walks them.

    Formula: f(x, y) = \frac{x^2}{20} + y^2, \qquad \nabla f = \left( \frac{x}{10}, 2 y \right)

    Source: Saitoh 2016, Deep learning from scratch, section 6.1: start (-7, 2) and rates

    Where: `--optimizer sgd`, `momentum`, `adagrad`, `adam`; lesson "momentum" of `python -m apps.playground`
    """
    rules = {
        "SGD": (sgd, rate),
        "momentum": (momentum, momentum_rate),
        "AdaGrad": (adagrad, adagrad_rate),
        "Adam": (adam, adam_rate),
    }
    paths = {name: path(*one) for name, one in rules.items()}
    heights = {name: surface(one[-1]) for name, one in paths.items()}
    # Picture
    figure, frames = panels(2, 2, width=8.4, height=5.2, sharex=True, sharey=True)
    x, y = np.meshgrid(np.linspace(-8, 8, 100), np.linspace(-3.4, 3.4, 100))
    for axes, (name, one), colour in zip(frames, paths.items(), PALETTE, strict=False):
        axes.contour(x, y, x**2 / 20 + y**2, levels=[0.1, 0.5, 1, 2, 4, 7, 11], colors="#bbbbbb", linewidths=0.7)
        axes.plot(one[:, 0], one[:, 1], "o-", color=colour, markersize=3, linewidth=1)
        axes.plot(0, 0, "+", color=PALETTE[6], markersize=9)
        axes.set_title(f"{name}, rate {rules[name][1]:g}: {heights[name]:.4f}")
    for axes in frames[2:]:
        axes.set_xlabel("x")
    for axes in frames[::2]:
        axes.set_ylabel("y")
    expected = {"SGD": 0.01332680, "momentum": 0.04793696, "AdaGrad": 0.00072195, "Adam": 0.10220513}
    checks = [near(f"height after 30 steps, {name}", heights[name], one, 1e-8) for name, one in expected.items()]
    return Shown(
        checks, figure, "Four paths in a valley: SGD in zigzags, momentum in swings, AdaGrad straight, Adam in a curve."
    )


def s41_momentum(rate: float = 0.1, alpha: float = 0.9):
    r"""Momentum keeps a velocity, and is Keras' SGD with momentum

    The velocity loses a tenth in each step and gains the new gradient. Gradients that agree add up to ten times the
    step, those that change their sign cancel.

    Formula: v \leftarrow \alpha v - \eta \, g, \qquad W \leftarrow W + v

    Source: Polyak 1964, Some methods of speeding up the convergence of iteration methods

    Where: `training/optimizers.py`, `Momentum`; `--optimizer momentum --momentum 0.9`
    """
    import keras

    own = path(lambda g, s, t, rate: momentum(g, s, t, rate, alpha), rate, 100)
    other = of_keras(keras.optimizers.SGD(rate, momentum=alpha))
    state, steady = {}, 0
    for t in range(1, 301):
        steady = momentum(1.0, state, t, rate, alpha)
    # Picture
    figure, axes = canvas()
    axes.plot(own[:, 1], color=PALETTE[0], label="y, written out")
    axes.plot(range(0, 101, 5), other[::5, 1], ".", color=PALETTE[1], label="y, Keras")
    axes.set(xlabel="step", ylabel="y on the test surface")
    axes.legend()
    checks = [
        at_most("largest distance from Keras, 100 steps", apart(own, other), 1e-6),
        near("steady step for a constant gradient, in rates", -steady / rate, 10, 1e-9),
    ]
    return Shown(checks, figure, "A damped swing of y around 0; Keras' points lie on the curve.")


def s42_adaptive_rules(rate: float = 0.5):
    r"""AdaGrad, RMSprop, Adadelta and Adamax divide by the size of past gradients

    AdaGrad sums all squares, so its steps only shrink. RMSprop averages them with decay, Adadelta also measures its own
    steps and starts very slowly, Adamax takes the largest recent size. Each is Keras' rule over 100 steps.

    Formula: \text{AdaGrad: } h \leftarrow h + g^2, \; w \leftarrow w - \frac{\eta \, g}{\sqrt{h}}, \qquad
    \text{RMSprop: } h \leftarrow \rho h + (1 - \rho) g^2

    Source: Duchi, Hazan and Singer 2011; Tieleman and Hinton 2012; Zeiler 2012; Kingma and Ba 2015, section 7.1

    Where: `--optimizer adagrad`, `rmsprop`, `adadelta`, `adamax`
    """
    import keras

    make = keras.optimizers
    pairs = {
        "AdaGrad": (adagrad, make.Adagrad(rate, initial_accumulator_value=0.0, epsilon=EPSILON)),
        "RMSprop": (rmsprop, make.RMSprop(rate, rho=0.9, epsilon=EPSILON)),
        "Adadelta": (adadelta, make.Adadelta(rate, rho=0.95, epsilon=EPSILON)),
        "Adamax": (adamax, make.Adamax(rate, epsilon=EPSILON)),
    }
    own = {name: path(rule, rate, 100) for name, (rule, _) in pairs.items()}
    distance = {name: apart(own[name], of_keras(other)) for name, (_, other) in pairs.items()}
    # Picture
    figure, axes = canvas()
    for place, (name, one) in enumerate(own.items()):
        axes.semilogy(np.maximum(surface(one), 1e-12), color=PALETTE[place], label=name)
    axes.set(xlabel="step", ylabel="height on the test surface")
    axes.legend()
    checks = [at_most(f"largest distance from Keras, {name}", one, 1e-5) for name, one in distance.items()]
    checks.append(
        at_most("way of Adadelta in 100 steps, of 7", abs(own["Adadelta"][-1] - own["Adadelta"][0]).max(), 0.1)
    )
    return Shown(
        checks, figure, "RMSprop and Adamax get low and swing, AdaGrad falls ever more slowly, Adadelta hardly moves."
    )


def s43_adam(rate: float = 0.3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = EPSILON):
    r"""Adam divides an average of gradients by an average of their size

    Both averages start at 0 and are too small at first; dividing by 1 - beta^t corrects that exactly, so the first step
    is one learning rate in each direction whatever the size of the gradient.

    Formula: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
    w \leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}

    Source: Kingma and Ba 2015, Adam: beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8

    Where: `training/optimizers.py`, `Adam`; the usual optimizer of every app
    """
    import keras

    own = path(lambda g, s, t, rate: adam(g, s, t, rate, beta1, beta2, epsilon), rate, 100)
    paper = of_keras(keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8))
    first = abs(own[1] - own[0])
    tiny = -adam(1e-8, {}, 1, 1.0, beta1, beta2, epsilon)
    # Picture
    figure, axes = canvas()
    for place, name in enumerate(("x", "y")):
        axes.plot(own[:, place], color=PALETTE[place], label=f"{name}, written out")
        axes.plot(range(0, 101, 5), paper[::5, place], ".", color=PALETTE[6], label="Keras" if place else None)
    axes.set(xlabel="step", ylabel="place on the test surface")
    axes.legend()
    checks = [
        at_most("largest distance from Keras with the paper's constants", apart(own, paper), 1e-5),
        near("first step along x, in rates", first[0] / rate, 1, 1e-6),
        near("first step along y, in rates", first[1] / rate, 1, 1e-6),
        near("first step for a gradient of 1e-8, in rates", tiny, 0.5, 1e-6),
        near("height after 30 steps", surface(own[30]), 0.10220513, 1e-8),
    ]
    return Shown(checks, figure, "x and y swing into 0; Keras' points lie on both curves.")


def questions(measured) -> list[Question]:
    heights = measured["S40"]
    best = min(heights, key=heights.get).removeprefix("height after 30 steps, ")
    return [
        Question(
            "Which optimizer was lowest on the test surface after 30 steps?",
            ("SGD", best, "Adam"),
            1,
            f"Its height was {min(heights.values()):.4f}; the rates are the book's; others change the order.",
        ),
        Question(
            "A gradient stays the same for long. How large is the step of momentum 0.9?",
            ("The rate times the gradient", "0.9 of that", "10 times that"),
            2,
            "1 / (1 - 0.9): the steps of the past add up to a geometric series.",
        ),
        Question(
            "The gradient is 1000 times smaller. How large is Adam's first step?",
            ("1000 times smaller", "The same", "About 32 times smaller"),
            1,
            "The gradient is divided by its own size: the step was "
            f"{measured['S43']['first step along x, in rates']:.2f} rates.",
        ),
    ]
