r"""Dropout: another network for every example

Dropout switches units off at random while a network trains, and all of them on at the test. What has to be scaled, by
how much and when, is the most frequent confusion of all: papers and lectures count what is kept, Keras counts what is
dropped.
"""

from itertools import product

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, near


def s58_two_forms(keep: float = 0.8, draws: int = 50_000):
    r"""Dropout scales at the test, or in training; on average it is the same

    As first published, a unit is kept with probability p in training, and at the test the weights that leave it are
    multiplied by p. The inverted form divides by p in training and leaves the test alone. Within each form the mean
    output in training is the output at the test, and the inverted form is the other divided by p. A unit that is
    dropped gets a gradient of zero: the example trains the thinned network only.

    Formula: \text{published: } y = m h,\; y_{\text{test}} = p h; \qquad \text{inverted: } y = \frac{m h}{p},\;
    y_{\text{test}} = h

    Source: the lectures, on dropout; Srivastava and others 2014, Dropout: a simple way to prevent neural networks from
    overfitting

    Where: `layers/scaled_dropout.py`, `layers/dropout.py`; `--dropout` is the share that is dropped
    """
    rng = np.random.default_rng(0)
    h, w = rng.random(40), rng.normal(0.5, 1, 40)
    m = rng.random((draws, 40)) < keep
    published, inverted = (m * h) @ w, (m * h / keep) @ w
    published_test, inverted_test = (keep * h) @ w, h @ w
    gradient = m * w
    # Picture
    figure, axes = canvas()
    bins = np.linspace(published.min(), inverted.max(), 80)
    for name, values, test, colour in (
        ("published", published, published_test, 1),
        ("inverted", inverted, inverted_test, 0),
    ):
        axes.hist(values, bins, color=PALETTE[colour], alpha=0.5, density=True, label=f"{name}, in training")
        axes.axvline(test, color=PALETTE[colour], linestyle="--", label=f"{name}, at the test: {test:.2f}")
    axes.set(xlabel="output of the layer", ylabel="share of the masks", yticks=[], ylim=(0, 0.32))
    axes.legend(fontsize=8, loc="upper left")
    checks = [
        near("published: mean in training over test", published.mean() / published_test, 1, 0.004),
        near("inverted: mean in training over test", inverted.mean() / inverted_test, 1, 0.004),
        near("published over inverted at the test", published_test / inverted_test, 0.8, 1e-9),
        near("published over inverted in training", published.sum() / inverted.sum(), 0.8, 1e-9),
        near("share of units kept", m.mean(), 0.8, 0.002),
        near("gradient of dropped units, largest", np.abs(gradient[~m]).max(), 0, 0),
    ]
    return Shown(
        checks, figure, "In both forms the dashed line of the test stands at the mean of the training outputs."
    )


def e06_expectation(keep: float = 0.5):
    r"""The test output is the mean of training for linear units only

    The lectures print that for test runs the expected output is the same as the actual output. What is meant is that
    the expected output in training is the actual output at the test. Even so it is exact only while everything behind
    the dropped units is linear. With eight units all 256 masks can be tried. The linear unit's mean is the test output
    to the last digit. The ReLU unit's is larger, since a mean of values cut off at zero is not the cut-off mean.

    Formula: \mathbb{E}_m\, f(w \cdot \tfrac{m h}{p}) = f(w \cdot h) \;\text{ if } f \text{ is linear}

    Source: the lectures, on dropout; corrected here. Srivastava and others 2014, section 10

    Where: `layers/scaled_dropout.py`; `layers/monte_carlo_dropout.py` takes the mean instead
    """
    h, w = np.arange(1, 9) / 5, np.array([1, -1, 1, -1, 1, -1, 1, 1])
    masks = np.array(list(product([0, 1], repeat=8)))
    share = keep ** masks.sum(1) * (1 - keep) ** (8 - masks.sum(1))
    sums = masks @ (h * w) / keep
    linear = share @ sums - h @ w
    relu = share @ np.maximum(sums, 0) - max(h @ w, 0)
    # Picture
    figure, axes = panels(2, width=8.4)
    for one, (name, values) in zip(axes, (("linear", sums), ("ReLU", np.maximum(sums, 0))), strict=True):
        one.hist(values, 40, weights=share, color=PALETTE[5])
        test = h @ w if name == "linear" else max(h @ w, 0)
        one.axvline(test, color=PALETTE[6], label=f"at the test: {test:.3f}")
        one.axvline(share @ values, color=PALETTE[1], linestyle="--", label=f"mean in training: {share @ values:.3f}")
        one.set(title=f"{name} unit", xlabel="output over all 256 masks", ylabel="probability", ylim=(0, 0.36))
        one.legend(fontsize=8)
    checks = [
        near("probabilities of all masks, sum", share.sum(), 1, 1e-12),
        near("right for linear units: mean less test", linear, 0, 1e-12),
        near("wrong for ReLU: mean less test, share of the test output", relu / (h @ w), 0.134766, 0.0003),
    ]
    return Shown(checks, figure, "For the linear unit mean and test are one line; for ReLU the mean lies to the right.")


