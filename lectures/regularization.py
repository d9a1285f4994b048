r"""Regularisation: holding a network back so that it learns what lasts

A network that can fit everything also fits what is accidental. Stopping in time, a price on large weights and noise in
training all hold it back. Two of these, price and noise, turn out to be the same thing for a linear model. Dropout is
explained in the chapter after this one.
"""

import numpy as np

from evaluation.figures import PALETTE, QUIET, canvas
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def s54_early_stopping(patience: int = 10, successive: int = 2, best: int = 60, noise: float = 0.05, seeds: int = 10):
    r"""Patience on the best epoch beats successive increases and the running mean

    A validation error falls until epoch 60 and then rises, and every epoch has some noise. The rule "stop after M
    successive increases" is fooled by the noise long before the minimum; the lectures call it not recommended. "Stop
    when the error is above the mean of all so far" is held open by the large errors of the beginning and stops late.
    Patience counts the epochs since the best one. It gives back the weights of the best epoch, so that it costs little
    to wait. Every rule is judged by the error, without noise, of the weights that it gives back.

    Formula: \bar E_n = \frac{1}{n} \sum_{i=1}^{n} E_i

    Source: the lectures, on early stopping; Prechelt 1998, Early stopping, but when?; planted curve

    Where: `training/best_weights.py`; `--patience`, `--stop-rule best|increases|running_mean`
    """
    epochs = np.arange(300)
    true = 0.5 + 2 * np.exp(-epochs / 15) + 0.003 * np.abs(epochs - best)
    stops, excess = {"successive increases": [], "running mean": [], "patience on the best": []}, []
    for seed in range(seeds):
        seen = true + np.random.default_rng(seed).normal(0, noise, len(epochs))
        rises = np.convolve(np.diff(seen, prepend=seen[0]) > 0, np.ones(successive))[: len(epochs)]
        above = seen > np.cumsum(seen) / (epochs + 1)
        first = np.argmax(rises == successive), np.argmax(np.append(above, True))
        since = epochs - np.array([seen[: n + 1].argmin() for n in epochs])
        last = np.argmax(since >= patience)
        given = [*first, seen[: last + 1].argmin()]
        for name, one in zip(stops, given, strict=True):
            stops[name].append(one)
        excess.append([true[one] - true.min() for one in np.minimum(given, 299)])
    excess = np.array(excess)
    # Picture
    figure, axes = canvas(6.0, 3.4)
    axes.plot(epochs, seen, color=QUIET, linewidth=0.7, label="seen, one seed")
    axes.plot(epochs, true, color=PALETTE[6], label="without noise")
    for (name, found), colour, marker in zip(stops.items(), (1, 4, 0), "sv^", strict=True):
        axes.plot(found, true[found], marker, color=PALETTE[colour], label=name)
    axes.set(xlabel="epoch", ylabel="validation error", ylim=(0.4, 2.2))
    axes.legend(fontsize=8, loc="upper right")
    checks = [
        at_most("epoch of two increases in a row, mean", np.mean(stops["successive increases"]), best - 15),
        at_least("epoch of the running mean", np.mean(stops["running mean"]), 2 * best),
        near("epoch that patience gives back, mean", np.mean(stops["patience on the best"]), best, 10),
        in_most("patience gives back better weights than increases", excess[:, 2] < excess[:, 0]),
        in_most("patience gives back better weights than the running mean", excess[:, 2] < excess[:, 1]),
    ]
    return Shown(checks, figure, "Increases stop long before the minimum, the running mean after it, patience near it.")


