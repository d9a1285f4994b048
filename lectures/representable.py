r"""What a network can represent

With enough hidden units a network comes as close as one likes to any continuous function. Here one is written in by
hand and learned again, a table of random numbers is stored in the weights, and depth is compared with width.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, in_most, near


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def double_sigmoid(x, a=1.0, b=0.2, c=0.7, k1=-5.0, m1=-1.0, k2=5.0, m2=1.0):
    return b + (a - b) / (1 + np.exp(-k1 * (x - m1))) + (c - b) / (1 + np.exp(-k2 * (x - m2)))


def s16_double_sigmoid(a: float = 1.0, b: float = 0.2, c: float = 0.7, noise: float = 0.02, seeds: int = 10):
    r"""Two hidden sigmoid units hold the double sigmoid exactly, and learn it

    The curve goes from a to b to c in two smooth steps, k1 and k2 steep, at m1 and m2. Substitute the weights below
    and the network is the curve. Then forget them: from 100 noisy points and random starts, 8000 steps of
    gradient descent with Adam's rule come back to it.

    Formula: w_{11} = k_1, \; w_{21} = -k_1 m_1, \; w_{12} = k_2, \; w_{22} = -k_2 m_2, \quad
    \text{out: } (a - b), \; (c - b), \; b

    Source: the lectures' regression example with its double sigmoid

    Where: `python -m apps.regress --data curve.csv mlp --hidden 2 --activation sigmoid`
    """
    k1, m1, k2, m2 = -5.0, -1.0, 5.0, 1.0
    x = np.linspace(-3, 3, 100)
    hidden = sigmoid(x[:, None] @ [[k1, k2]] + [-k1 * m1, -k2 * m2])
    exact = hidden @ [a - b, c - b] + b
    random = np.random.default_rng(0)
    y = double_sigmoid(x, a, b, c) + noise * random.normal(size=(seeds, 100))
    w = [random.normal(0, 2, (seeds, 2)) for _ in range(2)] + [random.normal(0, 0.5, (seeds, 2)), np.zeros((seeds, 1))]
    m, v = [0 * one for one in w], [0 * one for one in w]
    for step in range(1, 8001):
        h = sigmoid(x[:, None] * w[0][:, None] + w[1][:, None])
        output = (h @ w[2][:, :, None])[:, :, 0] + w[3]
        d = (output - y) / 100
        dz = d[:, :, None] * w[2][:, None] * h * (1 - h)
        gradients = [(dz * x[:, None]).sum(1), dz.sum(1), (d[:, :, None] * h).sum(1), d.sum(1, keepdims=True)]
        for k, g in enumerate(gradients):
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g**2
            w[k] = w[k] - 0.02 * m[k] / (1 - 0.9**step) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    error = np.sqrt(np.mean((output - double_sigmoid(x, a, b, c)) ** 2, axis=1))
    # Picture
    figure, axes = canvas()
    axes.plot(x, y[0], ".", color="#999999", label="100 noisy points")
    for seed in range(seeds):
        axes.plot(
            x, output[seed], color=PALETTE[0], linewidth=0.8, label=f"learned, {seeds} starts" if seed == 0 else None
        )
    axes.plot(x, exact, "--", color=PALETTE[1], label="weights by the formula")
    axes.set(xlabel="x", ylabel="y")
    axes.legend()
    checks = [
        at_most("largest difference, weights by the formula", abs(exact - double_sigmoid(x, a, b, c)).max(), 1e-12),
        in_most("learned: root mean squared error below 0.01", error < 0.01),
        at_most("root mean squared error, median of the seeds", np.median(error), 0.01),
    ]
    return Shown(checks, figure, "A curve of two steps: the learned networks and the exact one lie on each other.")


def descent(sizes, x, y, seeds, steps, rate=0.01):
    """Outputs of `seeds` tanh networks, trained at once by gradient descent on the squared error with Adam's rule."""
    random, layers = np.random.default_rng(0), len(sizes) - 1
    w = [random.normal(0, 1 / np.sqrt(a), (seeds, a, b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    w += [random.normal(0, 0.1, (seeds, 1, units)) for units in sizes[1:]]  # the biases
    m, v = [0 * one for one in w], [0 * one for one in w]
    for step in range(1, steps + 1):
        a = [np.broadcast_to(x, (seeds, *x.shape))]
        for layer in range(layers):
            z = a[-1] @ w[layer] + w[layers + layer]
            a.append(np.tanh(z) if layer < layers - 1 else z)
        d = (a[-1] - y) / len(x)
        for layer in reversed(range(layers)):
            gradients = {layer: a[layer].swapaxes(1, 2) @ d, layers + layer: d.sum(1, keepdims=True)}
            d = d @ w[layer].swapaxes(1, 2) * (1 - a[layer] ** 2)
            for k, g in gradients.items():
                m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g**2
                w[k] = w[k] - rate * m[k] / (1 - 0.9**step) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    return a[-1]


def s17_depth_and_width(steps: int = 2000, seeds: int = 10):
    r"""At equal parameters the deep and narrow network fits better than the shallow and wide one

    Cybenko proved that one hidden layer suffices, not that it is cheap. A square wave is learned by one layer of 43
    units (130 parameters) and by three layers of 7 (134), in the same number of steps by `descent`: the deep one is
    nearer for nearly every seed. This is one target; on smooth ones the difference is smaller.

    Formula: \sup_x |f(x) - \sum_{j=1}^{n} v_j \sigma(w_j x + b_j)| < \varepsilon \text{ for some } n

    Source: Cybenko 1989, Approximation by superpositions of a sigmoidal function; Telgarsky 2016, Benefits of depth in
    neural networks

    Where: `--hidden 43` against `--hidden 7 7 7`; `python -m tuning.classify` searches both; lesson "spiral" of
    `python -m apps.playground`
    """
    x = np.linspace(-1, 1, 100)[:, None]
    y = np.sign(np.sin(9 * x))
    shallow, deep = (1, 43, 1), (1, 7, 7, 7, 1)
    count = [sum((a + 1) * b for a, b in zip(one[:-1], one[1:], strict=True)) for one in (shallow, deep)]
    outputs = [descent(one, x, y, seeds, steps) for one in (shallow, deep)]
    error = [np.sqrt(np.mean((one - y) ** 2, axis=(1, 2))) for one in outputs]
    # Picture
    figure, (left, right) = panels(2, width=8.4)
    for place, (name, colour) in enumerate((("1 layer of 43", PALETTE[1]), ("3 layers of 7", PALETTE[0]))):
        left.plot(x[:, 0], outputs[place][0, :, 0], color=colour, label=name)
        right.plot(np.full(seeds, place), error[place], "o", color=colour)
        right.plot([place - 0.2, place + 0.2], [error[place].mean()] * 2, color=colour)
    left.plot(x[:, 0], y[:, 0], ".", color="#999999", markersize=3, label="target")
    left.set(xlabel="x", ylabel="y", ylim=(-1.4, 2.4))
    left.legend(fontsize=8, ncols=2, loc="upper left")
    right.set(ylabel=f"root mean squared error, {seeds} seeds", xlim=(-0.5, 1.5), ylim=(0, None))
    right.set_xticks([0, 1], [f"1 layer\n{count[0]} parameters", f"3 layers\n{count[1]} parameters"])
    checks = [
        near("parameters, shallow", count[0], 130, 0),
        near("parameters, deep", count[1], 134, 0),
        in_most("the deep network is nearer", error[1] < error[0]),
        at_most("error of the deep over that of the shallow, medians", np.median(error[1]) / np.median(error[0]), 0.7),
    ]
    return Shown(
        checks, figure, "Three layers of 7 units follow the corners of a square wave, one layer of 43 rounds them."
    )


def questions(measured) -> list[Question]:
    ratio = measured["S17"]["error of the deep over that of the shallow, medians"]
    return [
        Question(
            "How many hidden sigmoid units does the double sigmoid need?",
            ("2", "One for each point of the data", "It can only be approached"),
            0,
            "Each step is one sigmoid; the largest difference of the two was "
            f"{measured['S16']['largest difference, weights by the formula']:.0e}.",
        ),
        Question(
            "What does the theorem of universal approximation promise?",
            (
                "That gradient descent finds the best network",
                "That one hidden layer with enough units comes as close as wanted",
                "That deep networks are better than shallow ones",
            ),
            1,
            "It is about what exists. It says neither how many units it takes nor how to find them.",
        ),
        Question(
            "On the square wave, at equal parameters, which error had the deep network compared with the shallow one?",
            ("The same", f"{ratio:.2f} times its error", f"{1 / ratio:.1f} times its error"),
            1,
            "Each layer bends what the one before has bent, so that few units make many steps.",
        ),
    ]
