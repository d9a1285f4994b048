r"""Neurons, gates and the perceptron

A neuron weighs its inputs, adds them up and compares. With weights chosen by hand it is a gate; with a rule that
changes the weights it learns any line that separates two classes; and one line is all that it can draw.
"""

from itertools import product

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import line, panels, points, region
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR = np.array([0, 1, 1, 0])


def s01_mcculloch_pitts(threshold_and: float = 2, threshold_or: float = 1):
    r"""The McCulloch-Pitts neuron computes AND, OR and NOT

    Inputs are 0 or 1, weights are +1 or -1, and the neuron answers 1 where the sum reaches its threshold. The weights
    are set by hand: "adjustable, but not learned".

    Formula: y = 1 \text{ if } \sum_i w_i x_i \ge \theta, \text{ else } 0

    Source: McCulloch and Pitts 1943, A logical calculus of the ideas immanent in nervous activity

    Where: `python -m apps.classify --data and logistic` learns the gate instead
    """
    found_and = threshold_and <= POINTS @ [1, 1]
    found_or = threshold_or <= POINTS @ [1, 1]
    found_not = np.array([0, 1]) * -1 >= 0
    right = {"AND": found_and == [0, 0, 0, 1], "OR": found_or == [0, 1, 1, 1], "NOT": found_not == [1, 0]}
    # Picture
    figure, axes = canvas()
    sums = np.arange(3)
    for name, threshold, colour in (("AND", threshold_and, PALETTE[0]), ("OR", threshold_or, PALETTE[1])):
        axes.step([-0.5, threshold, 2.5], [0, 0, 1], where="pre", color=colour)
        axes.plot(sums, (sums >= threshold) + 0.0, "o", color=colour, label=f"{name}: threshold {threshold:g}")
    axes.set(xlabel="sum of the two inputs", ylabel="output", xticks=sums, yticks=[0, 1])
    axes.legend()
    checks = [near(f"cases of {gate} right", sum(cases), len(cases), 0) for gate, cases in right.items()]
    return Shown(checks, figure, "Two steps over the sum of the inputs: OR rises at 1, AND at 2.")


def s02_threshold_perceptron(w1: float = 0.5, w2: float = 0.5, threshold: float = 0.5):
    r"""At its threshold a perceptron answers 0

    This perceptron answers 1 only above its threshold. With weights 0.5 and threshold 0.5 two of the four points lie
    exactly on the line, and they decide: "greater" makes the neuron an AND, "greater or equal" makes it an OR.

    Formula: y = \begin{cases} 0 & w_1 x_1 + w_2 x_2 \le \theta \\ 1 & w_1 x_1 + w_2 x_2 > \theta \end{cases}

    Source: Rosenblatt 1958, The perceptron; the form with the threshold as the lectures print it

    Where: `layers/activations.py`, `step`, which is 1 at 0
    """
    sums = POINTS @ [w1, w2]
    above = sums > threshold
    reached = sums >= threshold
    # Picture
    figure, (left, right) = panels(2, width=6.6, sharey=True)
    for axes, answers, sign in ((left, above, ">"), (right, reached, "≥")):
        points(axes, POINTS, answers, size=80)
        line(axes, (w1, w2), -threshold)
        axes.set(title=f"1 where the sum {sign} {threshold:g}", xlabel="x1", xlim=(-0.4, 1.4), ylim=(-0.4, 1.4))
    left.set_ylabel("x2")
    right.legend(title="answer")
    checks = [
        near("points on the line", sum(sums == threshold), 2, 0),
        near('answers equal to AND with "greater"', sum(above == [0, 0, 0, 1]), 4, 0),
        near('answers equal to OR with "greater or equal"', sum(reached == [0, 1, 1, 1]), 4, 0),
    ]
    return Shown(checks, figure, "The same line through two points: they count as 0 on the left, as 1 on the right.")


def s03_bias(w1: float = 1.0, w2: float = 2.0, threshold: float = 1.5):
    r"""A bias is the threshold with its sign turned

    Move the threshold to the left side and call it b. The neuron then compares with 0, whatever its threshold was, and
    b can be learned like a weight whose input is always 1. With b = +threshold the line lands on the other side of
    the origin.

    Formula: w_1 x_1 + w_2 x_2 > \theta \iff w_1 x_1 + w_2 x_2 + b > 0, \quad b = -\theta

    Source: Bishop 2006, Pattern recognition and machine learning, section 4.1

    Where: `layers/dense.py`, the weight `bias`
    """
    ticks = np.arange(-4, 4.25, 0.25)
    grid = np.array(list(product(ticks, ticks)))
    with_threshold = grid @ [w1, w2] > threshold
    with_bias = grid @ [w1, w2] + -threshold > 0
    wrong_sign = grid @ [w1, w2] + threshold > 0
    # Picture
    figure, axes = canvas(4.8, 3.8)
    region(axes, lambda x: x @ [w1, w2] - threshold > 0, -2, 2)
    line(axes, (w1, w2), -threshold, label=f"b = {-threshold:g}, the threshold turned")
    line(axes, (w1, w2), threshold, linestyle="--", label=f"b = {threshold:g}, the wrong sign")
    axes.plot(0, 0, "+", color=PALETTE[6])
    axes.set(xlabel="x1", ylabel="x2")
    axes.legend(loc="lower left", fontsize=9)
    checks = [
        near("points with another answer, of 1089", sum(with_bias != with_threshold), 0, 0),
        near("points on the line", sum(grid @ [w1, w2] == threshold), 17, 0),
        near("points with another answer, sign not turned", sum(wrong_sign != with_threshold), 198, 0),
    ]
    return Shown(
        checks, figure, "The line with b = -threshold bounds the coloured side; with the wrong sign it does not."
    )