def s55_bias_is_free(alpha: float = 50.0, rows: int = 50, offset: float = 20.0):
    r"""A penalty on the bias underfits, a penalty on the weights does not

    The targets lie around 20, and a bias of 20 is all that it takes. Priced like a weight, the bias is pulled towards
    0: with as much penalty as rows it ends at half. The error is then that of missing all targets by ten. Left free, it
    is the mean of the targets whatever the penalty. A bias takes part in no interaction of inputs, so there is nothing
    to gain from keeping it small.

    Formula: \tilde C = C + \alpha\, \Omega(W), \qquad \text{penalised: } b = \bar t\, \frac{n}{n + \alpha}

    Source: the lectures, "b not regularized"; Goodfellow, Bengio and Courville 2016, Deep Learning, section 7.1

    Where: `layers/penalties.py`; `Dense` and `Conv2D` take no penalty for their bias
    """
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    x -= x.mean()
    t = 2 * x + offset + rng.normal(0, 0.5, rows)
    inputs = np.stack([x, np.ones(rows)], 1)
    fits = {}
    for name, price in (("bias free", [alpha, 0]), ("bias penalised", [alpha, alpha])):
        fits[name] = np.linalg.solve(inputs.T @ inputs + np.diag(price), inputs.T @ t)
    error = {name: np.mean((inputs @ fit - t) ** 2) for name, fit in fits.items()}
    # Picture
    figure, axes = canvas()
    axes.plot(x, t, ".", color=QUIET, label="data")
    for (name, fit), colour in zip(fits.items(), (0, 1), strict=True):
        axes.plot(x, inputs @ fit, color=PALETTE[colour], label=f"{name}: b = {fit[1]:.1f}, error {error[name]:.1f}")
    axes.set(xlabel="input x", ylabel="target", ylim=(0, 34))
    axes.legend(fontsize=8, loc="upper left")
    checks = [
        near("free bias over the mean target", fits["bias free"][1] / t.mean(), 1, 1e-9),
        near("penalised bias over the mean target", fits["bias penalised"][1] / t.mean(), 0.5, 1e-9),
        near("weight, the same in both", fits["bias penalised"][0] - fits["bias free"][0], 0, 1e-9),
        at_least(
            "error with the bias penalised over the error without", error["bias penalised"] / error["bias free"], 50
        ),
    ]
    return Shown(
        checks, figure, "With a penalised bias the line lies ten below the data; with a free one it lies in it."
    )


def descended(x, t, l1, l2, rate=0.1, steps=500):
    """Weights after proximal gradient descent: a step on the loss and l2, then a pull of l1 that stops at zero."""
    w = np.zeros(x.shape[1])
    for _ in range(steps):
        w = w - rate * (x.T @ (x @ w - t) / len(x) + l2 * w)
        w = np.sign(w) * np.maximum(np.abs(w) - rate * l1, 0)
    return w


def s56_sparsity(l1: float = 0.2, l2: float = 1.0, useful: int = 5, inputs: int = 50, seeds: int = 10):
    r"""L1 makes weights zero, L2 makes them small

    Five of fifty inputs matter. The pull of L2 fades as a weight becomes small, so no weight becomes exactly zero. The
    pull of L1 is the same at any size, and most weights that do not matter end at zero. Exact zeros need a step that
    stops there; plain gradient descent would jump back and forth across it.

    Formula: w \leftarrow \operatorname{sign}(w) \max(|w| - \eta \alpha, 0)

    Source: the lectures, "induces sparsity"; Tibshirani 1996, Regression shrinkage and selection via the lasso

    Where: `layers/penalties.py` (`L1`, `L2`); lesson "sparsity" of `python -m apps.playground`
    """
    kinds = {"L1": (l1, 0), "L2": (0, l2), "none": (0, 0)}
    weights = {name: [] for name in kinds}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(100, inputs))
        t = x[:, :useful] @ rng.choice([-1.0, 1.0], useful) + rng.normal(0, 1, 100)
        for name, (one, two) in kinds.items():
            weights[name].append(descended(x, t, one, two))
    weights = {name: np.abs(found) for name, found in weights.items()}
    exact = {name: (found == 0).sum(1) for name, found in weights.items()}
    small = {name: (found < 0.05).sum(1) for name, found in weights.items()}
    # Picture
    figure, axes = canvas()
    edges = np.linspace(0, 1.3, 53)
    for (name, found), colour in zip(weights.items(), PALETTE, strict=False):
        axes.stairs(np.histogram(found, edges)[0] / seeds, edges, color=PALETTE[PALETTE.index(colour)], linewidth=1.8,
                    label=f"{name}: {exact[name].mean():.0f} exactly zero")  # fmt: skip
    axes.set(xlabel="size of a weight", ylabel="weights of 50 (mean over seeds)", yscale="symlog", ylim=(0, 60))
    axes.set_yticks([0, 1, 10, 50], ["0", "1", "10", "50"])
    axes.legend(fontsize=8)
    checks = [
        at_least("exact zeros with L1, of 50, mean", exact["L1"].mean(), 30),
        near("exact zeros with L2", exact["L2"].sum(), 0, 0),
        near("exact zeros without a penalty", exact["none"].sum(), 0, 0),
        in_most("weights below 0.05: L1 > L2 > none", (small["L1"] > small["L2"]) & (small["L2"] > small["none"])),
        in_most("L1 keeps the five that matter", (weights["L1"][:, :useful] > 0).all(1)),
    ]
    return Shown(checks, figure, "L1 puts most weights in the bar at zero; with L2 or none the weights are spread out.")


