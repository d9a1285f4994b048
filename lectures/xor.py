r"""XOR: why one line is not enough

One neuron draws one line, and no line puts the two equal cases of XOR on one side. A second layer combines the lines
of the first into strips, convex shapes and, with a third, into any shape.
"""

from itertools import product

import numpy as np
from matplotlib.patches import Rectangle

from evaluation.figures import PALETTE, canvas
from lectures.drawing import line, panels, points, region
from lectures.question import Question
from lectures.shown import Shown, at_least, near

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR = np.array([0, 1, 1, 0])


def s06_xor_not_separable(steps: int = 20, passes: int = 1000):
    r"""One neuron gets three of the four cases of XOR, never all

    The four cases ask for b <= 0, w1 + b > 0, w2 + b > 0 and w1 + w2 + b <= 0. The middle two add up to
    w1 + w2 + 2b > 0, so w1 + w2 + b > -b >= 0: a contradiction. A search over a grid of weights finds three cases at
    best, the perceptron rule never comes to rest, and two layers of neurons do it.

    Formula: b \le 0, \quad w_1 + b > 0, \quad w_2 + b > 0, \quad w_1 + w_2 + b \le 0

    Source: Minsky and Papert 1969, Perceptrons

    Where: `python -m apps.classify --data xor logistic` and `--data xor mlp`; lesson "xor-line" of `python -m
    apps.playground`
    """
    ticks = np.linspace(-2, 2, 2 * steps + 1)
    weights = np.array(list(product(ticks, ticks, ticks)))
    right = ((weights @ np.vstack([POINTS.T, np.ones(4)]) > 0) == XOR).sum(axis=1)
    w, corrections = np.zeros(3), 0
    for x, target in zip(
        np.tile(np.hstack([np.ones((4, 1)), POINTS]), (passes, 1)), np.tile(2 * XOR - 1, passes), strict=True
    ):
        if target * (w @ x) <= 0:
            w, corrections = w + target * x, corrections + 1
    hidden = POINTS @ [[1, 1], [1, 1]] + [-0.5, -1.5] > 0  # OR and AND
    two_layers = hidden @ [1, -1] - 0.5 > 0
    # Picture
    figure, axes = canvas()
    counts = np.bincount(right, minlength=5)
    axes.bar(range(5), 100 * counts / len(right), color=PALETTE[0])
    axes.set(xlabel="cases of XOR that a neuron gets right", ylabel="share of the neurons tried (%)")
    axes.annotate("none", (4, 1), ha="center", color=PALETTE[1], weight="bold")
    checks = [
        near("most cases right, one neuron", right.max(), 3, 0),
        at_least(f"corrections in {passes} passes of the perceptron rule", corrections, passes),
        near("cases right, two layers", sum(two_layers == XOR), 4, 0),
    ]
    return Shown(checks, figure, f"Of {len(right)} neurons on a grid of weights none gets all four cases right.")


