r"""Slips in the lectures' gradients, and by how much they are wrong

A factor left out or an index taken from the wrong layer still gives a number, and training with it often still moves.
Only a comparison with a shift of the weight itself finds such a slip.
"""

import numpy as np

from lectures.drawing import compared
from lectures.question import Question
from lectures.shown import Shown, at_most, near


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(w1=0.9, b1=0.2, w2=-1.3, b2=0.1, a0=0.6, target=1.0):
    """The squared error of two sigmoid units in a row, a0 -> a1 -> a2."""
    a1 = sigmoid(w1 * a0 + b1)
    return (sigmoid(w2 * a1 + b2) - target) ** 2


def slope(f, value, h=1e-6):
    return (f(value + h) - f(value - h)) / (2 * h)


def relative(a, n):
    return abs(a - n) / (abs(a) + abs(n))


def chain(w1=0.9, b1=0.2, w2=-1.3, b2=0.1, a0=0.6, target=1.0):
    """dC/da2, da2/da1 and da1/dz1 of the two units."""
    a1 = sigmoid(w1 * a0 + b1)
    a2 = sigmoid(w2 * a1 + b2)
    return 2 * (a2 - target), a2 * (1 - a2) * w2, a1 * (1 - a1)


def e13_index_of_the_layer(a0: float = 0.6):
    r"""The factor between two layers is the slope of the later one by the earlier one

    The lecture prints the slope of the first layer's output by itself, which is 1 and so no factor at all. The second
    layer's output by the first's is its own slope times the weight between them. With the slip the gradient of w1 has
    even the wrong sign, as w2 is negative.

    Formula: \text{printed: } \frac{\partial a_0^{(1)}}{\partial a_0^{(1)}}, \qquad
    \text{right: } \frac{\partial a_0^{(2)}}{\partial a_0^{(1)}} = \sigma'(z^{(2)}) w^{(2)}

    Source: the lectures' slide on a chain of single units

    Where: row S36
    """
    dc_da2, da2_da1, da1_dz1 = chain(a0=a0)
    right = dc_da2 * da2_da1 * da1_dz1 * a0
    printed = dc_da2 * 1 * da1_dz1 * a0
    true = slope(lambda w1: cost(w1=w1, a0=a0), 0.9)
    # Picture
    figure = compared(["by\ndifferences", "right", "as printed"], [true, right, printed], "dC / dw of the first unit")
    checks = [
        at_most("relative error, right", relative(right, true), 1e-7),
        near("relative error, as printed", relative(printed, true), 1, 1e-9),
        near("printed over right, 1 / (da2 / da1)", printed / right, 1 / da2_da1, 1e-9),
        near("the factor da2 / da1", da2_da1, -0.2801699192, 1e-9),
    ]
    return Shown(
        checks, figure, "The right form equals the true slope; the printed one has the other sign and is larger."
    )


def e14_missing_factor():
    r"""The gradient of the first bias also passes through the second layer

    For the bias the lecture leaves the factor between the layers out altogether. The path from b1 to the cost leads
    over z1, a1, z2 and a2, and each arrow is a factor.

    Formula: \text{printed: } \frac{\partial a^{(1)}}{\partial b^{(1)}} \frac{\partial C}{\partial a^{(2)}}, \qquad
    \text{right: } \frac{\partial a^{(1)}}{\partial b^{(1)}} \frac{\partial a^{(2)}}{\partial a^{(1)}} \frac{\partial
    C}{\partial a^{(2)}}

    Source: the lectures' slide on a chain of single units

    Where: row S36
    """
    dc_da2, da2_da1, da1_dz1 = chain()
    right = dc_da2 * da2_da1 * da1_dz1
    printed = dc_da2 * da1_dz1
    true = slope(lambda b1: cost(b1=b1), 0.2)
    # Picture
    figure = compared(["by\ndifferences", "right", "as printed"], [true, right, printed], "dC / db of the first unit")
    checks = [
        at_most("relative error, right", relative(right, true), 1e-7),
        near("relative error, as printed", relative(printed, true), 1, 1e-9),
        near("right over printed, the factor left out", right / printed, -0.2801699192, 1e-9),
    ]
    return Shown(checks, figure, "The right form equals the true slope; without the factor the sign is wrong.")


