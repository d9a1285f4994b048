r"""Searching: at random, and from coarse to fine

Trials cost trainings, so each should tell something new. A grid repeats the same few values of the setting that
matters. Random trials do not, and once some are known, the next ones are better drawn near the best of them. The loss
here is a formula, so that thousands of searches can be compared.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, in_most, near


def searched(rates, others, scale=0.3):
    """Validation loss of pairs: a narrow valley in the logarithm of the rate, and a nearly flat second setting."""
    return 0.1 + (np.log10(rates) + 1.7) ** 2 * scale + 0.01 * (others - 0.4) ** 2


def s63_random_or_grid(side: int = 4, repeats: int = 1000, seeds: int = 10):
    r"""At the same budget random search tries more rates than a grid

    Of two settings often one matters. A grid of 16 trials tries four values of it, each four times over; 16 random
    trials try 16. Here the validation loss is a formula with its valley at a rate of 0.02 and a second setting that
    hardly counts. A grid may be lucky and have a line in the valley, so both are judged with the
    valley in a thousand other places.

    Formula: \text{distinct values of one setting: } \sqrt{n} \text{ on a grid},\; n \text{ at random}

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization; the lectures

    Where: `python -m tuning.classify --strategy random`, `--strategy grid`
    """
    lines = np.linspace(-6, 1, side)
    grid = np.array([(10**one, other) for one in lines for other in np.linspace(0, 1, side)])
    excess_grid, excess_random = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        valley = 10.0 ** rng.uniform(-4, 1, (repeats, 1))
        tried = 10 ** rng.uniform(-6, 1, (repeats, side**2)), rng.random((repeats, side**2))
        excess_grid.append(searched(grid[:, 0] * 0.02 / valley, grid[:, 1]).min(1).mean() - 0.1)
        excess_random.append(searched(tried[0] * 0.02 / valley, tried[1]).min(1).mean() - 0.1)
    distinct = len(np.unique(grid[:, 0])), len(np.unique(tried[0][0]))
    # Picture
    figure, axes = panels(2, width=8.6, height=3.4)
    curve = np.logspace(-6, 1, 200)
    for one, (name, rate, other) in zip(
        axes, (("grid", grid[:, 0], grid[:, 1]), ("random", tried[0][0], tried[1][0])), strict=True
    ):
        one.plot(curve, 1.1 + 0.6 * np.exp(-((np.log10(curve) + 1.7) ** 2) * 2), color=PALETTE[2])
        one.plot(rate, other, "o", color=PALETTE[0])
        one.plot(rate, np.full(len(rate), 1.06), "|", color=PALETTE[1], markersize=12)
        one.set(xscale="log", xlabel="learning rate, which matters", ylabel="a setting that does not")
        one.set(title=f"{name}: {len(np.unique(rate))} different rates", ylim=(-0.08, 1.8), yticks=[0, 0.5, 1])
    axes[0].annotate("how good the rate is", (2e-6, 1.3), color=PALETTE[2], fontsize=8)
    checks = [
        near("different rates on the grid", distinct[0], 4, 0),
        near("different rates at random", distinct[1], 16, 0),
        in_most("random ends with a lower loss on average", np.less(excess_random, excess_grid)),
        at_least("loss above the valley: grid over random, mean", np.mean(excess_grid) / np.mean(excess_random), 1.3),
    ]
    return Shown(checks, figure, "Sixteen trials of a grid share four rates; sixteen at random have sixteen.")


def s64_coarse_to_fine(rounds: int = 3, trials: int = 8, shrink: float = 0.5, repeats: int = 300, seeds: int = 10):
    r"""Ranges that shrink around the best find a better value with the same trials

    Eight trials are drawn from the whole range. The range is then halved, with the best value in its middle, and eight
    more are drawn; then it is halved once more. Against 24 trials from the whole range, which know nothing of each
    other, the loss above the valley is smaller. On a loss with many valleys a range can shrink around the wrong one.

    Formula: [a, b] \leftarrow x^* \pm \tfrac{1}{2} \cdot \tfrac{b - a}{2}

    Source: the lectures, "random coarse to fine search", "From coarse to fine ranges"

    Where: `tuning/coarse_to_fine.py`; `--strategy coarse-to-fine`, the default
    """
    fine, random = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        valley = 10.0 ** rng.uniform(-4, 0, (repeats, 1))
        middle, width, tried = np.full((repeats, 1), -2.5), 7.0, np.empty((repeats, 0))
        for _ in range(rounds):
            tried = np.hstack([tried, np.clip(middle + width * rng.uniform(-0.5, 0.5, (repeats, trials)), -6, 1)])
            losses = searched(10**tried * 0.02 / valley, 0.4)
            middle, width = np.take_along_axis(tried, losses.argmin(1)[:, None], 1), width * shrink
        fine.append(losses.min(1).mean() - 0.1)
        whole = rng.uniform(-6, 1, (repeats, rounds * trials))
        random.append(searched(10**whole * 0.02 / valley, 0.4).min(1).mean() - 0.1)
    # Picture
    figure, axes = canvas()
    best = np.log10(valley[0, 0])
    for k in range(rounds):
        axes.plot(tried[0, k * trials : (k + 1) * trials], np.full(trials, k + 1), "o", color=PALETTE[0])
    axes.plot(whole[0], np.full(rounds * trials, 4.2), "s", color=PALETTE[1], markersize=4)
    axes.axvline(best, color=PALETTE[2], linestyle="--")
    axes.annotate("the best value", (best + 0.1, 4.7), color=PALETTE[2], fontsize=8)
    axes.set(xlabel="learning rate, as a power of ten", yticks=[1, 2, 3, 4.2], ylim=(5.1, 0.5), xlim=(-6.2, 1.2))
    axes.set_yticklabels(["round 1", "round 2", "round 3", "24 at random"])
    checks = [
        near("trials of coarse to fine less random trials", tried.shape[1] - whole.shape[1], 0, 0),
        near("width of the last range, in powers of ten", width / shrink, 1.75, 0.001),
        in_most("coarse to fine ends with a lower loss on average", np.less(fine, random)),
        at_least("loss above the valley: random over coarse to fine, mean", np.mean(random) / np.mean(fine), 2),
    ]
    return Shown(checks, figure, "Round by round the trials gather at the best value; random ones stay spread out.")


def questions(measured) -> list[Question]:
    grid, random = measured["S63"]["different rates on the grid"], measured["S63"]["different rates at random"]
    ratio = measured["S64"]["loss above the valley: random over coarse to fine, mean"]
    return [
        Question(
            "Sixteen trials of two settings: how many learning rates does a grid try, and how many does chance?",
            (f"{grid:.0f} and {random:.0f}", "16 and 16", "8 and 16"),
            0,
            "The grid spends a factor of four on the other setting.",
        ),
        Question(
            "How much closer to the best value does coarse to fine come than random search, measured by the loss?",
            ("not at all", f"{ratio:.1f} times", "24 times"),
            1,
            "Later trials are spent where the first ones were good.",
        ),
        Question(
            "When can a grid be better than random search?",
            ("never", "with more settings", "when one of its lines happens to lie in the valley"),
            2,
            "That is luck; averaged over the places of the valley random search is better.",
        ),
    ]
