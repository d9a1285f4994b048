r"""Activation functions and their slopes

Without an activation any number of layers is one linear layer. What an activation is good for is seen in its slope:
backpropagation multiplies by it in every layer.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, near

Z = np.linspace(-6, 6, 1201)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope(f, z, h=1e-6):
    return (f(z + h) - f(z - h)) / (2 * h)


def s19_step(rate: float = 1.0, steps: int = 1000):
    r"""A unit with a step cannot learn by gradients: its slope is 0

    The step is flat on both sides of its jump, so every gradient through it is 0 and no weight moves. A sigmoid in its
    place has a slope everywhere, and the same unit learns OR.

    Formula: f(z) = \begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}, \qquad f'(z) = 0 \text{ for } z \ne 0

    Source: the step is McCulloch and Pitts' of 1943

    Where: `layers/activations.py`, `step`
    """
    x, t = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]]), np.array([0, 1, 1, 1])
    start = np.array([0.3, -0.4, -0.2])
    units = {"step": lambda z: (z >= 0) * 1.0, "sigmoid": sigmoid}
    slopes = {name: slope(f, Z[abs(Z) > 1e-3]) for name, f in units.items()}
    learned, error = {}, {}
    for name, f in units.items():
        w, error[name] = start, []
        for _ in range(steps):
            s = f(x @ w)
            w = w + rate * ((t - s) * slope(f, x @ w)) @ x
            error[name].append(np.mean((t - s) ** 2))
        learned[name] = w
    # Picture
    figure, (left, right) = panels(2, width=8)
    for place, (name, f) in enumerate(units.items()):
        left.plot(Z, f(Z), color=PALETTE[1 - place], label=name)
        right.plot(error[name], color=PALETTE[1 - place], label=name)
    left.set(xlabel="z", ylabel="f(z)")
    right.set(xlabel="steps of gradient descent on OR", ylabel="mean squared error", ylim=(0, None))
    right.legend()
    checks = [
        near("steepest slope of the step away from 0", abs(slopes["step"]).max(), 0, 0),
        near("change of the weights, step", abs(learned["step"] - start).max(), 0, 0),
        near("cases of OR right, sigmoid", sum((x @ learned["sigmoid"] > 0) == t), 4, 0),
        near("steepest slope of the sigmoid", slopes["sigmoid"].max(), 0.25, 1e-4),
    ]
    return Shown(
        checks, figure, "The error of the unit with a step stays where it was; that of the sigmoid falls to 0."
    )


def s20_sigmoid():
    r"""The sigmoid gives probabilities, its slope is s (1 - s), and it is not symmetric

    Its values lie between 0 and 1, which suits the probability of one of two classes. The slope is at most 1/4, at 0.
    Its outputs are all positive: for inputs spread evenly around 0 their mean is 1/2, not 0.

    Formula: \sigma(z) = \frac{1}{1 + e^{-z}}, \quad \sigma'(z) = \sigma(z)(1 - \sigma(z)), \quad
    \sigma(-z) = 1 - \sigma(z)

    Source: Verhulst 1845 for the curve; Rumelhart, Hinton and Williams 1986 in networks

    Where: `layers/activations.py`, `sigmoid`; in docs/proofs.md `activations.sigmoid`
    """
    s = sigmoid(Z)
    derivative = s * (1 - s)
    # Picture
    figure, axes = canvas()
    axes.plot(Z, s, color=PALETTE[0], label="s")
    axes.plot(Z, derivative, "--", color=PALETTE[1], label="slope s (1 - s)")
    axes.axhline(0.5, color="#999999", linewidth=0.8)
    axes.set(xlabel="z", ylabel="value")
    axes.legend()
    checks = [
        at_most("largest difference of s (1 - s) from the slope", abs(derivative - slope(sigmoid, Z)).max(), 1e-9),
        near("steepest slope", derivative.max(), 0.25, 1e-12),
        near("slope at z = 5", sigmoid(5) * (1 - sigmoid(5)), 0.0066480567, 1e-9),
        near("mean output for inputs around 0", s.mean(), 0.5, 1e-12),
        at_most("largest difference of s(-z) from 1 - s(z)", abs(sigmoid(-Z) - (1 - s)).max(), 1e-12),
    ]
    return Shown(checks, figure, "An S from 0 to 1 with its slope, a bell that is a quarter high.")


def s21_tanh():
    r"""The hyperbolic tangent is a symmetric sigmoid, and its slope vanishes away from 0

    It is the sigmoid stretched to -1...1: its outputs have mean 0, and its slope at 0 is 1, four times that of the
    sigmoid. At z = 3 only a hundredth of the slope is left.

    Formula: \tanh(z) = 2 \sigma(2 z) - 1, \qquad \tanh'(z) = 1 - \tanh^2(z)

    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.4

    Where: `layers/activations.py`, `tanh`; `--activation tanh`
    """
    value = np.tanh(Z)
    derivative = 1 - value**2
    # Picture
    figure, axes = canvas()
    axes.plot(Z, value, color=PALETTE[0], label="tanh")
    axes.plot(Z, derivative, "--", color=PALETTE[1], label="slope 1 - tanh²")
    axes.plot(Z, sigmoid(Z) * (1 - sigmoid(Z)), ":", color="#777777", label="slope of the sigmoid")
    axes.set(xlabel="z", ylabel="value")
    axes.legend(fontsize=8.5)
    checks = [
        at_most("largest difference of 1 - tanh² from the slope", abs(derivative - slope(np.tanh, Z)).max(), 1e-9),
        at_most("largest difference from 2 s(2z) - 1", abs(value - (2 * sigmoid(2 * Z) - 1)).max(), 1e-12),
        near("mean output for inputs around 0", value.mean(), 0, 1e-12),
        near("slope at z = 0", derivative[600], 1, 1e-12),
        near("slope at z = 3", 1 - np.tanh(3) ** 2, 0.00986604, 1e-8),
    ]
    return Shown(checks, figure, "An S from -1 to 1; its slope reaches 1 and has gone beyond z = 3.")


def s22_relu(bias: float = -10.0):
    r"""ReLU passes what is positive; a unit that never is, is dead

    The slope is 1 for positive sums and 0 for negative ones; at 0, where there is none, TensorFlow takes 0. A unit
    whose bias is so low that no sample gives a positive sum gets no gradient from any sample, so it stays as it is.

    Formula: f(z) = \max(z, 0), \qquad f'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}

    Source: Nair and Hinton 2010, Rectified linear units improve restricted Boltzmann machines; Glorot, Bordes and
    Bengio 2011, Deep sparse rectifier neural networks

    Where: `layers/activations.py`, `relu`, the usual activation of `mlp`; lesson "dying" of `python -m
    apps.playground`
    """
    import tensorflow as tf

    z = tf.Variable([-1.0, 0.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(z))
    slopes = tape.gradient(y, z).numpy()
    x = np.random.default_rng(0).normal(size=(1000, 5))
    w = np.array([1.0, -0.5, 0.3, 0.8, -1.2])
    active = [np.mean(x @ w + b > 0) for b in (0, bias)]
    gradient = ((x @ w + bias > 0)[:, None] * x).sum(axis=0)
    # Picture
    figure, (left, right) = panels(2, width=8)
    left.plot(Z, np.maximum(Z, 0), color=PALETTE[0], label="f")
    left.plot(Z[Z < 0], 0 * Z[Z < 0], "--", color=PALETTE[1], label="slope")
    left.plot(Z[Z > 0], 1 + 0 * Z[Z > 0], "--", color=PALETTE[1])
    left.plot(0, 0, "o", color=PALETTE[1])
    left.set(xlabel="z", ylabel="value")
    left.legend()
    biases = np.linspace(bias, -bias, 41)
    right.plot(biases, [100 * np.mean(x @ w + b > 0) for b in biases], color=PALETTE[0])
    right.set(xlabel="bias of the unit", ylabel="samples with a slope (%)")
    right.annotate("dead", (bias, 0), (bias * 0.9, 25), color=PALETTE[1], arrowprops={"arrowstyle": "->"})
    checks = [
        near("slope at -1", slopes[0], 0, 0),
        near("slope at 0", slopes[1], 0, 0),
        near("slope at 1", slopes[2], 1, 0),
        near("share of samples with a slope, bias 0", active[0], 0.5, 0.03),
        near("share of samples with a slope, low bias", active[1], 0, 0),
        near("gradient of the dead unit", abs(gradient).max(), 0, 0),
    ]
    return Shown(checks, figure, "ReLU and its slope; with a low bias no sample has a slope, and the unit is dead.")


def s23_relatives(slope_below: float = 0.2):
    r"""Leaky ReLU, softplus and ELU keep a slope where ReLU has none

    Saturating functions (sigmoid, tanh) go flat on both sides, ReLU and its relatives on one side at most. Leaky
    ReLU never goes flat. Softplus is a ReLU with a round corner whose slope is the sigmoid. ELU goes down to -1.

    Formula: \text{leaky: } \max(z, 0.2 z), \quad \text{softplus: } \ln(1 + e^z), \quad \text{ELU: }
    \begin{cases} z & z > 0 \\ e^z - 1 & z \le 0 \end{cases}

    Source: Maas, Hannun and Ng 2013 (leaky ReLU); Dugas and others 2001 (softplus); Clevert, Unterthiner and Hochreiter
    2016 (ELU)

    Where: `layers/activations.py`; `--activation leaky_relu`, `softplus`, `elu`
    """
    import keras

    functions = {
        "leaky ReLU": (lambda z: np.where(z > 0, z, slope_below * z), lambda z: np.where(z > 0, 1, slope_below)),
        "softplus": (lambda z: np.log1p(np.exp(z)), sigmoid),
        "ELU": (lambda z: np.where(z > 0, z, np.expm1(z)), lambda z: np.where(z > 0, 1, np.exp(z))),
    }
    z = Z[abs(Z) > 1e-3]
    of_keras = {"leaky ReLU": keras.ops.leaky_relu, "softplus": keras.ops.softplus, "ELU": keras.ops.elu}
    differences = {n: abs(f(z) - np.array(of_keras[n](z.astype("float64")))).max() for n, (f, _) in functions.items()}
    errors = {n: abs(derivative(z) - slope(f, z)).max() for n, (f, derivative) in functions.items()}
    # Picture
    figure, (left, right) = panels(2, width=8.4)
    for place, (name, (f, derivative)) in enumerate(functions.items()):
        left.plot(Z, f(Z), color=PALETTE[place], label=name)
        right.plot(Z, derivative(Z), color=PALETTE[place], label=name)
    right.plot(Z, sigmoid(Z) * (1 - sigmoid(Z)), ":", color="#777777", label="sigmoid: flat on both sides")
    left.set(xlabel="z", ylabel="f(z)", ylim=(-2, 4), xlim=(-4, 4))
    right.set(xlabel="z", ylabel="slope f'(z)", ylim=(-0.05, 1.6))
    right.legend(fontsize=8.5)
    checks = [at_most(f"{name}: difference from Keras", one, 2e-7) for name, one in differences.items()]
    checks += [at_most(f"{name}: difference from the slope", one, 1e-8) for name, one in errors.items()]
    checks += [near("slope at z = -3, leaky ReLU", functions["leaky ReLU"][1](-3.0), 0.2, 1e-12)]
    return Shown(checks, figure, "Three relatives of ReLU and their slopes: only leaky ReLU keeps one far to the left.")


def questions(measured) -> list[Question]:
    return [
        Question(
            "How steep is the sigmoid at its steepest point?",
            ("1", f"{measured['S20']['steepest slope']:.2f}", "0.5"),
            1,
            "s (1 - s) is largest where s = 1/2.",
        ),
        Question(
            "What does a dead ReLU unit get from a thousand samples?",
            (
                "A small gradient from each",
                "A gradient from the samples with a large error",
                f"A gradient of {measured['S22']['gradient of the dead unit']:.0f}",
            ),
            2,
            "Its sum is negative for every sample, and there the slope is 0.",
        ),
        Question(
            "Which of these still has a slope at z = -3 of more than a tenth?",
            ("Leaky ReLU", "tanh", "The sigmoid"),
            0,
            f"Its slope is {measured['S23']['slope at z = -3, leaky ReLU']:.1f}; tanh has 0.01 left, the sigmoid 0.05.",
        ),
    ]
