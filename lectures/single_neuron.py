r"""The single neuron and how it learns

With a sigmoid in place of the step the neuron has a slope everywhere, and gradient descent can find its weights. That
is logistic regression, the smallest neural network; its boundary is still a line.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import line, points
from lectures.question import Question
from lectures.shown import Shown, at_most, in_most, near


def petals():
    """Length and width of the petals of 50 versicolor and 50 virginica irises, standardised, and 0 or 1 for each."""
    from sklearn.datasets import load_iris

    x, t = load_iris(return_X_y=True)
    x, t = x[50:, 2:], t[50:] - 1
    return (x - x.mean(axis=0)) / x.std(axis=0), t


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def s10_logistic_regression(rate: float = 4.0, steps: int = 5000):
    r"""Logistic regression is a network of one sigmoid unit

    Statisticians write the logarithm of the odds as a linear function of the inputs; solved for p that is a sigmoid
    unit. Gradient descent on its cross-entropy finds the weights that scikit-learn finds. The boundary p = 1/2 is
    where w x + b = 0, a line. The data are `petals`.

    Formula: \log \frac{p}{1 - p} = w x + b \iff p = \frac{1}{1 + e^{-(w x + b)}}

    Source: Cox 1958, The regression analysis of binary sequences; Fisher 1936 for the irises

    Where: `python -m apps.classify --data iris.csv logistic`; `models/logistic.py`; lesson "line" of `python -m
    apps.playground`
    """
    from sklearn.linear_model import LogisticRegression

    x, t = petals()
    w, b = np.zeros(2), 0.0
    for _ in range(steps):
        error = sigmoid(x @ w + b) - t
        w = w - rate * error @ x / len(x)
        b = b - rate * error.mean()
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, t)
    p = sigmoid(x @ w + b)
    odds = np.log(p / (1 - p))
    # Picture
    figure, axes = canvas(5, 3.8)
    points(axes, x, t, ("versicolor", "virginica"))
    line(axes, w, b, label="p = 1/2")
    for level, style in ((0.1, ":"), (0.9, "--")):
        line(axes, w, b - np.log(level / (1 - level)), linestyle=style, label=f"p = {level}")
    axes.set(xlabel="petal length (standard deviations)", ylabel="petal width (standard deviations)")
    axes.set(xlim=(-2.6, 2.6), ylim=(-2.2, 2.4))
    axes.legend(fontsize=8)
    checks = [
        at_most(
            "largest difference from scikit-learn's weights",
            abs(np.append(w - other.coef_[0], b - other.intercept_)).max(),
            1e-4,
        ),
        at_most("largest difference of the log odds from w x + b", abs(odds - (x @ w + b)).max(), 1e-7),
        near("share of the irises right", np.mean((p > 0.5) == t), 0.94, 0.01),
    ]
    return Shown(
        checks, figure, "The lines of equal probability are straight and parallel; p = 1/2 separates the species."
    )


def s11_delta_rule(rate: float = 0.1, epsilon: float = 1e-6):
    r"""One sigmoid neuron learns by eta (t - s) s (1 - s) x

    Differentiate half the squared error by w: the outer derivative is -(t - s), that of the sigmoid s (1 - s), that of
    the sum x. The step against the slope is the lecture's rule. Automatic differentiation and a small shift of each
    weight give the same step.

    Formula: E = \frac{1}{2} (t - s)^2, \quad s = \sigma(w x),
    \quad \Delta w = -\eta \frac{\partial E}{\partial w} = \eta (t - s) s (1 - s) x

    Source: Widrow and Hoff 1960 for the linear unit; Rumelhart, Hinton and Williams 1986 for the sigmoid

    Where: `layers/dense.py` with `layers/activations.py`, `sigmoid`
    """
    import tensorflow as tf

    x, w, t = np.array([1.0, 0.5, -1.5]), np.array([0.3, -0.8, 0.4]), 1.0
    s = sigmoid(w @ x)
    by_hand = rate * (t - s) * s * (1 - s) * x
    variable = tf.Variable(w)
    with tf.GradientTape() as tape:
        error = 0.5 * (t - tf.sigmoid(tf.reduce_sum(variable * x))) ** 2
    automatic = -rate * tape.gradient(error, variable).numpy()
    shifted = [0.5 * (t - sigmoid((w + sign * epsilon * np.eye(3)) @ x)) ** 2 for sign in (1, -1)]
    differences = -rate * (shifted[0] - shifted[1]) / (2 * epsilon)
    error = [max(abs(by_hand - other) / (abs(by_hand) + abs(other))) for other in (automatic, differences)]
    # Picture
    figure, axes = canvas()
    for place, (name, step) in enumerate(
        (("by hand", by_hand), ("automatic", automatic), ("differences", differences))
    ):
        axes.bar(np.arange(3) + 0.25 * (place - 1), step, 0.22, color=PALETTE[place], label=name)
    axes.axhline(0, color=PALETTE[6], linewidth=0.8)
    axes.set_xticks(range(3), [f"w{i}\nx{i} = {one:g}" for i, one in enumerate(x)])
    axes.set(xlabel="weight and its input", ylabel="step of the weight")
    axes.legend()
    checks = [
        at_most("relative error, automatic", error[0], 1e-12),
        at_most("relative error, differences", error[1], 1e-7),
        near("step of the first weight", by_hand[0], 0.0148145831, 1e-9),
    ]
    return Shown(
        checks, figure, "Three equal bars for each weight; a step is larger and turns its sign with the input."
    )


def s12_online_and_batch(rate: float = 0.5, epochs: int = 50, seeds: int = 10):
    r"""A neuron learns after each example, or after all of them and more slowly

    Online learning takes one step for each example, in a new random order each epoch; batch learning adds up the steps
    of all examples and takes them at once, here as a mean. With the same rate online has taken 100 steps when batch
    takes its first, so its error falls much sooner. Both draw one line, and it gets nearly all irises right.

    Formula: \text{online: } w \leftarrow w + \Delta w_n, \quad
    \text{batch: } w \leftarrow w + \frac{1}{N} \sum_n \Delta w_n

    Source: Bottou 1998, Online learning and stochastic approximations

    Where: `--batch-size 1`, and `--batch-size` with the number of rows
    """
    x, t = petals()
    x = np.hstack([x, np.ones((100, 1))])
    errors = np.zeros((2, seeds, epochs + 1))
    right = np.zeros((2, seeds))
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        start = random.normal(0, 0.5, 3)
        for way, parts in enumerate((100, 1)):  # online, batch
            w = start
            for epoch in range(epochs + 1):
                errors[way, seed, epoch] = np.mean((t - sigmoid(x @ w)) ** 2) / 2
                for rows in np.split(random.permutation(100), parts):
                    s = sigmoid(x[rows] @ w)
                    w = w + rate * ((t[rows] - s) * s * (1 - s)) @ x[rows] / len(rows)
            right[way, seed] = np.mean((x @ w > 0) == t)
    # Picture
    figure, axes = canvas()
    for way, name in enumerate(("online", "batch")):
        axes.plot(errors[way].mean(axis=0), color=PALETTE[way], label=name)
        axes.fill_between(range(epochs + 1), errors[way].min(0), errors[way].max(0), color=PALETTE[way], alpha=0.2)
    axes.set(xlabel="epoch", ylabel="half the mean squared error", ylim=(0, None))
    axes.legend(title=f"mean and range, {seeds} seeds")
    checks = [
        in_most("online: at least 92% right", right[0] >= 0.92),
        in_most("batch: at least 92% right", right[1] >= 0.92),
        in_most("online is ahead after one epoch", errors[0, :, 1] < errors[1, :, 1]),
        near("error after one epoch, online", errors[0, :, 1].mean(), 0.0276, 0.003),
        near("error after one epoch, batch", errors[1, :, 1].mean(), 0.151, 0.01),
    ]
    return Shown(
        checks, figure, "The error of online learning falls within an epoch, that of batch learning over many."
    )


def questions(measured) -> list[Question]:
    online, batch = (measured["S12"][f"error after one epoch, {way}"] for way in ("online", "batch"))
    return [
        Question(
            "After one epoch the error was "
            f"{online:.3f} with one way and {batch:.3f} with the other, at the same rate. Which is online learning?",
            (f"The one with {batch:.3f}", "They cannot be told apart", f"The one with {online:.3f}"),
            2,
            "It has taken a step for each of the 100 examples, batch learning only one in all.",
        ),
        Question(
            "What shape has the boundary p = 1/2 of logistic regression on two inputs?",
            ("A line", "An S, like the sigmoid", "A circle"),
            0,
            "The odds are even where w x + b = 0. "
            f"This line gets {measured['S10']['share of the irises right']:.0%} of the irises right.",
        ),
        Question(
            "A sigmoid neuron with squared error answers s = 0.999 where the target is 0. How large is its step?",
            ("Large, as the error is large", "Tiny, as s (1 - s) is nearly 0", "Zero, as the unit is saturated"),
            1,
            "The error of -0.999 is multiplied by s (1 - s) = 0.000999: a saturated unit learns slowly even when "
            "it is wrong. Cross-entropy cancels that factor (S28).",
        ),
    ]