def s07_xor_from_two_lines(bias_or: float = -0.5, bias_and: float = -1.5, bias_out: float = -0.5):
    r"""Two given lines and one more neuron make XOR

    The first line, (1, 1, -0.5), is OR and the second, (1, 1, -1.5), is AND. Drawn over their two answers the four
    points become three, and one line cuts off those where OR holds and AND does not: weights 1 and -1, bias -0.5.

    Formula: h_1 = [x_1 + x_2 - 0.5 > 0], \quad h_2 = [x_1 + x_2 - 1.5 > 0], \quad y = [h_1 - h_2 - 0.5 > 0]

    Source: Rumelhart, Hinton and Williams 1986, Learning internal representations by error propagation, figure 2

    Where: `python -m apps.classify --data xor mlp --hidden 2 --activation tanh` looks for such lines; lesson "xor"
    of `python -m apps.playground`
    """
    sums = POINTS @ [[1, 1], [1, 1]] + [bias_or, bias_and]
    hidden = (sums > 0).astype(float)
    output = hidden @ [1, -1] + bias_out
    distance = abs(sums).min(axis=0) / np.sqrt(2)
    # Picture
    figure, (left, right) = panels(2, width=7.4)
    for axes, x, names in ((left, POINTS, ("x1", "x2")), (right, hidden, ("h1 = OR", "h2 = AND"))):
        points(axes, x, XOR, size=90)
        axes.set(xlabel=names[0], ylabel=names[1], xlim=(-0.5, 1.5), ylim=(-0.5, 2.4), yticks=[0, 1], xticks=[0, 1])
    left.set_title("inputs: two lines")
    right.set_title("answers of the first layer: one line")
    line(left, (1, 1), bias_or, label="h1: OR")
    line(left, (1, 1), bias_and, linestyle="--", label="h2: AND")
    line(right, (1, -1), bias_out, label="y: OR and not AND")
    left.legend(fontsize=8, loc="upper right", title="XOR")
    right.legend(fontsize=8, loc="upper left", title="XOR")
    checks = [
        near("cases of OR right, first line", sum(hidden[:, 0] == [0, 1, 1, 1]), 4, 0),
        near("cases of AND right, second line", sum(hidden[:, 1] == [0, 0, 0, 1]), 4, 0),
        near("cases of XOR right, output", sum((output > 0) == XOR), 4, 0),
        near("distance from the first line to the nearest point", distance[0], 0.35355339, 1e-8),
        near("distance from the second line to the nearest point", distance[1], 0.35355339, 1e-8),
        near("smallest size of the output's sum", abs(output).min(), 0.5, 1e-12),
    ]
    return Shown(checks, figure, "Two lines cut the inputs into three strips; in the new axes one line suffices.")


def e18_xor_needs_a_negation():
    r"""AND and OR alone never make XOR: one of them must be negated

    The lecture builds XOR "from AND and OR". Start from the two inputs and the constants and combine them with AND and
    OR for as long as anything new comes: six of the 16 functions of two bits appear, and XOR is none of them, since
    no input that rises can make AND or OR fall. With NAND all 16 appear, and XOR is AND(OR, NAND).

    Formula: \text{XOR}(x_1, x_2) = \text{AND}(\text{OR}(x_1, x_2), \text{NAND}(x_1, x_2))

    Source: Post 1941, The two-valued iterative systems of mathematical logic

    Where: row S07, where the output weight of AND is -1
    """

    def made_from(*gates):
        found = {(0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 0), (1, 1, 1, 1)}  # x1, x2, 0 and 1 in the four cases
        while True:
            new = {tuple(gate(a, b) for a, b in zip(f, g, strict=True)) for gate in gates for f in found for g in found}
            if new <= found:
                return found
            found |= new

    without = made_from(min, max)
    nand = made_from(min, max, lambda a, b: 1 - min(a, b))
    closest = max(sum(np.array(one) == XOR) for one in without)
    x1, x2 = POINTS.T
    built = np.minimum(np.maximum(x1, x2), 1 - np.minimum(x1, x2))
    # Picture
    figure, axes = canvas(6.4, 3.2)
    axes.grid(False)
    table = [sorted(without), sorted(nand - without)]
    shown = np.array(table[0] + table[1]).T
    axes.imshow(shown, cmap="Blues", vmin=0, vmax=1.5, aspect="auto")
    axes.axvline(len(without) - 0.5, color=PALETTE[1], linewidth=3)
    axes.set_yticks(range(4), ["0, 0", "0, 1", "1, 0", "1, 1"])
    place = (table[0] + table[1]).index(tuple(XOR))
    axes.set_xticks([(len(without) - 1) / 2, place, 13], ["AND, OR", "XOR", "only with NAND"])
    axes.add_patch(Rectangle((place - 0.5, -0.5), 1, 4, fill=False, color=PALETTE[1], linewidth=2))
    axes.set(ylabel="inputs x1, x2", xlabel="functions of two bits (dark: 1)")
    checks = [
        near("functions of AND and OR", len(without), 6, 0),
        near("functions with NAND", len(nand), 16, 0),
        near("cases of XOR right, best of AND and OR", closest, 3, 0),
        near("cases of XOR right, AND(OR, NAND)", sum(built == XOR), 4, 0),
    ]
    return Shown(checks, figure, "Sixteen functions of two bits: XOR stands among the ten that need a negation.")