def perceptron(x, y, passes: int = 1000):
    """The weights before the first and after every correction; `y` is -1 or +1, and the first column of `x` is 1."""
    weights, corrected = [np.zeros(x.shape[1])], []
    for _ in range(passes):
        before = len(corrected)
        for row, (one, target) in enumerate(zip(x, y, strict=True)):
            if target * (weights[-1] @ one) <= 0:
                weights.append(weights[-1] + target * one)
                corrected.append(row)
        if len(corrected) == before:
            break
    return np.array(weights), corrected


def clouds(seed: int, first: int = 20, second: int = 20):
    """Two round clouds of points with a gap between them, a 1 in front of each point, and labels -1 and +1."""
    random = np.random.default_rng(seed)
    y = np.repeat([-1, 1], [first, second])
    x = random.uniform(-1, 1, (first + second, 2)) + np.outer(y, [1.1, 0.4]) + [1.5, 0.5]
    order = random.permutation(len(y))
    return np.hstack([np.ones((len(y), 1)), x])[order], y[order]


def s04_perceptron_rule(seeds: int = 10):
    r"""The perceptron rule finds a line in a finite number of corrections

    Go through the samples; where the answer is wrong, add the sample to the weights (or subtract it, if the label is
    -1). `perceptron` and `clouds` above do that. If some line separates the classes with margin gamma, and no sample is
    longer than R, the rule corrects at most (R / gamma)^2 times. The picture shows the first four corrections.

    Formula: w^{(k+1)} = w^{(k)} + y^{(n)} x^{(n)} \text{ where } y^{(n)} w^{(k)} x^{(n)} \le 0

    Source: Rosenblatt 1958, The perceptron; Novikoff 1962, On convergence proofs on perceptrons

    Where: `python -m apps.classify --data gaussians logistic` draws its line, too
    """
    wrong, corrections, bounds = [], [], []
    for seed in range(seeds):
        x, y = clouds(seed)
        weights, corrected = perceptron(x, y)
        found = weights[-1] / np.linalg.norm(weights[-1])
        margin = (y * (x @ found)).min()  # of the line that was found; the best one has more
        wrong.append(sum(np.sign(x @ found) != y))
        corrections.append(len(corrected))
        bounds.append((np.linalg.norm(x, axis=1).max() / margin) ** 2)
    # Picture
    x, y = clouds(0)
    weights, corrected = perceptron(x, y)
    figure, axes = panels(4, width=11, sharex=True, sharey=True)
    for step, one in enumerate(axes):
        points(one, x[:, 1:], y > 0, ("-1", "+1"), size=18)
        one.set(xlim=(-1.2, 4.2), ylim=(-2, 3), xlabel="x1", title=f"correction {step + 1}")
        line(one, weights[step][1:], weights[step][0], linestyle=":", label="before")
        line(one, weights[step + 1][1:], weights[step + 1][0], label="after")
        one.plot(*x[corrected[step], 1:], "o", markersize=13, fillstyle="none", color=PALETTE[6])
    axes[0].set_ylabel("x2")
    axes[-1].legend(fontsize=8, loc="upper left")
    checks = [
        near(f"samples wrong at the end, {seeds} seeds together", sum(wrong), 0, 0),
        at_most("most corrections, in units of the bound", max(np.array(corrections) / bounds), 1),
        at_least("corrections, mean of the seeds", np.mean(corrections), 1),
    ]
    alt = "Four panels: each circles a sample on the wrong side and shows the line before and after adding it."
    return Shown(checks, figure, alt)