def e07_keep_or_drop(rate: float = 0.2):
    r"""Keras's rate is what is dropped, not what is kept

    A lecture says p = 0.8 and means that 80% of the units are kept. `Dropout(0.8)` in Keras drops 80%. What it keeps is
    multiplied by 1 / (1 - rate), so a layer of ones shows which is which: `Dropout(0.2)` gives 1.25 and zeros, and
    `Dropout(0.8)` gives 5 and zeros.

    Formula: y = \frac{m\, h}{1 - \text{rate}}, \qquad P(m = 1) = 1 - \text{rate}

    Source: the lectures, p as the probability to keep; Keras's documentation of Dropout

    Where: `layers/dropout.py`, `layers/scaled_dropout.py`; `--dropout` is the share that is dropped
    """
    import keras

    keras.utils.set_random_seed(0)
    ones = np.ones((1000, 100), "float32")
    right = np.asarray(keras.layers.Dropout(rate)(ones, training=True))
    wrong = np.asarray(keras.layers.Dropout(1 - rate)(ones, training=True))
    test = np.asarray(keras.layers.Dropout(rate)(ones, training=False))
    # Picture
    figure, axes = panels(2, width=8.0)
    for one, (name, values) in zip(axes, (("right: Dropout(0.2)", right), ("wrong: Dropout(0.8)", wrong)), strict=True):
        one.imshow(values[:20, :30], cmap="Blues", vmin=0, vmax=5, aspect="auto")
        one.set(
            title=f"{name}\n{100 * (values > 0).mean():.0f}% kept, times {values.max():.3g}",
            xlabel="unit",
            ylabel="example",
        )
        one.grid(visible=False)
    checks = [
        near("right: largest output of Dropout(0.2) on ones", right.max(), 1.25, 1e-6),
        near("right: share kept", (right > 0).mean(), 0.8, 0.005),
        near("wrong: largest output of Dropout(0.8) on ones", wrong.max(), 5, 1e-5),
        near("wrong: share kept", (wrong > 0).mean(), 0.2, 0.005),
        near("mean in training", right.mean(), 1, 0.01),
        near("at the test nothing happens", test.mean(), 1, 1e-6),
    ]
    return Shown(checks, figure, "Dropout(0.2) leaves most units at 1.25; Dropout(0.8) leaves a fifth of them at 5.")


def questions(measured) -> list[Question]:
    largest = measured["E07"]["right: largest output of Dropout(0.2) on ones"]
    share = 100 * measured["E07"]["wrong: share kept"]
    relu = 100 * measured["E06"]["wrong for ReLU: mean less test, share of the test output"]
    return [
        Question(
            "A lecture keeps units with p = 0.8. A student writes Dropout(0.8) in Keras. Which share is kept?",
            ("80%", f"{share:.0f}%", "64%"),
            1,
            "Keras's rate is the probability to drop.",
        ),
        Question(
            "What is the largest output of Keras's Dropout(0.2) on a layer of ones, in training?",
            (f"{largest:.2f}", "1.00", "0.80"),
            0,
            "What is kept is divided by 0.8, so that the mean stays 1.",
        ),
        Question(
            "A ReLU unit follows dropped units. How far is its mean output in training from that at the test, here?",
            ("0%: they are equal", "exactly p", f"{relu:.0f}% of the test output"),
            2,
            "The equality needs linear units; the mean of cut-off values is larger than the cut-off mean.",
        ),
    ]