def s60_noise_is_a_penalty(noise: float = 0.5, rows: int = 40, copies: int = 4000, seeds: int = 10):
    r"""Noise in training and a limit on the weights are one thing for a linear model

    Regularisation adds chance, or limits, or both. For a linear model and squared error the two meet: adding noise of
    variance s to the inputs raises the expected loss by s times the squared weights, which is the L2 penalty. The
    weights fitted to thousands of noisy copies are those of ridge regression on the clean rows.

    Formula: \mathbb{E}\, (w^T (x + \epsilon) - t)^2 = (w^T x - t)^2 + \sigma^2 \|w\|^2

    Source: the lectures, regularisation as stochasticity and constraints; Bishop 1995, Training with noise is
    equivalent to Tikhonov regularization

    Where: `layers/gaussian_noise.py`, `layers/penalties.py`
    """
    plain, ridge, noisy = [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, 8))
        t = x @ rng.normal(size=8) + rng.normal(size=rows)
        altered = np.tile(x, (copies, 1)) + rng.normal(0, noise, (rows * copies, 8))
        noisy.append(np.linalg.lstsq(altered, np.tile(t, copies), rcond=None)[0])
        ridge.append(np.linalg.solve(x.T @ x + rows * noise**2 * np.eye(8), x.T @ t))
        plain.append(np.linalg.lstsq(x, t, rcond=None)[0])
    plain, ridge, noisy = np.array(plain), np.array(ridge), np.array(noisy)
    away = np.abs(noisy - ridge).max(1) / np.abs(ridge).max(1)
    # Picture
    figure, axes = canvas(4.0, 3.4)
    limit = np.abs(plain).max() * 1.1
    axes.plot([-limit, limit], [-limit, limit], color=QUIET, linewidth=1)
    axes.plot(ridge.ravel(), plain.ravel(), ".", color=PALETTE[1], label="no noise")
    axes.plot(ridge.ravel(), noisy.ravel(), "o", color=PALETTE[0], markersize=4, label="noise on the inputs")
    axes.set(xlabel="weight with the L2 penalty", ylabel="weight without penalty")
    axes.legend(fontsize=8)
    checks = [
        in_most("weights from noise within 2% of those from the penalty", away < 0.02),
        at_most("largest distance, mean over seeds", away.mean(), 0.01),
        in_most("without noise and penalty the weights are larger", (plain**2).sum(1) > (ridge**2).sum(1)),
        near("squared weights, noise over penalty, mean", ((noisy**2).sum(1) / (ridge**2).sum(1)).mean(), 1, 0.01),
    ]
    return Shown(checks, figure, "Weights from noisy inputs lie on the line of those from the penalty; others do not.")


def questions(measured) -> list[Question]:
    zeros = measured["S56"]["exact zeros with L1, of 50, mean"]
    early = measured["S54"]["epoch of two increases in a row, mean"]
    share = measured["S55"]["penalised bias over the mean target"]
    return [
        Question(
            "The validation error has its minimum at epoch 60. When does 'two increases in a row' stop, on average?",
            ("at epoch 62", "at epoch 120", f"at epoch {early:.0f}"),
            2,
            "Noise alone makes two increases in a row long before the minimum.",
        ),
        Question(
            "Five of fifty inputs matter. How many weights does L1 make exactly zero here, and how many L2?",
            (f"{zeros:.0f} and none", "45 and 45", f"none and {zeros:.0f}"),
            0,
            "The pull of L1 does not fade near zero; that of L2 does.",
        ),
        Question(
            "The bias is penalised with a strength equal to the number of rows. Which share of the mean target is it?",
            ("all of it", f"{share:.2f}", "0"),
            1,
            "The penalised bias is the mean times n / (n + alpha), a half where the two are equal.",
        ),
    ]
