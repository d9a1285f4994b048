r"""How weights begin

A network learns from where it begins. Equal weights stay equal; weights that are too small or too large let the
signal die out or grow from layer to layer. Three rules fit the size of the first weights to the number of inputs, and
their names are often mixed up.
"""

import numpy as np

from evaluation.figures import PALETTE, QUIET, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def fitted(w1, w2, x, t, rate, steps):
    """A tanh layer and a softmax layer after gradient descent on the cross-entropy of classes t."""
    b1, b2 = np.zeros(w1.shape[1]), np.zeros(w2.shape[1])
    for _ in range(steps):
        h = np.tanh(x @ w1 + b1)
        scores = np.exp(h @ w2 + b2)
        delta = (scores / scores.sum(1, keepdims=True) - np.eye(10)[t]) / len(x)
        back = delta @ w2.T * (1 - h**2)
        w2, b2 = w2 - rate * h.T @ delta, b2 - rate * delta.sum(0)
        w1, b1 = w1 - rate * x.T @ back, b1 - rate * back.sum(0)
    right = (np.tanh(x @ w1 + b1) @ w2 + b2).argmax(1) == t
    return len(np.unique(np.round(w1, 6), axis=1).T), right.mean(), w1


def s47_zero_weights(hidden: int = 16, rate: float = 0.5, steps: int = 300, constant: float = 0.1, seeds: int = 10):
    r"""Hidden units that begin equal stay equal

    All hidden units see the same inputs. If their weights are equal, so are their gradients, and so are their weights
    after every step: sixteen units do the work of one. With weights of exactly zero not even that one learns, because
    the error reaches the first layer through the second, whose weights are zero. Random weights break the tie.

    Formula: w_i = w_j \;\Rightarrow\; \frac{\partial C}{\partial w_i} = \frac{\partial C}{\partial w_j}

    Source: the lectures, "Do not initialize w to be zero"; Goodfellow, Bengio and Courville 2016, Deep Learning,
    section 8.4

    Where: `layers/initializers.py`; lesson "zeros" of `python -m apps.playground`
    """
    from sklearn.datasets import load_digits

    x, t = load_digits(return_X_y=True)
    x = x[:600] / 16
    t = t[:600]
    zero = fitted(np.zeros((64, hidden)), np.zeros((hidden, 10)), x, t, rate, steps)
    equal = fitted(np.full((64, hidden), constant), np.full((hidden, 10), constant), x, t, rate, steps)
    random = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        w1, w2 = rng.normal(0, 1 / 8, (64, hidden)), rng.normal(0, hidden**-0.5, (hidden, 10))
        random.append(fitted(w1, w2, x, t, rate, steps))
    # Picture
    figure, axes = panels(3, height=3.2)
    named = (("all zero", zero), (f"all {constant:g}", equal), ("random", random[0]))
    for one, (name, found) in zip(axes, named, strict=True):
        seen = x.std(0) > 0
        drawn = one.imshow(found[2][seen], cmap="RdBu", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
        one.set(xlabel="hidden unit", title=f"{name}: {found[0]} different,\n{100 * found[1]:.0f}% right")
        one.grid(visible=False)
    axes[0].set_ylabel("pixel")
    figure.colorbar(drawn, ax=axes, label="weight after training")
    checks = [
        near("different hidden units from zero", zero[0], 1, 0),
        near("different hidden units from equal weights", equal[0], 1, 0),
        at_most("accuracy from zero", zero[1], 0.2),
        in_most("random weights: all units differ", [one[0] == hidden for one in random]),
        in_most("random weights: accuracy above that of equal ones", [one[1] > equal[1] + 0.2 for one in random]),
        at_least("accuracy from random weights, mean", np.mean([one[1] for one in random]), 0.9),
    ]
    return Shown(checks, figure, "Weights that begin equal leave equal columns after training; random ones all differ.")


def through(layers, width, std, activation, seeds):
    """Root mean square of each layer's output, for weights of this standard deviation."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        signal, sizes = rng.normal(size=(200, width)), []
        for _ in range(layers):
            signal = activation(signal @ rng.normal(0, std, (width, width)))
            sizes.append(np.sqrt(np.mean(signal**2)))
        found.append(sizes)
    return np.array(found)


def relu(z):
    return np.maximum(z, 0)


def s48_he(fan_in: int = 400, layers: int = 10, seeds: int = 10):
    r"""He's rule keeps the signal of ReLU layers at its size

    ReLU sets half of what it sees to zero, and with it half of the mean square. Weights of variance 2 / fan-in make up
    for that, and the signal comes through ten layers as large as it was. With 1 / fan-in the mean square is halved by
    each layer. At 400 inputs the standard deviation is 0.0707. Keras's `HeNormal` draws 0.0708 here, within chance of
    it.

    Formula: W = \operatorname{nrand}(N_l, N_{l-1}) \sqrt{\frac{2}{N_{l-1}}}

    Source: He, Zhang, Ren and Sun 2015, Delving deep into rectifiers

    Where: `layers/initializers.py` (`he_normal`); the default of ReLU layers
    """
    import keras

    std = np.sqrt(2 / fan_in)
    drawn = np.random.default_rng(0).normal(size=(2500, fan_in)) * std
    keras_std = np.std(keras.initializers.HeNormal(seed=0)((fan_in, 100)))
    he = through(layers, fan_in, std, relu, seeds)
    lecun = through(layers, fan_in, np.sqrt(1 / fan_in), relu, seeds)
    kept, halved = (he[:, -1] / he[:, 0]) ** 2, (lecun[:, -1] / lecun[:, 0]) ** 2
    # Picture
    figure, axes = canvas()
    steps = np.arange(1, layers + 1)
    for name, sizes, colour in (("He: 2 / fan-in", he, 0), ("LeCun: 1 / fan-in", lecun, 1)):
        axes.fill_between(steps, sizes.min(0), sizes.max(0), color=PALETTE[colour], alpha=0.2)
        axes.plot(steps, sizes.mean(0), "o-", color=PALETTE[colour], label=name)
    axes.set(xlabel="ReLU layer", ylabel="size of the signal (root mean square)", yscale="log", xticks=steps)
    axes.legend()
    checks = [
        near("standard deviation at fan-in 400", std, 0.0707, 0.0001),
        near("of what was drawn", drawn.std(), 0.0707, 0.0003),
        near("of Keras's HeNormal", keras_std, 0.0708, 0.0003),
        in_most("He: mean square within 0.5 to 2 of the first layer's", (kept > 0.5) & (kept < 2)),
        near("LeCun: halvings of the mean square, mean", -np.log2(halved).mean(), layers - 1, 0.3),
    ]
    return Shown(checks, figure, "With He's rule the signal keeps its size through ten layers, with LeCun's it fades.")


def s49_lecun(fan_in: int = 400, fan_out: int = 100, layers: int = 10, seeds: int = 10):
    r"""The rule for tanh that lectures call Xavier is LeCun's

    Around 0 tanh is the identity, so weights of variance 1 / fan-in keep the signal nearly as it is. The lectures call
    this rule "Xavier". Keras calls it `LecunNormal`, and its `GlorotNormal` is another: at 400 inputs and 100 outputs
    0.0634 where LeCun's has 0.05. With weights of 0.01 the signal is gone after a few layers; with 0.2 the units
    saturate.

    Formula: W = \operatorname{nrand}(N_l, N_{l-1}) \sqrt{\frac{1}{N_{l-1}}}

    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp; Glorot and Bengio 2010, Understanding the
    difficulty of training deep feedforward neural networks

    Where: `layers/initializers.py` (`lecun_normal`, `glorot_normal`)
    """
    import keras

    std = np.sqrt(1 / fan_in)
    drawn = np.random.default_rng(0).normal(size=(2500, fan_in)) * std
    lecun, glorot = keras.initializers.LecunNormal(seed=0), keras.initializers.GlorotNormal(seed=0)
    lecun_std, glorot_std = np.std(lecun((fan_in, fan_out))), np.std(glorot((fan_in, fan_out)))
    sizes = {one: through(layers, fan_in, one, np.tanh, seeds) for one in (0.01, std, 0.2)}
    # Picture
    figure, axes = canvas()
    steps = np.arange(1, layers + 1)
    for (one, found), colour in zip(sizes.items(), PALETTE, strict=False):
        axes.fill_between(steps, found.min(0), found.max(0), color=colour, alpha=0.2)
        axes.plot(steps, found.mean(0), "o-", color=colour, label=f"standard deviation {one:.3g}")
    axes.set(xlabel="tanh layer", ylabel="size of the signal (root mean square)", yscale="log", xticks=steps)
    axes.legend()
    checks = [
        near("standard deviation at fan-in 400", std, 0.05, 0.0001),
        near("of what was drawn", drawn.std(), 0.05, 0.0002),
        near("of Keras's LecunNormal", lecun_std, 0.05, 0.0003),
        near("of Keras's GlorotNormal at 400/100", glorot_std, 0.0634, 0.0003),
        in_most("0.01 loses the signal", sizes[0.01][:, -1] < 1e-5),
        in_most("0.05 keeps more than a fifth of it", sizes[std][:, -1] > 0.2),
    ]
    return Shown(checks, figure, "Weights of 0.01 lose the signal within ten tanh layers, weights of 0.05 keep it.")


def curve(x, t, w1, b1, w2, rate, steps):
    """What a sigmoid layer and a linear output answer after gradient descent on the mean squared error."""
    b2 = 0.0
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(x[:, None] * w1 + b1)))
        error = (h @ w2 + b2 - t) / len(x)
        back = error[:, None] * w2 * h * (1 - h)
        w2, b2 = w2 - rate * h.T @ error, b2 - rate * error.sum()
        w1, b1 = w1 - rate * x @ back, b1 - rate * back.sum(0)
    return 1 / (1 + np.exp(-(x[:, None] * w1 + b1))) @ w2 + b2, np.ptp(w1) + np.ptp(b1)


def e11_zero_is_not_linear(hidden: int = 8, rate: float = 0.5, steps: int = 3000, seeds: int = 10):
    r"""Zero weights leave one unit, not a linear model

    The lectures print that weights of zero "lead to a linear model". A network of eight sigmoid units that all begin at
    zero learns a curve here, and it is far from every straight line. What is lost is the number of units: the eight
    stay equal, so the network is one sigmoid with eight times the weight, and that one cannot follow two bends.

    Formula: \hat y = \sum_{j=1}^{8} v\, \sigma(w x + b) + c = 8 v\, \sigma(w x + b) + c

    Source: the lectures, on initialization; corrected here

    Where: `layers/initializers.py`; docs/lectures.md
    """
    x = np.linspace(-1, 1, 60)
    t = np.sin(4 * x) + x + 1
    zero, spread = curve(x, t, np.zeros(hidden), np.zeros(hidden), np.zeros(hidden), rate, steps)
    line = np.polyval(np.polyfit(x, zero, 1), x)
    from_line = np.sqrt(np.mean((zero - line) ** 2))
    random = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        random.append(
            curve(x, t, rng.normal(0, 4, hidden), rng.normal(0, 4, hidden), rng.normal(size=hidden), rate, steps)[0]
        )
    lost = [np.mean((one - t) ** 2) / np.mean((zero - t) ** 2) for one in random]
    # Picture
    figure, axes = canvas()
    axes.plot(x, t, ".", color=QUIET, label="target")
    axes.plot(x, zero, color=PALETTE[0], label="from zero: one sigmoid")
    axes.plot(x, line, "--", color=PALETTE[0], label="nearest straight line")
    axes.plot(x, random[0], color=PALETTE[1], label="from random weights")
    axes.set(xlabel="input x", ylabel="output", ylim=(-0.8, 4.2))
    axes.legend(loc="upper left", fontsize=8, ncols=2)
    checks = [
        near("wrong: distance of the zero network from a line, which is claimed to be 0", from_line, 0.20557, 0.0002),
        at_most("right: difference between its hidden units", spread, 0),
        in_most("random weights: less than half of the error", [one < 0.5 for one in lost]),
    ]
    return Shown(checks, figure, "The network from zero weights is a bent curve, one sigmoid, and not a straight line.")


def e12_xavier(fan_in: int = 400, fan_out: int = 100):
    r"""Xavier Glorot's rule counts inputs and outputs

    The lectures call sqrt(1 / fan-in) "Xavier". That is LeCun's rule. Xavier Glorot and Yoshua Bengio divide by the
    mean of inputs and outputs, so that the gradient on its way back keeps its size as well. Keras cuts its normal
    draws at two standard deviations and widens what remains, so that no weight is larger than 2.27 standard deviations.

    Formula: \sigma_{\text{LeCun}} = \sqrt{\frac{1}{n_{in}}}, \qquad \sigma_{\text{Glorot}} = \sqrt{\frac{2}{n_{in} +
    n_{out}}}

    Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks

    Where: `layers/initializers.py`, whose table gives all three
    """
    import keras

    lecture, glorot = np.sqrt(1 / fan_in), np.sqrt(2 / (fan_in + fan_out))
    drawn = np.concatenate([keras.initializers.GlorotNormal(seed=k)((fan_in, fan_out)) for k in range(20)])
    cut = np.abs(drawn).max() / drawn.std()
    z = np.random.default_rng(0).normal(size=2_000_000)
    widened = 2 / z[np.abs(z) < 2].std()
    # Picture
    figure, axes = canvas()
    axes.hist(drawn.ravel(), bins=120, color=PALETTE[5], density=True, label="Keras GlorotNormal")
    w = np.linspace(-0.22, 0.22, 400)
    for name, std, colour in (("LeCun, printed as Xavier", lecture, 1), ("Glorot", glorot, 0)):
        density = np.exp(-((w / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
        axes.plot(w, density, color=PALETTE[colour], label=f"{name}: {std:.4f}")
    axes.set(xlabel="weight", ylabel="density", ylim=(0, 12))
    axes.legend(fontsize=8, loc="upper left")
    checks = [
        near("wrong: sqrt(1 / fan-in)", lecture, 0.05, 0.0001),
        near("right: sqrt(2 / (fan-in + fan-out))", glorot, 0.063246, 0.0001),
        near("Keras's GlorotNormal", drawn.std(), glorot, 0.0002),
        at_least("the wrong one is too small by the factor", drawn.std() / lecture, 1.25),
        near("largest weight in standard deviations", cut, 2.27, 0.01),
        near("the same of a normal distribution cut at 2", widened, 2.2737, 0.005),
    ]
    return Shown(checks, figure, "Keras's Glorot draws follow the wider curve and end at 2.27 standard deviations.")


def questions(measured) -> list[Question]:
    std = measured["S48"]["standard deviation at fan-in 400"]
    units = measured["S47"]["different hidden units from equal weights"]
    glorot = measured["E12"]["right: sqrt(2 / (fan-in + fan-out))"]
    return [
        Question(
            "Sixteen hidden units begin with the same weights. How many different ones are there after training?",
            ("16", f"{units:.0f}", "8"),
            1,
            "Equal weights have equal gradients at every step, so nothing ever tells the units apart.",
        ),
        Question(
            "A ReLU layer has 400 inputs. Which standard deviation keeps the size of the signal?",
            ("0.0500", "0.0025", f"{std:.4f}"),
            2,
            "The variance is 2 / 400, because ReLU lets half of the mean square through.",
        ),
        Question(
            "A layer has 400 inputs and 100 outputs. What does Glorot's rule give?",
            (f"{glorot:.4f}", "0.0500", "0.0707"),
            0,
            "It divides 2 by inputs plus outputs; 0.05 is LeCun's rule and 0.0707 is He's.",
        ),
    ]
