r"""Losses, with the exact numbers

A loss says how wrong an answer is, in one number. This chapter computes the figures of the lectures, and shows where
two definitions of the same name give different ones.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, near


def slope(f, z, h=1e-6):
    return (f(z + h) - f(z - h)) / (2 * h)


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def softmax(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def s26_squared_loss():
    r"""Half the squared error has the error itself as its slope

    The factor 1/2 is there for the derivative: the 2 of the square cancels it, and the slope by the output is the
    output minus the target. It sums over the outputs and does not divide.

    Formula: L = \frac{1}{2} \sum_k (y_k - y_k^*)^2, \qquad \frac{\partial L}{\partial y_k} = y_k - y_k^*

    Source: Gauss 1809 and Legendre 1805, least squares

    Where: `evaluation/losses.py`; row E16 for what the lectures' gradient gets wrong; lesson "regression" of
    `python -m apps.playground`
    """
    y, target = np.array([0.7, 0.2, -0.4]), np.array([1.0, 0.0, 0.0])
    loss = 0.5 * np.sum((y - target) ** 2)
    by_difference = [slope(lambda v, k=k: 0.5 * np.sum((y + v * np.eye(3)[k] - target) ** 2), 0.0) for k in range(3)]
    # Picture
    figure, axes = canvas()
    errors = np.linspace(-2, 2, 101)
    axes.plot(errors, errors**2 / 2, color=PALETTE[0], label="half the square")
    axes.plot(errors, errors, "--", color=PALETTE[1], label="its slope: the error")
    axes.set(xlabel="output minus target", ylabel="loss, slope")
    axes.legend()
    checks = [
        near("loss of the example", loss, 0.145, 1e-12),
        at_most("largest difference of the slope from the error", abs(by_difference - (y - target)).max(), 1e-9),
    ]
    return Shown(checks, figure, "A parabola and its slope, a straight line through 0.")


def s27_mean_squared_error(outliers: float = 10.0):
    r"""The mean squared error does not grow with the number of rows, and the mean is what minimises it

    Divided by N, the loss of twice the data is the same, and so is the learning rate that suits it. The constant with
    the smallest mean squared error is the mean of the targets, which one outlier drags away.

    Formula: \text{MSE} = \frac{1}{N} \sum_{n=1}^{N} (y_n - y_n^*)^2

    Source: Gauss 1809, Theoria motus corporum coelestium

    Where: `evaluation/losses.py`, `mean_squared_error`; the loss of `python -m apps.autoencode`
    """
    t = np.array([1.0, 2.0, 3.0, 4.0, outliers])
    candidates = np.linspace(0, 10, 10001)
    errors = np.mean((candidates[:, None] - t) ** 2, axis=1)
    twice = np.mean((candidates[:, None] - np.tile(t, 2)) ** 2, axis=1)
    # Picture
    figure, axes = canvas()
    axes.plot(candidates, errors, color=PALETTE[0])
    axes.plot(t, 0 * t, "|", color=PALETTE[6], markersize=14)
    axes.annotate("the mean", (t.mean(), errors.min()), (5.5, 30), arrowprops={"arrowstyle": "->"})
    axes.set(xlabel="constant answer (bars: the five targets)", ylabel="mean squared error", ylim=(-3, None))
    checks = [
        near("constant with the smallest loss", candidates[errors.argmin()], 4.0, 1e-9),
        near("smallest loss", errors.min(), 10.0, 1e-9),
        at_most("change of the loss when every row comes twice", abs(errors - twice).max(), 1e-12),
    ]
    return Shown(
        checks, figure, "The loss of a constant answer is a parabola whose lowest point is the mean of the targets."
    )


def s28_binary_cross_entropy():
    r"""Binary cross-entropy on a sigmoid has the gradient output minus target, times the input

    The slope of the logarithm cancels the slope s (1 - s) of the sigmoid. A unit that is sure and wrong gets the
    largest gradient, with the squared error nearly none.

    Formula: L = -y^* \ln y - (1 - y^*) \ln(1 - y), \quad y = \sigma(w z), \quad
    -\frac{\partial L}{\partial w_j} = (y^* - y) z_j

    Source: Cox 1958; Bishop 1995, Neural networks for pattern recognition, section 6.7

    Where: `training/losses.py`; `python -m apps.classify` on two classes
    """
    z, w, target = np.array([1.0, -0.5, 2.0]), np.array([0.4, 0.3, -0.7]), 1.0
    y = sigmoid(w @ z)
    by_hand = (target - y) * z

    def loss(w):
        return -target * np.log(sigmoid(w @ z)) - (1 - target) * np.log(1 - sigmoid(w @ z))

    by_difference = np.array([-slope(lambda v, j=j: loss(w + v * np.eye(3)[j]), 0.0) for j in range(3)])
    s = -6.0  # sure, and wrong
    gradients = sigmoid(s) - target, (sigmoid(s) - target) * sigmoid(s) * (1 - sigmoid(s))
    # Picture
    figure, axes = canvas()
    sums = np.linspace(-8, 8, 201)
    axes.plot(sums, target - sigmoid(sums), color=PALETTE[0], label="cross-entropy")
    squared = (target - sigmoid(sums)) * sigmoid(sums) * (1 - sigmoid(sums))
    axes.plot(sums, squared, color=PALETTE[1], label="half the squared error")
    axes.set(xlabel="sum of the unit, target 1", ylabel="size of the gradient")
    axes.legend()
    checks = [
        at_most("relative error, differences", max(abs(by_hand - by_difference) / abs(by_hand)), 1e-7),
        near("loss of the example", loss(w), 1.4250806, 1e-6),
        near("gradient when sure and wrong, cross-entropy", abs(gradients[0]), 0.9975274, 1e-6),
        near("gradient when sure and wrong, squared error", abs(gradients[1]), 0.0024604, 1e-6),
    ]
    return Shown(
        checks, figure, "Where the unit is sure and wrong, cross-entropy pulls with full force, the square hardly."
    )


def s29_categorical_cross_entropy(classes: int = 10):
    r"""Categorical cross-entropy is minus the natural logarithm of the true class's probability

    Only the probability of the true class counts. Guessing among 10 classes costs ln 10 = 2.3026, in nats; a logarithm
    of base 2 would give 3.3219 bits. With softmax the gradient by the logits is again output minus target.

    Formula: L = -\sum_k y_k^* \ln y_k, \qquad \frac{\partial L}{\partial z_k} = y_k - y_k^*

    Source: Good 1952, Rational decisions; Bridle 1990 for the softmax

    Where: `evaluation/losses.py`, `cross_entropy`; the loss at the start of every training of a classifier
    """
    p = np.full(classes, 1 / classes)
    target = np.eye(classes)[2]
    guess = -np.sum(target * np.log(p))
    z = np.random.default_rng(0).normal(size=classes)
    unit = np.eye(classes)
    by_difference = [slope(lambda v, k=k: -np.log(softmax(z + v * unit[k])[2]), 0.0) for k in range(classes)]
    # Picture
    figure, axes = canvas()
    probability = np.linspace(0.005, 1, 200)
    axes.plot(probability, -np.log(probability), color=PALETTE[0], label="nats: ln")
    axes.plot(probability, -np.log2(probability), "--", color="#777777", label="bits: log of base 2")
    axes.plot(1 / classes, guess, "o", color=PALETTE[1], label=f"guessing among {classes}")
    axes.set(xlabel="probability given to the true class", ylabel="cross-entropy")
    axes.legend()
    checks = [
        near("loss of guessing among 10 classes", guess, 2.302585093, 1e-9),
        near("the same in bits", -np.log2(p[2]), 3.321928095, 1e-9),
        at_most("largest difference of the slope from y - y*", abs(by_difference - (softmax(z) - target)).max(), 1e-8),
    ]
    return Shown(checks, figure, "The loss falls from infinity to 0 as the probability of the true class goes to 1.")


def s30_absolute_and_hinge(outlier: float = 10.0):
    r"""The absolute error is minimised by the median; the hinge asks for a margin and no more

    One outlier among five targets pulls the mean to 4; the median stays at 3, however far out it lies. The hinge loss
    of support vector machines is 0 once the answer is right by a margin of 1.

    Formula: \text{MAE} = \frac{1}{N} \sum_n |y_n - y_n^*|, \qquad \text{hinge} = \max(0, 1 - y^* s), \; y^* = \pm 1

    Source: Laplace 1774 for the median; Cortes and Vapnik 1995, Support-vector networks

    Where: `evaluation/regression.py` reports the mean absolute error
    """
    t = np.array([1.0, 2.0, 3.0, 4.0, outlier])
    candidates = np.linspace(0, 10, 10001)
    errors = np.mean(abs(candidates[:, None] - t), axis=1)
    margins = np.linspace(-2, 3, 501)
    hinge = np.maximum(0, 1 - margins)
    # Picture
    figure, (left, right) = panels(2, width=8)
    left.plot(candidates, errors, color=PALETTE[0])
    left.plot(t, 0 * t, "|", color=PALETTE[6], markersize=14)
    left.annotate("the median", (np.median(t), errors.min()), (4.5, 1), arrowprops={"arrowstyle": "->"})
    left.set(xlabel="constant answer (bars: targets)", ylabel="mean absolute error")
    right.plot(margins, hinge, color=PALETTE[1], label="hinge")
    right.plot(margins, np.log1p(np.exp(-margins)), "--", color=PALETTE[0], label="cross-entropy")
    right.set(xlabel="target times sum: right where positive", ylabel="loss")
    right.legend()
    checks = [
        near("constant with the smallest absolute error", candidates[errors.argmin()], 3.0, 1e-9),
        near("smallest mean absolute error", errors.min(), 2.2, 1e-9),
        near("hinge loss at a margin of 0", np.maximum(0, 1 - 0), 1, 0),
        near("smallest margin without loss", margins[hinge <= 1e-12].min(), 1, 1e-9),
    ]
    return Shown(checks, figure, "The absolute error is lowest at the median; the hinge is 0 beyond a margin of 1.")


def questions(measured) -> list[Question]:
    sure = measured["S28"]["gradient when sure and wrong, cross-entropy"]
    return [
        Question(
            "What should the loss of an untrained classifier of 10 classes be, in nats?",
            ("0", "1", f"{measured['S29']['loss of guessing among 10 classes']:.2f}"),
            2,
            "It guesses: -ln(1/10).",
        ),
        Question(
            "A sigmoid unit is sure and wrong. With which loss is its gradient near 1?",
            (f"Cross-entropy: {sure:.3f}", "Half the squared error", "Both"),
            0,
            "With the square it is multiplied by s (1 - s): "
            f"{measured['S28']['gradient when sure and wrong, squared error']:.4f}.",
        ),
        Question(
            "Targets 1, 2, 3, 4 and 10: which constant has the smallest mean absolute error?",
            ("4, the mean", f"{measured['S30']['constant with the smallest absolute error']:.0f}, the median", "5.5"),
            1,
            "Moving it to either side brings it closer to fewer targets than it leaves.",
        ),
    ]
