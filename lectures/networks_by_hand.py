r"""Networks by hand: the delta rules, matrices and the gradient check

Here the gradients of whole networks are written out, checked in three ways and used for training, without any
automatic differentiation.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def differences(loss, value, h=1e-5):
    """The slope of `loss()` by each entry of the array `value`, which is shifted by h and put back."""
    found = np.zeros_like(value)
    for entry in np.ndindex(value.shape):
        before = value[entry]
        value[entry] = before + h
        above = loss()
        value[entry] = before - h
        found[entry] = (above - loss()) / (2 * h)
        value[entry] = before
    return found


def relative(a, n):
    return np.max(np.abs(a - n) / np.maximum(np.abs(a) + np.abs(n), 1e-12))


def s35_delta_rules(eta: float = 0.5):
    r"""The delta of an output is its error times its slope; hidden ones collect the deltas behind them

    A hidden unit has no target. Its delta is its own slope times the sum of the deltas of the units that it feeds, each
    weighed by the connecting weight. Every weight then moves by eta, the delta where it ends and the value where it
    starts.

    Formula: \delta_k = s_k (1 - s_k)(t_k - s_k), \quad \delta_i = s_i (1 - s_i) \sum_p \delta_p w_{ip}, \quad \Delta
    w_{ji} = \eta \delta_i x_j

    Source: Rumelhart, Hinton and Williams 1986; Mitchell 1997, Machine learning, table 4.2

    Where: `layers/dense.py`; `--optimizer sgd`
    """
    import tensorflow as tf

    random = np.random.default_rng(0)
    x, t = random.normal(size=3), np.array([1.0, 0.0])
    w1, w2 = random.normal(size=(3, 4)), random.normal(size=(4, 2))
    s1 = sigmoid(x @ w1)
    s2 = sigmoid(s1 @ w2)
    delta2 = s2 * (1 - s2) * (t - s2)
    delta1 = s1 * (1 - s1) * (w2 @ delta2)
    steps = eta * np.outer(x, delta1), eta * np.outer(s1, delta2)
    v1, v2 = tf.Variable(w1), tf.Variable(w2)
    with tf.GradientTape() as tape:
        loss = 0.5 * tf.reduce_sum((t - tf.sigmoid(tf.sigmoid(x[None] @ v1) @ v2)) ** 2)
    automatic = [-eta * g.numpy() for g in tape.gradient(loss, [v1, v2])]

    def error():
        return 0.5 * np.sum((t - sigmoid(sigmoid(x @ w1) @ w2)) ** 2)

    by_difference = [-eta * differences(error, w) for w in (w1, w2)]
    # Picture
    figure, axes = canvas()
    axes.axline((0, 0), slope=1, color=PALETTE[6], linewidth=0.8)
    for place, name in enumerate(("first layer", "second layer")):
        axes.plot(automatic[place].ravel(), steps[place].ravel(), "os"[place], color=PALETTE[place], label=name)
    axes.set(xlabel="step, automatic", ylabel="step by the delta rules")
    axes.legend()
    checks = [
        at_most(f"layer {k + 1}: relative error, automatic", relative(steps[k], automatic[k]), 1e-10) for k in (0, 1)
    ]
    checks += [
        at_most(f"layer {k + 1}: relative error, differences", relative(steps[k], by_difference[k]), 1e-7)
        for k in (0, 1)
    ]
    return Shown(checks, figure, "The steps of all 20 weights lie on the diagonal: delta rule and automatic are equal.")


def gradients(weights, x, t, relu=False):
    """Gradients of half the mean squared error, [W1, b1, W2, b2], in a network with one hidden layer."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = np.maximum(z, 0) if relu else sigmoid(z)
    d2 = (h @ w2 + b2 - t) / len(x)  # dL/ds of the output, reused below
    d1 = (d2 @ w2.T) * ((z > 0) if relu else h * (1 - h))
    return [x.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)]


def half_squares(weights, x, t, relu=False):
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    return np.sum(((np.maximum(z, 0) if relu else sigmoid(z)) @ w2 + b2 - t) ** 2) / (2 * len(x))


def start(seed, sizes=(2, 4, 1)):
    random, (a, b, c) = np.random.default_rng(seed), sizes
    return [random.normal(size=(a, b)), random.normal(size=b), random.normal(size=(b, c)), random.normal(size=c)]