def e15_weight_of_the_layer():
    r"""The last sum depends on the last weight

    In the notation of the 2-4-1 network the sum of layer L is made with the weights of layer L, so the last factor is
    dz(L)/dw(L) = a(L-1). Read as printed, by the weights of layer L-1, it is the gradient of another weight.

    Formula: z^{(L)} = w^{(L)} a^{(L-1)} + b^{(L)}, \qquad \frac{\partial z^{(L)}}{\partial w^{(L)}} = a^{(L-1)}, \qquad
    \frac{\partial z^{(L)}}{\partial w^{(L-1)}} = w^{(L)} \sigma'(z^{(L-1)}) a^{(L-2)}

    Source: the lectures' slide on the last layer

    Where: row S15
    """
    w1, b1, w2, b2, a0, target = 0.9, 0.2, -1.3, 0.1, 0.6, 1.0
    a1 = sigmoid(w1 * a0 + b1)
    a2 = sigmoid(w2 * a1 + b2)
    dc_dz2 = 2 * (a2 - target) * a2 * (1 - a2)
    right = dc_dz2 * a1
    printed = dc_dz2 * w2 * a1 * (1 - a1) * a0
    true = slope(lambda w2: cost(w2=w2), -1.3)
    # Picture
    figure = compared(
        ["by\ndifferences", "right:\nby w(L)", "printed:\nby w(L-1)"],
        [true, right, printed],
        "dC / dw of the last unit",
    )
    checks = [
        at_most("relative error, right", relative(right, true), 1e-7),
        near("relative error, as printed", relative(printed, true), 1, 1e-9),
        at_most(
            "printed is the gradient of the weight before", relative(printed, slope(lambda w: cost(w1=w), 0.9)), 1e-7
        ),
    ]
    return Shown(checks, figure, "By the last weight the slope is right; by the weight before it has the other sign.")


def e16_gradient_of_mse():
    r"""The gradient of the mean squared error keeps all samples and the slope of the activation

    The lecture sums over N samples but gives the sum an output's index; the derivative then keeps one term, has no
    slope of the activation, and calls the target y-hat. Written out: one sum over samples, divided by N; for output k
    only its own error; times the slope at that output; times the input of the weight.

    Formula: L = \frac{1}{N} \sum_{n} \sum_k (y_{nk} - t_{nk})^2, \qquad
    \frac{\partial L}{\partial w_{jk}} = \frac{2}{N} \sum_n (y_{nk} - t_{nk}) \, \sigma'(z_{nk}) \, h_{nj}

    Source: the lectures' slide on the gradient of the MSE

    Where: `evaluation/losses.py`; row S27
    """
    random = np.random.default_rng(0)
    h, t, w = random.normal(size=(5, 3)), random.integers(0, 2, (5, 2)) * 1.0, random.normal(size=(3, 2))
    y = sigmoid(h @ w)
    right = 2 / len(h) * h.T @ ((y - t) * y * (1 - y))
    one_term = 2 * np.outer(h[0], (y - t)[0] * (y * (1 - y))[0])
    no_slope = 2 / len(h) * h.T @ (y - t)
    true = np.zeros_like(w)
    for entry in np.ndindex(w.shape):
        unit = np.zeros_like(w)
        unit[entry] = 1
        true[entry] = slope(lambda v, unit=unit: np.mean(np.sum((sigmoid(h @ (w + v * unit)) - t) ** 2, axis=1)), 0.0)
    distance = [np.linalg.norm(one - true) / np.linalg.norm(true) for one in (right, one_term, no_slope)]
    printed = -2 * np.outer(h[0], (y - t)[0])
    # Picture
    values = [one[0, 0] for one in (true, right, one_term, no_slope, printed)]
    figure = compared(
        ["by differ-\nences", "right", "one term", "no slope", "printed"],
        values,
        "dL / dw of the first weight",
        right=2,
    )
    checks = [
        at_most("relative distance, right", distance[0], 1e-7),
        near("relative distance, one term only", distance[1], 1.497052, 1e-6),
        near("relative distance, no slope of the activation", distance[2], 3.333627, 1e-6),
        near("relative distance, as printed", np.linalg.norm(printed - true) / np.linalg.norm(true), 6.133166, 1e-6),
    ]
    return Shown(checks, figure, "Only the form with all samples and the slope equals the true gradient.")


def questions(measured) -> list[Question]:
    factor = measured["E13"]["the factor da2 / da1"]
    return [
        Question(
            "How large is the slope of a layer's output by itself?",
            ("0", "1", f"{factor:.2f}"),
            1,
            f"So a factor printed that way is none; the slope of the next layer by it was {factor:.2f} in the example.",
        ),
        Question(
            "How does one find a missing factor in a gradient?",
            ("Training stops", "The loss is not a number", "Shift the weight and compare"),
            2,
            "The slip still gives a number; its relative error was "
            f"{measured['E14']['relative error, as printed']:.0f}, where 1e-7 is right.",
        ),
        Question(
            "What does the gradient of the mean squared error by a weight of output k sum over?",
            ("The samples", "The outputs", "Neither: it has one term"),
            0,
            "Of the outputs only k depends on that weight; every sample does.",
        ),
    ]
