r"""Batch normalisation: what it does, and what it does not

Batch normalisation brings every unit's sums to mean 0 and standard deviation 1 over the batch, then lets the network
choose another mean and scale. A network with it bears starts that stop one without it. It does not make anything
normally distributed, and it is not the same as training in mini-batches.
"""

from itertools import pairwise

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def standardised(s):
    """Sums with mean 0 and variance 1 over the batch, and the deviation that they were divided by."""
    deviation = np.sqrt(s.var(1, keepdims=True) + 1e-5)
    return (s - s.mean(1, keepdims=True)) / deviation, deviation


def back_through(delta, z, deviation):
    """Gradient of the sums, given that of the standardised sums: mean and deviation depend on them, too."""
    return (delta - delta.mean(1, keepdims=True) - z * (delta * z).mean(1, keepdims=True)) / deviation


def trained(x, t, scale, batch_norm, layers, width, rate, steps):
    """Training accuracy of a tanh network for each seed; hidden weights begin `scale` times as large as LeCun's."""
    rng = np.random.default_rng(0)
    sizes = [x.shape[2], *[width] * layers]
    w = [rng.normal(0, scale / np.sqrt(a), (len(x), a, b)) for a, b in pairwise(sizes)]
    w += [rng.normal(0, 1 / np.sqrt(width), (len(x), width, 10))]
    for _ in range(steps):
        signals, sums = [x], []
        for one in w[:-1]:
            sums.append(standardised(signals[-1] @ one) if batch_norm else (signals[-1] @ one, None))
            signals.append(np.tanh(sums[-1][0]))
        scores = signals[-1] @ w[-1]
        p = np.exp(scores - scores.max(-1, keepdims=True))
        delta = (p / p.sum(-1, keepdims=True) - np.eye(10)[t]) / x.shape[1]
        for k in reversed(range(len(w))):
            if k < layers:
                delta = delta * (1 - signals[k + 1] ** 2)
                delta = back_through(delta, *sums[k]) if batch_norm else delta
            gradient, delta = signals[k].swapaxes(1, 2) @ delta, delta @ w[k].swapaxes(1, 2)
            w[k] = w[k] - rate * gradient
    return (scores.argmax(-1) == t).mean(-1)


def s59_initial_scale(layers: int = 4, width: int = 24, rate: float = 0.5, steps: int = 120, seeds: int = 5):
    r"""With batch normalisation the size of the first weights hardly matters

    A tanh network with four hidden layers learns 200 digits from hidden weights of a hundredth to ten times LeCun's
    size. Without batch normalisation it learns well from some of the sizes only: below them the signal dies out, above
    them the units saturate. With it a factor on the weights of a layer is divided out by the deviation of its sums.
    Here gamma is 1 and beta 0; at the test moving averages take the place of the batch.

    Formula: s \leftarrow \gamma\, \frac{s - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta

    Source: the lectures, "Results less sensitive to initialization"; Ioffe and Szegedy 2015, Batch normalization

    Where: `layers/batch_norm.py`; `python -m apps.classify mlp --batch-norm`
    """
    from sklearn.datasets import load_digits

    pixels, classes = load_digits(return_X_y=True)
    rows = np.array([np.random.default_rng(seed).permutation(len(pixels))[:200] for seed in range(seeds)])
    x, t = pixels[rows] / 16, classes[rows]
    scales = (0.01, 0.1, 1, 3, 10)
    found = {
        norm: np.array([trained(x, t, scale, norm, layers, width, rate, steps) for scale in scales])
        for norm in (False, True)
    }
    spread = {norm: np.ptp(found[norm], axis=0) for norm in found}
    # Picture
    figure, axes = canvas()
    for norm, name, colour in ((False, "without", 1), (True, "with batch normalisation", 0)):
        values = found[norm]
        axes.fill_between(scales, values.min(1), values.max(1), color=PALETTE[colour], alpha=0.2)
        axes.plot(scales, values.mean(1), "o-", color=PALETTE[colour], label=name)
    axes.set(xlabel="first weights, in units of LeCun's", ylabel=f"accuracy after {steps} steps", xscale="log")
    axes.set_ylim(0, 1.25)
    axes.legend(fontsize=8, loc="upper left", ncols=2)
    checks = [
        at_least("without: points between best and worst scale, mean", 100 * spread[False].mean(), 70),
        at_most("with: points between best and worst scale, mean", 100 * spread[True].mean(), 15),
        in_most("batch normalisation makes the spread four times smaller", spread[True] < spread[False] / 4),
        in_most("with it every scale ends above 85%", found[True].min(0) > 0.85),
    ]
    return Shown(
        checks, figure, "With batch normalisation the curve over the scales is flat, without it it has a peak."
    )