def s36_matrix_form(rate: float = 0.3, epochs: int = 300, seeds: int = 10):
    r"""In matrices a layer's gradient is one product, and dL/ds is passed on

    `gradients` above is all of backpropagation for one hidden layer: the slope d2 by the sums of the output gives the
    gradients of its weights, and times the weights it is what the layer before needs. With it XOR is learned online, in
    mini-batches of 2 and in batch; one epoch of online learning takes four steps, so it needs the fewest epochs.

    Formula: \frac{\partial L}{\partial W^{(L)}} = \frac{\partial L}{\partial x^{(L)}} \frac{\partial x^{(L)}}{\partial
    s^{(L)}} \frac{\partial s^{(L)}}{\partial W^{(L)}}, \qquad \frac{\partial L}{\partial s^{(l)}} = \left(
    \frac{\partial L}{\partial s^{(l+1)}} W^{(l+1) T} \right) \odot f'

    Source: Rumelhart, Hinton and Williams 1986

    Where: `layers/dense.py`, `call`; `--batch-size 1`
    """
    x, t = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [1], [1], [0.0]])
    losses = {}
    for size in (1, 2, 4):
        losses[size] = np.zeros((seeds, epochs))
        for seed in range(seeds):
            random, weights = np.random.default_rng(seed), start(seed)
            for epoch in range(epochs):
                for rows in random.permutation(4).reshape(-1, size):
                    weights = [w - rate * g for w, g in zip(weights, gradients(weights, x[rows], t[rows]), strict=True)]
                losses[size][seed, epoch] = half_squares(weights, x, t)
    # Picture
    figure, axes = canvas()
    for place, (size, name) in enumerate({1: "online", 2: "mini-batches of 2", 4: "batch"}.items()):
        axes.semilogy(np.median(losses[size], axis=0), color=PALETTE[place], label=name)
    axes.set(xlabel="epoch", ylabel="half the mean squared error of XOR")
    axes.legend(title=f"median of {seeds} seeds")
    ends = {size: one[:, -1] for size, one in losses.items()}
    checks = [
        in_most("online is ahead of batch at the end", ends[1] < ends[4]),
        at_least("loss of batch over that of online, medians", np.median(ends[4]) / np.median(ends[1]), 2),
    ]
    return Shown(checks, figure, "The loss of XOR falls fastest online, then in mini-batches, then in batch.")


def s38_gradient_check(h: float = 1e-5):
    r"""Increase it a little: a small shift of each weight checks every gradient

    Shift one weight up and down, divide the change of the loss by the shift, compare with the gradient by hand: for
    each parameter separately, at the start and after training. Relative errors up to 1e-7 are fine; where a ReLU has
    its kink within the shift, more is allowed. Too small a shift drowns in rounding, too large a one bends.

    Formula: \frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2 h}, \qquad \frac{|a - n|}{|a| + |n|} \le
    10^{-7}

    Source: Karpathy, notes of CS231n, gradient checks

    Where: the column "slope" of docs/proofs.md
    """
    random = np.random.default_rng(1)
    x, t = random.normal(size=(20, 2)), random.normal(size=(20, 1))
    checks, names = [], ("W1", "b1", "W2", "b2")
    for relu in (False, True):
        weights = start(1)
        for when, steps in (("at the start", 0), ("trained", 500)):
            for _ in range(steps):
                weights = [w - 0.1 * g for w, g in zip(weights, gradients(weights, x, t, relu), strict=True)]
            for name, w, g in zip(names, weights, gradients(weights, x, t, relu), strict=True):
                error = relative(g, differences(lambda w=weights, r=relu: half_squares(w, x, t, r), w, h))
                checks.append(
                    at_most(f"{'ReLU' if relu else 'sigmoid'}, {when}, {name}", error, 1e-4 if relu else 1e-7)
                )
    # Picture
    weights, shifts = start(1), np.logspace(-12, 0, 25)
    by_hand = gradients(weights, x, t)[0]
    errors = [
        relative(by_hand, differences(lambda: half_squares(weights, x, t), weights[0], shift)) for shift in shifts
    ]
    figure, axes = canvas()
    axes.loglog(shifts, errors, "o-", markersize=3, color=PALETTE[0])
    axes.axhline(1e-7, color=PALETTE[1], linestyle="--", label="accepted: 1e-7")
    axes.set(xlabel="shift h of a weight", ylabel="relative error, W1")
    axes.legend()
    return Shown(checks, figure, "The error is smallest for shifts around 1e-5 and grows to both sides.")


def questions(measured) -> list[Question]:
    error = measured["S38"]["sigmoid, trained, W1"]
    return [
        Question(
            "A hidden unit has no target. What takes its place in the delta rule?",
            ("The target of the output", "The deltas of the units that it feeds, weighed", "Zero"),
            1,
            "They say how much the loss changes with each of the sums that the unit enters.",
        ),
        Question(
            f"By hand and by differences two gradients differ by {error:.0e} of their size. Is the formula right?",
            ("Yes", "No", "Only if the network is trained"),
            0,
            "For a smooth network in 64 bits up to 1e-7 is rounding; above 1e-2 there is an error.",
        ),
        Question(
            "Why not check with a shift of 1e-12?",
            ("It takes too long", "The curve bends", "The change drowns in rounding"),
            2,
            "The loss has 16 digits; after the subtraction hardly any of them are left.",
        ),
    ]