def s05_boolean_tables():
    r"""AND, OR and XOR have four cases each

    The smaller of two bits is their AND, the larger is their OR, and their difference is XOR: 1 where exactly one is 1.
    In the picture AND and OR can be cut off by one line, XOR cannot.

    Formula: \text{AND} = \min(x_1, x_2), \quad \text{OR} = \max(x_1, x_2), \quad \text{XOR} = |x_1 - x_2|

    Source: Boole 1854, An investigation of the laws of thought

    Where: `data/toys.py`: `--data and`, `--data or`, `--data xor`
    """
    tables = {"AND": POINTS.min(axis=1), "OR": POINTS.max(axis=1), "XOR": abs(POINTS[:, 0] - POINTS[:, 1])}
    bits = POINTS.astype(bool)
    logic = {"AND": bits[:, 0] & bits[:, 1], "OR": bits[:, 0] | bits[:, 1], "XOR": bits[:, 0] ^ bits[:, 1]}
    # Picture
    figure, axes = panels(3, width=8, sharey=True)
    for one, (name, answers) in zip(axes, tables.items(), strict=True):
        points(one, POINTS, answers, size=90)
        one.set(title=name, xlabel="x1", xlim=(-0.4, 1.4), ylim=(-0.4, 1.4))
    axes[0].set_ylabel("x2")
    axes[2].legend(title="answer", loc="center")
    checks = [near(f"cases of {name} equal to logic", sum(tables[name] == logic[name]), 4, 0) for name in tables]
    checks += [
        near(f"ones in the table of {name}", sum(tables[name]), ones, 0)
        for name, ones in zip(tables, (1, 3, 2), strict=True)
    ]
    return Shown(checks, figure, "Three squares of four points: only in XOR do equal answers lie across the diagonals.")


def e05_update_only_when_wrong(passes: int = 50, seeds: int = 10):
    r"""The perceptron changes its weights only on samples that it gets wrong

    The lecture prints the update without a condition. Then each pass adds the same sum of y x, so that the weights grow
    but never turn: after any number of passes the line is that of the first one. With 45 samples in one class and 5
    in the other that line is wrong for some of them. Right is to update only where y w x <= 0, with y = -1 or +1 and a
    1 in front of x for the bias.

    Formula: \text{printed: } w \leftarrow w + y x, \qquad \text{right: } w \leftarrow w + y x \text{ if } y w x \le 0

    Source: Rosenblatt 1958, The perceptron

    Where: rows S04 and S06
    """
    right, printed, turned = [], [], []
    for seed in range(seeds):
        x, y = clouds(seed, 45, 5)
        weights, _ = perceptron(x, y)
        right.append(np.mean(np.sign(x @ weights[-1]) != y))
        one_pass = y @ x
        many = np.zeros(3)
        for _ in range(passes):
            many = many + y @ x
        printed.append(np.mean(np.sign(x @ many) != y))
        turned.append(np.linalg.norm(many / np.linalg.norm(many) - one_pass / np.linalg.norm(one_pass)))
    # Picture
    figure, axes = canvas()
    for place, errors, colour in ((0, right, PALETTE[0]), (1, printed, PALETTE[1])):
        axes.bar(place, 100 * np.mean(errors), color=colour, alpha=0.35)
        axes.plot(np.full(seeds, place) + np.linspace(-0.2, 0.2, seeds), 100 * np.array(errors), "o", color=colour)
    axes.set(xticks=[0, 1], ylabel="samples wrong after training (%)")
    axes.set_xticklabels(["only where wrong", "always, as printed"])
    checks = [
        near("share wrong, update where wrong, mean", np.mean(right), 0, 0),
        in_most("some samples wrong, update always", [one > 0 for one in printed]),
        near("share wrong, update always, mean", np.mean(printed), 0.1, 0.005),
        at_most(f"turn of the line from pass 1 to pass {passes}", max(turned), 1e-12),
    ]
    return Shown(checks, figure, "Updating only where wrong leaves no sample wrong; updating always leaves many.")


def questions(measured) -> list[Question]:
    wrong = measured["E05"]["share wrong, update always, mean"]
    return [
        Question(
            "The weights are 0.5 and 0.5, the threshold is 0.5, and the neuron answers 1 where the sum is greater. "
            "Which gate is it?",
            ("OR", "AND", "NOT"),
            1,
            '(0, 1) and (1, 0) lie exactly on the line and count as 0; with "greater or equal" it would be OR.',
        ),
        Question(
            "A perceptron has weights 1 and 2 and threshold 1.5. Which bias makes it the same neuron?",
            ("1.5", "-1.5", "3"),
            1,
            "The threshold goes to the other side of the comparison and turns its sign; with +1.5 "
            f"{measured['S03']['points with another answer, sign not turned']:.0f} of 1089 points change their answer.",
        ),
        Question(
            "What happens if the perceptron adds y x on every sample, right or wrong?",
            (
                "It converges faster",
                f"Its line never turns after the first pass; here {wrong:.0%} of the samples stay wrong",
                "Nothing changes, as right samples add up to zero",
            ),
            1,
            "Each pass adds the same vector, which changes the length of the weights and not their direction.",
        ),
    ]