def e19_batch_norm(examples: int = 100_000, momentum: float = 0.99):
    r"""Batch normalisation standardises; it makes nothing normal, and needs an epsilon and a rule for the test

    Three slips are printed. Cutting the data into mini-batches is called batch norm; that is another thing. The
    distribution is said to become a standard normal one: mean and variance do, the shape stays, and sums as skewed as
    an exponential distribution stay so. The formula has no epsilon and no rule for the test: a unit that is the same
    for the whole batch then divides 0 by 0, and a single example, less the mean of itself, is 0 whatever it is. Keras
    adds 0.001 and uses moving averages with momentum 0.99.

    Formula: y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \qquad \mu_{\text{test}} \leftarrow 0.99\,
    \mu_{\text{test}} + 0.01\, \mu_B

    Source: the lectures, on batch normalization; corrected here. Ioffe and Szegedy 2015, Batch normalization

    Where: `layers/batch_norm.py`
    """
    import keras

    s = np.random.default_rng(0).exponential(3, examples)
    z = (s - s.mean()) / s.std()
    before, after = np.mean(((s - s.mean()) / s.std()) ** 3), np.mean(z**3)
    constant = np.full(32, 0.7)
    with np.errstate(invalid="ignore"):
        without_epsilon = (constant - constant[0]) / np.sqrt(np.mean((constant - constant[0]) ** 2))
    with_epsilon = (constant - constant[0]) / np.sqrt(np.mean((constant - constant[0]) ** 2) + 1e-3)
    single = s[:1] - s[:1].mean()
    mean = 0.0
    for batch in np.split(s, len(s) // 100):
        mean = momentum * mean + (1 - momentum) * batch.mean()
    layer = keras.layers.BatchNormalization()
    # Picture
    figure, axes = panels(2, width=8.4)
    for one, (name, values) in zip(axes, (("before", s), ("after", z)), strict=True):
        edges = np.linspace(-4, 12, 81)
        one.hist(
            values,
            edges,
            density=True,
            color=PALETTE[5],
            label=f"{name}: skewness {after:.2f}",
        )
        normal = np.exp(-((edges - values.mean()) ** 2) / (2 * values.var())) / np.sqrt(2 * np.pi * values.var())
        one.plot(edges, normal, color=PALETTE[1], label="normal distribution")
        one.set(xlabel=f"sums {name} batch normalisation", ylabel="density")
        one.legend(fontsize=8)
    checks = [
        near("mean afterwards", z.mean(), 0, 1e-9),
        near("standard deviation afterwards", z.std(), 1, 1e-9),
        near("wrong: becomes normal; the skewness changes by", after - before, 0, 1e-9),
        at_least("skewness afterwards, of a normal distribution 0", after, 1.9),
        near("share below -1, of a normal distribution 0.159", np.mean(z < -1), 0, 0.0005),
        near("wrong: without epsilon, values that are no number", np.isnan(without_epsilon).sum(), 32, 0),
        near("right: with epsilon", np.abs(with_epsilon).max(), 0, 0),
        near("wrong: a single example less its own mean", single[0], 0, 0),
        near("right: moving average over the true mean", mean / 3, 1, 0.05),
        near("Keras's momentum", layer.momentum, momentum, 1e-9),
        near("Keras's epsilon", layer.epsilon, 1e-3, 1e-12),
    ]
    return Shown(checks, figure, "The histogram keeps its skewed shape; only its place and width change.")


def questions(measured) -> list[Question]:
    skewness = measured["E19"]["skewness afterwards, of a normal distribution 0"]
    without = measured["S59"]["without: points between best and worst scale, mean"]
    with_norm = measured["S59"]["with: points between best and worst scale, mean"]
    return [
        Question(
            "Sums with a skewness of 2 go through batch normalisation. What is their skewness then?",
            ("0, as they are normal", f"{skewness:.1f}", "1"),
            1,
            "Shift and scale change mean and deviation; the shape stays.",
        ),
        Question(
            "First weights vary a thousandfold. By how many points does the accuracy vary with batch normalisation?",
            (f"{without:.0f}", "exactly 0", f"{with_norm:.0f}, and without it {without:.0f}"),
            2,
            "The scale of the weights is divided out; only the relative size of a step still depends on it.",
        ),
        Question(
            "At the test a single example comes. Which mean is subtracted?",
            ("the moving average of training", "the mean of the example", "none"),
            0,
            "An example less its own mean would be 0, whatever it is.",
        ),
    ]
