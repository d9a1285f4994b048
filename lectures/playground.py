r"""The playground: a network that is small enough to watch

The TensorFlow Playground trains networks of a few neurons on points in the plane and draws what each neuron sees.
Everything that it computes fits on a page: here are its data, its first weights and its descent, with the settings that
it opens with. `python -m apps.playground` draws the same in the browser, on the layers of this suite.
"""

import numpy as np

from lectures.drawing import panels, points
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most

CELLS = 100  # a side of a picture


def circle(random, count):
    """Half of the points in a disk of radius 2.5, labelled 1, and half in a ring of 3.5 to 5, labelled -1."""
    labels = np.where(np.arange(count) < count // 2, 1.0, -1.0)
    radius = np.where(labels > 0, random.uniform(0, 2.5, count), random.uniform(3.5, 5, count))
    angle = random.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), labels


def exclusive_or(random, count):
    """Points of the square of side 10, off the axes, labelled by the sign of their product."""
    x = random.uniform(-5, 5, (count, 2))
    x += 0.3 * np.sign(x)
    return x, np.where(x[:, 0] * x[:, 1] >= 0, 1.0, -1.0)


def forward(layers, x):
    """The outputs of all layers, the inputs first; tanh everywhere."""
    found = [x]
    for weights, bias in layers:
        found.append(np.tanh(found[-1] @ weights + bias))
    return found


def learned(random, x, labels, hidden, rate, epochs, batch=10):
    """Layers after a descent on half the squared error, the points in the same order in every epoch."""
    widths = [x.shape[1], *hidden, 1]
    layers = [
        [random.uniform(-0.5, 0.5, size), np.full(size[1], 0.1)] for size in zip(widths, widths[1:], strict=False)
    ]
    for _ in range(epochs):
        for start in range(0, len(x), batch):
            outputs = forward(layers, x[start : start + batch])
            error = outputs[-1] - labels[start : start + batch, None]
            for layer, before, after in zip(layers[::-1], outputs[-2::-1], outputs[:0:-1], strict=True):
                delta = error * (1 - after**2)
                error = delta @ layer[0].T
                layer[0] = layer[0] - rate * before.T @ delta / len(delta)
                layer[1] = layer[1] - rate * delta.mean(axis=0)
    return layers


def loss(layers, x, labels):
    return np.mean((forward(layers, x)[-1][:, 0] - labels) ** 2) / 2


def s86_playground(rate: float = 0.03, epochs: int = 100, seeds: int = 3):
    r"""Six neurons learn the circle and XOR; a single one needs the right input for it

    The playground opens with a circle of 500 points, half of them for the test, and two hidden layers of 4 and 2
    neurons. A network without hidden neurons draws one line, so that half of its answers are wrong whatever it learns.
    Give it the product of the two coordinates and XOR is one line as well: a good feature does the work of neurons.

    Formula: L = \frac{1}{2} (y - \tanh(w h + b))^2

    Source: Smilkov and others 2017, Direct-manipulation visualization of deep networks (the TensorFlow Playground),
    with its first settings: tanh, rate 0.03, batches of 10, weights from -0.5 to 0.5

    Where: `python -m apps.playground`; `web/playground/`
    """
    losses = {"circle": [], "XOR": [], "XOR, no hidden neuron": [], "XOR, the product alone": []}
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        rings, xor = circle(random, 500), exclusive_or(random, 500)
        products = xor[0].prod(axis=1, keepdims=True), xor[1]
        cases = (rings, (4, 2)), (xor, (4, 2)), (xor, ()), (products, ())
        for name, ((x, labels), hidden) in zip(losses, cases, strict=True):
            order = random.permutation(500)
            train, test = order[:250], order[250:]
            layers = learned(random, x[train], labels[train], hidden, rate, epochs)
            losses[name].append(loss(layers, x[test], labels[test]))
            if (name, seed) == ("circle", 0):
                shown = layers
    # Picture
    figure, axes = panels(4, width=9.6, height=2.7)
    ticks = np.linspace(-6, 6, CELLS)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    _, first, second, output = forward(shown, grid)
    maps = {"a neuron of layer 1": first[:, 0], "another": first[:, 1], "a neuron of layer 2": second[:, 0],
            "the network": output[:, 0]}  # fmt: skip
    for one, (name, values) in zip(axes, maps.items(), strict=True):
        one.imshow(values.reshape(CELLS, CELLS), origin="lower", extent=(-6, 6, -6, 6), cmap="RdBu", vmin=-1, vmax=1)
        one.set_title(name, fontsize=9)
        one.grid(visible=False)
    x, labels = circle(np.random.default_rng(0), 120)
    points(axes[-1], x, labels < 0, size=9)
    median = {name: np.median(found) for name, found in losses.items()}
    checks = [
        at_most("circle: test loss, median", median["circle"], 0.02),
        at_most("XOR: test loss, median", median["XOR"], 0.05),
        at_least("XOR, no hidden neuron: test loss, median", median["XOR, no hidden neuron"], 0.4),
        at_most("XOR, the product alone: test loss, median", median["XOR, the product alone"], 0.01),
    ]
    alt = "Neurons of the first layer see a line each; what the network makes of them is a disk."
    return Shown(checks, figure, alt)


def questions(measured) -> list[Question]:
    alone = measured["S86"]["XOR, no hidden neuron: test loss, median"]
    return [
        Question(
            "XOR without a hidden neuron: what loss is left, where 0.5 is an answer of 0 everywhere?",
            ("0.01", f"{alone:.2f}", "0.25"),
            1,
            "One line through the square leaves half of the points on the wrong side.",
        ),
        Question(
            "Which input lets one neuron learn XOR?",
            ("The squares of both.", "The sine of one.", "The product of both."),
            2,
            "Its sign is the label.",
        ),
        Question(
            "What does a neuron of the first hidden layer look like in the plane?",
            ("A soft line.", "A disk.", "A square."),
            0,
            "It is tanh of a weighted sum: constant along a direction, steepest across it.",
        ),
    ]
