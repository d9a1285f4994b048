r"""Learning rates, batches, and two slips about Adam

How many rows a step sees, how long it is and how it shrinks decide whether training works at all. The experiments train
a small network on scikit-learn's digits.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.question import Question
from lectures.shown import Shown, at_most, in_most, near


def digits():
    """1500 digits, pixels from 0 to 1, and their one-hot classes."""
    from sklearn.datasets import load_digits

    x, labels = load_digits(return_X_y=True)
    return x[:1500] / 16, np.eye(10)[labels[:1500]]


@np.errstate(over="ignore", invalid="ignore")
def trained(x, t, seed, rate, size, epochs, below=0.0):
    """Cross-entropy before the first and after every epoch, of 16 ReLU units; leaky ones if `below` is not 0."""
    random = np.random.default_rng(seed)
    w1, w2 = random.normal(0, (2 / 64) ** 0.5, (64, 16)), random.normal(0, (1 / 16) ** 0.5, (16, 10))
    b1, b2, losses = np.zeros(16), np.zeros(10), []
    for epoch in range(epochs + 1):
        h = x @ w1 + b1
        z = np.where(h > 0, h, below * h) @ w2 + b2
        z = z - z.max(axis=1, keepdims=True)
        losses.append(np.mean(np.log(np.exp(z).sum(axis=1)) - (z * t).sum(axis=1)))
        if epoch == epochs or not losses[-1] < 1e6:
            return np.nan_to_num(losses + [np.inf] * (epochs + 1 - len(losses)), nan=np.inf, posinf=np.inf)
        order = random.permutation(len(x))
        for rows in np.split(order, range(size, len(x), size)):
            h = x[rows] @ w1 + b1
            h = np.where(h > 0, h, below * h)
            z = h @ w2 + b2
            p = np.exp(z - z.max(axis=1, keepdims=True))
            d = (p / p.sum(axis=1, keepdims=True) - t[rows]) / len(rows)
            d1 = d @ w2.T * np.where(h > 0, 1, below)
            w2, b2 = w2 - rate * h.T @ d, b2 - rate * d.sum(axis=0)
            w1, b1 = w1 - rate * x[rows].T @ d1, b1 - rate * d1.sum(axis=0)


def s39_batches(rate: float = 0.1, epochs: int = 3, seeds: int = 5):
    r"""An epoch of M rows in batches of m is M / m steps

    Batch learning takes one step an epoch, online learning M, mini-batches of 32 about M / 32. At the same rate the
    loss after an epoch is the lower the more steps it had, but a step on 32 rows costs hardly more time than one on one
    row.

    Formula: \text{steps in an epoch} = \lceil M / m \rceil: \quad m = M \text{ batch}, \; m = 1 \text{ online}, \; 1 <
    m < M \text{ mini-batch}

    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.1; the lectures: "m ~ 32"

    Where: `--batch-size`, by default 32 below 5000 rows; lesson "batches" of `python -m apps.playground`
    """
    from training.plan import plan
    from training.trainer import Trainer

    x, t = digits()
    sizes = {"batch": 1500, "mini-batches of 32": 32, "online": 1}
    steps = {name: -(-len(x) // size) for name, size in sizes.items()}
    losses = {n: np.array([trained(x, t, seed, rate, m, epochs) for seed in range(seeds)]) for n, m in sizes.items()}
    # Picture
    figure, axes = canvas()
    for place, (name, one) in enumerate(losses.items()):
        axes.plot(one.mean(axis=0), "o-", color=PALETTE[place], label=f"{name}: {steps[name]} steps")
        axes.fill_between(range(epochs + 1), one.min(axis=0), one.max(axis=0), color=PALETTE[place], alpha=0.2)
    axes.set(xlabel="epoch", ylabel="cross-entropy (nats)", xticks=range(epochs + 1), ylim=(0, 3.6))
    axes.legend(title=f"mean and range, {seeds} seeds", fontsize=8)
    checks = [
        near(f"steps in an epoch, {name}", steps[name], one, 0) for name, one in zip(sizes, (1, 47, 1500), strict=True)
    ]
    checks.append(near("usual batch size of the suite for these rows", plan(Trainer(), len(x)).batch_size, 32, 0))
    checks.append(
        in_most("mini-batches are ahead of batch", losses["mini-batches of 32"][:, -1] < losses["batch"][:, -1])
    )
    return Shown(checks, figure, "The loss falls within an epoch in mini-batches and online, and hardly in batch.")


def s44_decay(rate: float = 0.1, gamma: float = 0.9, factor: float = 0.9):
    r"""A learning rate decays as 1 / (1 + gamma t) or as a power

    The first falls fast and then ever more slowly; the second loses the same share each time and goes to 0. With t in
    epochs a rate stays for an epoch, with t in steps it falls all the time. Keras has both.

    Formula: \eta_t = \frac{\eta_0}{1 + \gamma t}, \qquad \eta_t = 0.9^t \eta_0

    Source: Robbins and Monro 1951, A stochastic approximation method, for why it must fall

    Where: `training/schedules.py`; `--schedule inverse_time --decay 0.9`, `--schedule exponential`; lesson
    "schedule" of `python -m apps.playground`
    """
    import keras

    t = np.arange(41)
    inverse, power = rate / (1 + gamma * t), rate * factor**t
    schedules = keras.optimizers.schedules
    of_keras = schedules.InverseTimeDecay(rate, 1, gamma), schedules.ExponentialDecay(rate, 1, factor)
    distance = [
        max(abs(float(s(int(k))) - one[k]) for k in t) for s, one in zip(of_keras, (inverse, power), strict=True)
    ]
    # Picture
    figure, axes = canvas()
    axes.plot(t, inverse, "o-", markersize=3, color=PALETTE[0], label="inverse: 1 / (1 + 0.9 t)")
    axes.plot(t, power, "s-", markersize=3, color=PALETTE[1], label="exponential: 0.9^t")
    axes.set(xlabel="epoch or step t", ylabel="learning rate")
    axes.legend()
    checks = [
        near("rate at t = 10, inverse", inverse[10], 0.01, 1e-12),
        near("rate at t = 10, exponential", power[10], 0.0348678440, 1e-9),
        at_most("largest difference from Keras, inverse", distance[0], 1e-7),
        at_most("largest difference from Keras, exponential", distance[1], 1e-7),
    ]
    return Shown(
        checks, figure, "The inverse falls at once and then levels off; the exponential falls below it at t = 33."
    )


def s45_too_small_too_large(small: float = 0.0003, good: float = 0.1, large: float = 5.0, seeds: int = 10):
    r"""Plot the loss over time: too small a rate is slow, too large a one lets it rise

    Three rates on the same network of leaky units (ReLUs would die, row E17), ten seeds. With the small one the loss
    falls steadily and is far from done, with the large one it ends above where it began, with the good one it falls
    fast. The lectures' advice: raise it in the first case, lower it in the second.

    Formula: w \leftarrow w - \eta \, g

    Source: Karpathy, notes of CS231n, babysitting the learning process

    Where: `evaluation/loss_curve.py` reads each run's curve; the report names the flag `--learning-rate`; lesson
    "too-large" of `python -m apps.playground`
    """
    x, t = digits()
    losses = {
        rate: np.array([trained(x, t, seed, rate, 32, 8, 0.2) for seed in range(seeds)])
        for rate in (small, good, large)
    }
    # Picture
    figure, axes = canvas()
    for (rate, one), colour, name in zip(losses.items(), PALETTE, ("too small", "good", "too large"), strict=False):
        axes.plot(np.minimum(np.median(one, axis=0), 100), "o-", color=colour, label=f"{rate:g}: {name}")
        axes.fill_between(range(9), one.min(axis=0), np.minimum(one.max(axis=0), 100), color=colour, alpha=0.2)
    axes.set(xlabel="epoch", ylabel="cross-entropy (nats)", ylim=(0, 5))
    axes.legend(title=f"median and range, {seeds} seeds", fontsize=8)
    checks = [
        in_most("too small: less than half of the loss is gone", losses[small][:, -1] > 0.5 * losses[small][:, 0]),
        in_most("too small: it still falls", losses[small][:, -1] < losses[small][:, -2]),
        in_most("too large: the loss ends above its start", losses[large][:, -1] > losses[large][:, 0]),
        in_most("good: four fifths of the loss are gone", losses[good][:, -1] < 0.2 * losses[good][:, 0]),
    ]
    return Shown(
        checks,
        figure,
        "Three curves: one falls slowly, one fast to near 0, one jumps up.",
    )


def e01_adam_without_the_power(rate: float = 0.1, steps: int = 20000):
    r"""Adam divides by 1 - beta^t; without the power its steps are 0.316 of what was asked for

    The lecture prints m / (1 - beta1) and v / (1 - beta2). That is right for the first step only: later m is ten times
    too large and the root of v 31.6 times, so that with a constant gradient the step settles at 10 / 31.6 of the rate.

    Formula: \text{printed: } \frac{m}{1 - \beta_1}, \; \frac{v}{1 - \beta_2}, \qquad \text{right: } \frac{m}{1 -
    \beta_1^t}, \; \frac{v}{1 - \beta_2^t}

    Source: Kingma and Ba 2015, Adam, algorithm 1

    Where: `training/optimizers.py`
    """
    sizes = {"right": [], "as printed": []}
    m = v = 0.0
    for t in range(1, steps + 1):
        g = 1.0
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        sizes["right"].append(rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8))
        sizes["as printed"].append(rate * m / (1 - 0.9) / (np.sqrt(v / (1 - 0.999)) + 1e-8))
    # Picture
    figure, axes = canvas()
    for name, colour in (("right", PALETTE[0]), ("as printed", PALETTE[1])):
        axes.semilogx(range(1, steps + 1), np.array(sizes[name]) / rate, color=colour, label=name)
    axes.set(xlabel="step t, constant gradient", ylabel="size of the step, in learning rates", ylim=(0, None))
    axes.legend()
    checks = [
        near("first step, right", sizes["right"][0] / rate, 1, 1e-6),
        near("first step, as printed", sizes["as printed"][0] / rate, 1, 1e-6),
        near("steady step, right", sizes["right"][-1] / rate, 1, 1e-6),
        near("steady step, as printed", sizes["as printed"][-1] / rate, 0.316228, 1e-5),
    ]
    return Shown(
        checks, figure, "The right step is one rate throughout; the printed one swells at first and ends at 0.316."
    )


def e02_epsilon(gradient: float = 1e-8):
    r"""Adam's epsilon is 1e-8 in the paper and 1e-7 in Keras, and not in the same place

    It keeps the division defined and matters where gradients are tiny: by the paper's formula the first step for one of
    1e-8 is half a rate with 1e-8 and an eleventh with 1e-7. Keras adds epsilon before it corrects the averages
    ("epsilon hat" in the paper), so at t = 1 it counts 31.6 times as much. For a gradient of 1 all of this is nothing.

    Formula: \text{paper, } t = 1: \; \eta \frac{|g|}{|g| + \varepsilon}, \qquad
    \text{Keras, } t = 1: \; \eta \frac{|g|}{|g| + \varepsilon / \sqrt{1 - \beta_2}}

    Source: Kingma and Ba 2015, Adam, algorithm 1 and the end of section 2; the source of keras.optimizers.Adam

    Where: `training/optimizers.py`, `Adam`; `--epsilon`, by default 1e-8
    """
    import keras

    usual = keras.optimizers.Adam().epsilon
    paper = {epsilon: gradient / (gradient + epsilon) for epsilon in (1e-8, usual)}
    first = {}
    for epsilon in paper:
        w = keras.Variable(np.zeros(2), dtype="float64")
        keras.optimizers.Adam(1.0, epsilon=epsilon).apply([np.array([gradient, 1.0])], [w])
        first[epsilon] = -np.array(w)
    # Picture
    figure, axes = canvas()
    g = np.logspace(-10, -4, 100)
    for epsilon, colour in ((1e-8, PALETTE[0]), (usual, PALETTE[1])):
        axes.semilogx(g, g / (g + epsilon), color=colour, label=f"paper, epsilon {epsilon:g}")
        axes.semilogx(g, g / (g + epsilon / 0.001**0.5), "--", color=colour, label=f"Keras, epsilon {epsilon:g}")
        axes.plot(gradient, first[epsilon][0], "o", color=colour)
    axes.set(xlabel="size of the gradient", ylabel="first step, in learning rates")
    axes.legend(title="points: run with Keras", fontsize=8, title_fontsize=8)
    checks = [
        near("Keras' usual epsilon", usual, 1e-7, 1e-12),
        near("first step for 1e-8, paper, epsilon 1e-8", paper[1e-8], 0.5, 1e-9),
        near("first step for 1e-8, paper, epsilon 1e-7", paper[usual], 1 / 11, 1e-9),
        near("first step for 1e-8, Keras, epsilon 1e-8", first[1e-8][0], 0.0306534, 2e-6),
        near("first step for 1e-8, Keras, epsilon 1e-7", first[usual][0], 0.0031523, 1e-6),
        near("first step for a gradient of 1, Keras", first[usual][1], 1, 1e-4),
    ]
    return Shown(
        checks, figure, "S curves over the gradient's size, Keras' further right: below its epsilon a step is lost."
    )


def e27_rates_up_to_ten(seeds: int = 10):
    r"""A range of rates up to 10 is for the search, not for training: the highest diverge

    The lecture draws rates from 10^-6 to 10. Gradient descent on the test surface diverges above a rate of 1, a seventh
    of that range. The small network on digits ends above the loss of guessing at a rate of 10 and has learned at 0.1.
    The range may stay, if divergence is flagged.

    Formula: \eta = 10^{u}, \; u \sim U(-6, 1), \qquad \eta < \frac{2}{\lambda_{\max}} \text{ on a quadratic}

    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6

    Where: `training/finite.py` stops a training whose loss is no number; `tuning/space.py`
    """
    x, t = digits()
    rates = 10.0 ** np.arange(-3, 1.5, 0.5)
    ends = np.array([[trained(x, t, seed, rate, 32, 3)[-1] for seed in range(seeds)] for rate in rates])
    exponents = np.linspace(-6, 1, 7001)
    diverges = np.mean(abs(1 - 2 * 10**exponents) > 1)
    # Picture
    figure, axes = canvas()
    axes.loglog(
        rates, np.minimum(np.median(ends, axis=1), 1e3), "o-", color=PALETTE[0], label=f"median of {seeds} seeds"
    )
    axes.axhline(np.log(10), color=PALETTE[1], linestyle="--", label="guessing: ln 10")
    axes.set(xlabel="learning rate", ylabel="cross-entropy after 3 epochs (nats)")
    axes.legend()
    checks = [
        near("share of the range that diverges on the surface", diverges, 1 / 7, 1e-3),
        in_most("rate 10: no better than guessing", ends[-1] > np.log(10) - 0.01),
        in_most("rate 0.1: below half of guessing", ends[4] < np.log(10) / 2),
    ]
    return Shown(checks, figure, "The loss falls with the rate up to about 0.3 and is that of guessing from 3 on.")


def questions(measured) -> list[Question]:
    return [
        Question(
            "1500 rows in batches of 32: how many steps has an epoch?",
            ("32", f"{measured['S39']['steps in an epoch, mini-batches of 32']:.0f}", "1500"),
            1,
            "1500 / 32 = 46.9, and the last batch is smaller.",
        ),
        Question(
            "The loss falls steadily and has hardly gone down at the end. What helps?",
            ("A higher learning rate", "A lower learning rate", "A smaller network"),
            0,
            "It moves the right way, in steps that are too short.",
        ),
        Question(
            "Adam without the power of t: how large is the steady step?",
            ("1 rate", "10 rates", f"{measured['E01']['steady step, as printed']:.3f} rates"),
            2,
            "m is ten times too large, the root of v 31.6 times.",
        ),
    ]
