r"""The lectures' tables of losses, recomputed

Two networks can make the same errors and differ in how sure they are. The figures below are those of the lectures, with
the definitions that give them and those that do not.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, near

# Three voters (democrat, republican, other): the true class of each, and the probabilities of two networks.
VOTED = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]])
NETWORKS = {
    "NN1": np.array([[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]]),
    "NN2": np.array([[0.1, 0.2, 0.7], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]]),
}


def s31_one_digit(sure: float = 0.6):
    r"""One digit, two losses: 0.0975 and 0.5108

    A network sees a two and gives it the probability 0.6; the rest goes to other digits. Half the sum of squares counts
    all ten outputs, cross-entropy only that of the true class.

    Formula: \frac{1}{2} \sum_k (y_k - t_k)^2 = 0.0975, \qquad -\sum_k t_k \ln y_k = -\ln 0.6 = 0.5108

    Source: Saitoh 2016, Deep learning from scratch, section 4.2, whose example the lectures use

    Where: `evaluation/losses.py`
    """
    y = np.array([0.1, 0.05, sure, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
    t = np.eye(10)[2]
    half_squares = 0.5 * np.sum((y - t) ** 2)
    cross_entropy = -np.sum(t[t > 0] * np.log(y[t > 0]))
    # Picture
    figure, axes = canvas()
    axes.bar(range(10), y, color=[PALETTE[1] if k == 2 else PALETTE[0] for k in range(10)])
    axes.plot(range(10), t, "_", color=PALETTE[6], markersize=18, label="target")
    axes.set(xlabel="digit", ylabel="probability", xticks=range(10))
    axes.legend()
    checks = [
        near("half the sum of squares", half_squares, 0.0975, 1e-9),
        near("cross-entropy", cross_entropy, 0.5108256, 1e-6),
    ]
    return Shown(checks, figure, "Ten bars of probability: the digit 2 has 0.6, and the target is 1 there.")


def s32_three_voters():
    r"""Two networks with the same errors: cross-entropy and squares tell them apart

    Both networks get the third voter wrong, so both have a classification error of 1/3. NN1 is hardly surer where it is
    right and very sure where it is wrong; NN2 is the other way round. The lectures' MSE sums over the classes and
    averages over the voters; Keras also divides by the three classes, and prints a third of it.

    Formula: \text{CE} = -\frac{1}{N} \sum_n \ln y_{n, t_n}, \quad \text{MSE} = \frac{1}{N} \sum_{n,k} (y_{nk} -
    t_{nk})^2, \text{Keras: } \frac{1}{N K} \sum_n \sum_k (y_{nk} - t_{nk})^2

    Source: McCaffrey 2013, Why you should use cross-entropy error; the lectures' table

    Where: `evaluation/losses.py`, `mean_squared_error(..., reduction="sum_over_classes")`
    """
    import keras

    error, entropy, squares, of_keras = {}, {}, {}, {}
    for name, y in NETWORKS.items():
        error[name] = np.mean(y.argmax(axis=1) != VOTED.argmax(axis=1))
        entropy[name] = -np.mean(np.log(y[VOTED == 1]))
        squares[name] = np.mean(np.sum((y - VOTED) ** 2, axis=1))
        of_keras[name] = float(keras.losses.MeanSquaredError()(VOTED.astype("float32"), y.astype("float32")))
    # Picture
    figure, axes = canvas(5.6, 3.2)
    for place, name in enumerate(NETWORKS):
        heights = [one[name] for one in (error, entropy, squares, of_keras)]
        bars = axes.bar(np.arange(4) + 0.4 * place - 0.2, heights, 0.36, color=PALETTE[place], label=name)
        axes.bar_label(bars, fmt="%.2f", fontsize=8.5)
    axes.set_xticks(range(4), ["classification\nerror", "cross-\nentropy", "MSE, sum\nover classes", "MSE of\nKeras"])
    axes.set(ylabel="loss", ylim=(0, 1.6))
    axes.legend()
    expected = {"NN1": (1 / 3, 1.3784, 0.8067, 0.2689), "NN2": (1 / 3, 0.6391, 0.3400, 0.1133)}
    checks = []
    for name, (e, c, s, k) in expected.items():
        checks.append(near(f"{name}: classification error", error[name], e, 1e-9))
        checks.append(near(f"{name}: cross-entropy", entropy[name], c, 6e-5))
        checks.append(near(f"{name}: MSE, sum over classes", squares[name], s, 6e-5))
        checks.append(near(f"{name}: MSE of Keras", of_keras[name], k, 6e-5))
    return Shown(
        checks, figure, "Equal bars for the classification error; in the other three NN2 is half of NN1 or less."
    )


def e09_mean_over_samples(rate: float = 0.3, steps: int = 50):
    r"""Cross-entropy is a mean over the samples, or the learning rate depends on their number

    The lecture prints the sum without 1/M. Then ten times the data is ten times the gradient: a rate that suits
    100 irises is ten times too large when every row comes ten times. With the mean nothing changes.

    Formula: \text{printed: } -\sum_m \sum_k t_{mk} \ln y_{mk}, \quad
    \text{right: } -\frac{1}{M} \sum_m \sum_k t_{mk} \ln y_{mk}

    Source: the lectures' cross-entropy slide

    Where: `training/losses.py`, averaged over rows; `--batch-size` does not ask for another `--learning-rate`
    """
    from sklearn.datasets import load_iris

    x, t = load_iris(return_X_y=True)
    x, t = x[50:, 2:] - x[50:, 2:].mean(axis=0), t[50:] - 1
    losses, first = {}, {}
    for name, copies, divided in (
        ("sum", 1, 0),
        ("sum, rows ten times", 10, 0),
        ("mean", 1, 1),
        ("mean, rows ten times", 10, 1),
    ):
        rows, target, w, losses[name] = np.tile(x, (copies, 1)), np.tile(t, copies), np.zeros(2), []
        for _ in range(steps):
            s = 1 / (1 + np.exp(-np.clip(rows @ w, -500, 500)))
            losses[name].append(np.mean(np.logaddexp(0, rows @ w) - target * (rows @ w)))
            gradient = (s - target) @ rows / (len(rows) if divided else 1)
            first.setdefault(name, np.linalg.norm(gradient))
            w = w - rate * (20 if divided else 1) * gradient
    # Picture
    figure, (left, right) = panels(2, width=8, sharey=True)
    for place, (name, one) in enumerate(losses.items()):
        axes = (left, right)[place // 2]
        axes.plot(one, ("-", "--")[place % 2], color=PALETTE[place % 2], label=name)
        axes.set(xlabel="steps of gradient descent")
        axes.legend()
    left.set_ylabel("cross-entropy for each row (nats)")
    checks = [
        at_most("change by rows ten times, mean", max(abs(np.subtract(*list(losses.values())[2:]))), 1e-12),
        near("loss at the start", losses["sum"][0], np.log(2), 1e-12),
        near("loss at the end, mean", losses["mean"][-1], 0.11996423, 1e-6),
        near("loss at the end, sum, rows ten times", losses["sum, rows ten times"][-1], 0.19588615, 1e-6),
        near("gradient at the start, sum", first["sum"], 36.736086, 1e-4),
        near("gradient at the start, mean", first["mean"], 0.36736086, 1e-6),
        near(
            "gradient with rows ten times over that without, sum", first["sum, rows ten times"] / first["sum"], 10, 1e-9
        ),
        near(
            "gradient with rows ten times over that without, mean",
            first["mean, rows ten times"] / first["mean"],
            1,
            1e-9,
        ),
        at_least(
            "highest loss after the start, sum, rows ten times", max(losses["sum, rows ten times"][1:]), np.log(2)
        ),
    ]
    return Shown(
        checks, figure, "With the sum, ten times the rows make the loss jump about; with the mean the curves agree."
    )


def e10_one_loss_two_names():
    r"""Mean L1 error and mean absolute error are one loss

    The lecture lists both, as if one could choose. The L1 norm of a vector is the sum of the absolute values of its
    entries, so divided by their number it is the mean absolute error, to the last bit and also in Keras. The two names
    that do differ are MAE and the root mean squared error.

    Formula: \frac{1}{N} \|y - y^*\|_1 = \frac{1}{N} \sum_n |y_n - y_n^*|

    Source: the lectures' list of losses

    Where: `evaluation/regression.py`
    """
    import keras

    random = np.random.default_rng(0)
    y, target = random.normal(size=(2, 1000))
    l1 = np.linalg.norm(y - target, 1) / 1000
    absolute = np.mean(abs(y - target))
    of_keras = float(keras.losses.MeanAbsoluteError()(target, y))
    root = np.sqrt(np.mean((y - target) ** 2))
    # Picture
    figure, axes = canvas()
    bars = axes.bar(range(3), [l1, absolute, root], color=[PALETTE[0], PALETTE[0], PALETTE[1]])
    axes.bar_label(bars, fmt="%.4f")
    axes.set_xticks(range(3), ["mean L1 error", "mean absolute\nerror", "root mean\nsquared error"])
    axes.set(ylabel="error of 1000 numbers", ylim=(0, 1.7))
    checks = [
        at_most("difference of the two names", abs(l1 - absolute), 1e-12),
        at_most("difference from Keras", abs(of_keras - absolute), 1e-6),
        near("root mean squared error over it, sqrt(pi / 2) for normal errors", root / absolute, 1.2533, 0.02),
    ]
    return Shown(checks, figure, "Two equal bars under two names, and a third, higher one for the root of the squares.")


def questions(measured) -> list[Question]:
    mse = measured["S32"]
    return [
        Question(
            "Keras prints an MSE of "
            f"{mse['NN1: MSE of Keras']:.4f} where the lecture has {mse['NN1: MSE, sum over classes']:.4f}. Why?",
            ("Keras rounds", "Keras divides by the 3 classes as well", "Keras takes the root"),
            1,
            "The lectures sum over the classes and average over the voters.",
        ),
        Question(
            "A classifier gives the true class the probability 0.6. What is its cross-entropy?",
            (f"{measured['S31']['half the sum of squares']:.4f}", "0.4", f"{measured['S31']['cross-entropy']:.4f}"),
            2,
            "-ln 0.6; the other nine probabilities do not matter.",
        ),
        Question(
            "Both networks make 1 error in 3. Which one would you take?",
            ("NN2: it is less sure where it is wrong", "NN1: it is surer where it is wrong", "They are equal"),
            0,
            f"Its cross-entropy is {mse['NN2: cross-entropy']:.2f} against {mse['NN1: cross-entropy']:.2f}.",
        ),
    ]