def step_layer(x, weights, bias):
    return (x @ weights + bias > 0).astype(float)


def s08_regions_of_layers(sides: int = 3, radius: float = 0.5):
    r"""One hidden layer cuts out a convex shape, a second one joins several

    A neuron of the first layer (`step_layer`) is a half-plane. A neuron that asks for all of them, AND, is their
    intersection: three lines make a triangle, and whatever lies between two of its points lies in it. A neuron of a
    third layer that asks for any of two triangles, OR, is their union, which may have gaps.

    Formula: \text{one: } \{ w x + b > 0 \}, \quad \text{two: } \bigcap_i \{ w_i x + b_i > 0 \}, \quad
    \text{three: } \bigcup_j \bigcap_i \{ w_{ij} x + b_{ij} > 0 \}

    Source: Lippmann 1987, An introduction to computing with neural nets, figure 14

    Where: every report on two columns draws its regions: `python -m apps.classify --data spirals mlp`
    """
    angle = np.pi / 2 + 2 * np.pi * np.arange(sides) / sides
    normals = np.stack([np.cos(angle), np.sin(angle)])
    centres = np.array([[-0.9, -0.2], [0.9, 0.2]])
    lines = np.hstack([normals, -normals])  # the second shape is upside down
    biases = radius - np.concatenate([centres[0] @ normals, centres[1] @ -normals])

    def regions(x):
        first = step_layer(x, lines, biases)
        second = step_layer(first, np.kron(np.eye(2), np.ones((sides, 1))), 0.5 - sides)  # AND
        return first[:, 0], second[:, 0], step_layer(second, np.ones(2), -0.5)  # OR

    random = np.random.default_rng(0)
    x = random.uniform(-2, 2, (20000, 2))
    outside = []
    for inside in regions(x):
        pairs = random.permutation(x[inside > 0])[: 2 * (sum(inside > 0) // 2)].reshape(2, -1, 2)
        outside.append(1 - np.mean(regions(pairs.mean(axis=0))[len(outside)]))
    ticks = np.linspace(-2, 2, 801)
    area = np.mean(regions(np.array(list(product(ticks, ticks))))[1]) * 16
    # Picture
    figure, axes = panels(3, width=9, height=3.2, sharey=True)
    titles = ("one neuron: a half-plane", "one hidden layer: convex", "two hidden layers: a union")
    for one, (place, title) in zip(axes, enumerate(titles), strict=True):
        region(one, lambda x, place=place: regions(x)[place], -2, 2)
        one.set(title=title, xlabel="x1")
        for side in range((1, sides, 2 * sides)[place]):
            line(one, lines[:, side], biases[side], linewidth=0.8)
    axes[0].set_ylabel("x2")
    checks = [
        near("midpoints outside, half-plane", outside[0], 0, 0),
        near("midpoints outside, one hidden layer", outside[1], 0, 0),
        at_least("share of midpoints outside, two hidden layers", outside[2], 0.2),
        near("area of the triangle, 3 sqrt(3) r^2", area, 3 * np.sqrt(3) * 0.25, 0.01),
    ]
    return Shown(checks, figure, "A half-plane, then a triangle out of three lines, then two triangles out of six.")


def questions(measured) -> list[Question]:
    outside = measured["S08"]["share of midpoints outside, two hidden layers"]
    return [
        Question(
            "How many of the four cases of XOR can one neuron get right?",
            ("2", f"{measured['S06']['most cases right, one neuron']:.0f}", "4"),
            1,
            "OR is one line and agrees with XOR in three cases; all four contradict each other.",
        ),
        Question(
            "How many of the 16 functions of two bits can be built from AND and OR alone?",
            (f"{measured['E18']['functions of AND and OR']:.0f}", "8", "16"),
            0,
            "Only those that never fall when an input rises. XOR falls from (0, 1) to (1, 1), so it needs a negation.",
        ),
        Question(
            f"Between two points of a region {outside:.0%} of the midpoints lie outside. What drew it?",
            ("One neuron", "One hidden layer and an AND", "Two hidden layers"),
            2,
            "Half-planes and their intersections are convex, so no midpoint leaves them; a union need not be.",
        ),
    ]
