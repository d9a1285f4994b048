r"""Networks: layers, parameters and depth

A network is layer after layer of the same operation. This chapter counts its weights, writes a function into it by
hand, learns it, and asks what depth is good for.
"""

from inspect import signature
from itertools import product

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.question import Question
from lectures.shown import Shown, at_most, near


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def s13_memory(length: int = 8, feedback: float = 0.8):
    r"""A feed-forward network forgets its last input, a recurrent one remembers

    The answer of a feed-forward network depends on the input of this moment only. A recurrent one also sees its own
    last state. Take the parity of all bits so far: the XOR of the new bit and the old state, two lines and one more
    neuron as in S07, is right for every stream, whereas no function of the last bit alone is right for more than half
    of them. A linear state fades instead: a pulse is worth 0.8^t after t steps.

    Formula: \text{feed-forward: } y_t = f(x_t), \qquad \text{recurrent: } h_t = f(x_t, h_{t-1})

    Source: Elman 1990, Finding structure in time

    Where: `layers/recurrent.py`, `layers/lstm.py`; `python -m apps.translate --data train.en train.de recurrent`
    """
    streams = np.array(list(product([0, 1], repeat=length)))
    state = np.zeros(len(streams))
    for bit in streams.T:
        h = np.stack([bit + state - 0.5 > 0, bit + state - 1.5 > 0])
        state = (h[0] * 1.0 - h[1] - 0.5 > 0) * 1.0
    parity = streams.sum(axis=1) % 2
    last = streams[:, -1]
    forward = max(sum(answer == parity) for answer in (last, 1 - last, 0 * last, 0 * last + 1))
    pulse = [1.0]
    for _ in range(20):
        pulse.append(0 + feedback * pulse[-1])
    # Picture
    figure, axes = canvas()
    axes.plot(pulse, "o-", color=PALETTE[0], markersize=4, label=f"recurrent: h = x + {feedback:g} h")
    axes.plot([1.0] + [0] * 20, "s-", color=PALETTE[1], markersize=4, label="feed-forward: h = x")
    axes.set(xlabel="steps since a pulse of 1", ylabel="state h", xticks=range(0, 21, 5))
    axes.legend()
    checks = [
        near(f"parities right of {len(streams)}, recurrent", sum(state == parity), len(streams), 0),
        near(f"parities right of {len(streams)}, best function of the last bit", forward, len(streams) / 2, 0),
        near("what a pulse is worth after 10 steps", pulse[10], 0.8**10, 1e-12),
    ]
    return Shown(
        checks, figure, "After a pulse the feed-forward state is 0 at once; the recurrent one fades over 20 steps."
    )


def s14_layer(units: int = 5, inputs: int = 3):
    r"""A layer is a matrix product and an activation, a network is layers in a row

    Each column of W holds the weights of one unit. Written out in NumPy, two layers give what Keras' `Dense` and the
    suite's give for the same weights.

    Formula: h = \sigma(W^T x + b), \qquad y = h^{(2)}(h^{(1)}(x))

    Source: Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors

    Where: `layers/dense.py`, in docs/proofs.md the rows `Dense`
    """
    import keras

    from layers import Dense

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(200, inputs)).astype("float32")
    network = keras.Sequential([keras.layers.Dense(units, "sigmoid"), keras.layers.Dense(2, "tanh")])
    suite = keras.Sequential([Dense(units, "sigmoid"), Dense(2, "tanh")])
    of_keras = np.array(network(x))
    suite.build(x.shape)
    suite.set_weights(network.get_weights())
    w1, b1, w2, b2 = network.get_weights()
    by_hand = np.array([np.tanh(w2.T @ sigmoid(w1.T @ one + b1) + b2) for one in x])
    # Picture
    figure, axes = canvas(4, 3.6)
    for unit in range(2):
        axes.plot(by_hand[:, unit], of_keras[:, unit], ".", color=PALETTE[unit], label=f"output {unit + 1}")
    axes.axline((0, 0), slope=1, color=PALETTE[6], linewidth=0.8)
    axes.set(xlabel="output by the formula", ylabel="output of Keras' Dense")
    axes.legend()
    checks = [
        at_most("largest difference from Keras' layers", abs(by_hand - of_keras).max(), 1e-6),
        at_most("largest difference from the suite's layers", abs(by_hand - np.array(suite(x))).max(), 1e-6),
    ]
    return Shown(checks, figure, "Outputs by the formula and of Keras lie on the diagonal.")


def s15_parameters(inputs: int = 2, hidden: int = 4, outputs: int = 1):
    r"""The network of 2, 4 and 1 units has 17 parameters

    Every unit of a layer has a weight for each unit of the layer before and a bias of its own. The first index of a
    weight is where it comes from, the second where it goes to, the number in brackets its layer.

    Formula: (2 + 1) \cdot 4 + (4 + 1) \cdot 1 = 17, \qquad z_j^{(l)} = \sum_i w_{ij}^{(l)} a_i^{(l-1)} + b_j^{(l)}

    Source: the lectures' 2-4-1 network

    Where: the table of layers in every report; `--hidden 4`
    """
    import keras

    first = (inputs + 1) * hidden
    second = (hidden + 1) * outputs
    network = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(hidden), keras.layers.Dense(outputs)])
    # Picture
    figure, axes = canvas(6.4, 4)
    axes.axis("off")
    places = [
        [(layer, place - (size - 1) / 2) for place in range(size)][::-1]
        for layer, size in enumerate((inputs, hidden, outputs))
    ]
    for layer in (1, 2):
        for (i, start), (j, end) in product(enumerate(places[layer - 1]), enumerate(places[layer])):
            axes.plot(*zip(start, end, strict=True), color="#999999", linewidth=1, zorder=1)
            at = 0.72 if layer == 1 else 0.3
            where = np.array(start) * (1 - at) + np.array(end) * at
            text = rf"$w_{{{i + 1}{j + 1}}}^{{({layer})}}$"
            axes.text(
                *where, text, fontsize=9, ha="center", va="center", bbox={"fc": "white", "ec": "none", "pad": 0.4}
            )
    for layer, units in enumerate(places):
        for j, place in enumerate(units):
            axes.plot(*place, "o", markersize=30, color=PALETTE[layer], zorder=2)
            name = (rf"$x_{j + 1}$", rf"$b_{j + 1}^{{(1)}}$", rf"$b_{j + 1}^{{(2)}}$")[layer]
            axes.text(*place, name, color="white", ha="center", va="center", zorder=3)
    axes.set(xlim=(-0.3, 2.3), ylim=(-2.1, 2.1))
    checks = [
        near("parameters by the formula", first + second, 17, 0),
        near("parameters counted by Keras", network.count_params(), 17, 0),
        near("of these weights", inputs * hidden + hidden * outputs, 12, 0),
    ]
    return Shown(checks, figure, "Two inputs, four hidden units and an output, with the name of each weight and bias.")


def e04_row_and_column():
    r"""One convention for the indices of weights: from row i to column j

    The lectures write w_ij with i sometimes the unit that sends and sometimes the one that receives. With as many units
    as inputs both readings can be computed, and the wrong one gives other numbers without a word; with other sizes it
    fails. Here, as in Keras, rows are inputs and columns units: z = x W = W^T x. PyTorch stores the transpose.

    Formula: z_j = \sum_i w_{ij} x_i = (W^T x)_j, \qquad \text{not } (W x)_j = \sum_i w_{ji} x_i

    Source: the lectures' index slides; the shapes as Keras and PyTorch document them

    Where: `layers/dense.py`, `kernel` of shape (inputs, units)
    """
    w = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0], [3.0, 0.0, 1.0]])
    x = np.array([1.0, 2.0, -1.0])
    from_i_to_j = np.array([sum(w[i, j] * x[i] for i in range(3)) for j in range(3)])
    right, wrong = x @ w, w @ x
    try:
        np.ones((2, 4)) @ np.ones(2)
        refused = 0
    except ValueError:
        refused = 1
    # Picture
    figure, axes = canvas()
    axes.bar(np.arange(3) - 0.2, right, 0.36, color=PALETTE[0], label="row to column: W^T x")
    axes.bar(np.arange(3) + 0.2, wrong, 0.36, color=PALETTE[1], label="column to row: W x")
    axes.axhline(0, color=PALETTE[6], linewidth=0.8)
    axes.set(xticks=range(3), xlabel="unit j", ylabel="sum z of the unit", ylim=(-4, 8))
    axes.legend()
    checks = [
        near("largest difference of x W from the sum over i", abs(right - from_i_to_j).max(), 0, 0),
        near("largest difference of W x from the sum over i", abs(wrong - from_i_to_j).max(), 7, 0),
        near("length of x W, squared", right @ right, 29, 0),
        near("length of W x, squared", wrong @ wrong, 38, 0),
        near("2 inputs, 4 units: W x is refused", refused, 1, 0),
    ]
    return Shown(checks, figure, "The same matrix read the other way gives other sums, even of the other sign.")


def s18_components():
    r"""Eight things make up the training of a multi-layer perceptron, and each is a setting

    Depth and width, data, activation, loss, initialisation, mini-batches, what is done about over- and underfitting,
    and the optimiser with its learning rate; a ninth, the search, tunes them all. For each the row looks up the
    settings of the suite's network, data, loss and trainer.

    Formula: \text{trained network} = \text{data} + \text{model} + \text{loss} + \text{optimizer} + \text{settings}

    Source: the lectures' list of components

    Where: `models/mlp.py`, `training/trainer.py`; `python -m apps.classify mlp --help`; the search is `python -m
    tuning.classify`; lesson "linear" of `python -m apps.playground`
    """
    from data.settings import Data
    from models.mlp import MLP
    from training.losses import CrossEntropy
    from training.trainer import Trainer

    components = {
        "depth and width": (MLP, "hidden"),
        "data": (Data, "data", "augment"),
        "activation": (MLP, "activation"),
        "loss": (CrossEntropy, "label_smoothing", "class_weights"),
        "initialisation": (Trainer, "seed"),  # the rule follows the activation, layers/initializers.py
        "mini-batch": (Trainer, "batch_size", "epochs"),
        "over- and underfitting": (MLP, "dropout", "batch_norm", "l1", "l2"),
        "optimiser, rate": (Trainer, "optimizer", "learning_rate", "schedule"),
    }
    missing = [
        setting
        for settings, *names in components.values()
        for setting in names
        if setting not in signature(settings).parameters
    ]
    # Picture
    figure, axes = canvas(7, 3.6)
    axes.axis("off")
    for place, (name, (settings, *names)) in enumerate(components.items()):
        axes.text(0, -place, name, weight="bold", va="center")
        axes.text(0.36, -place, settings.__name__, va="center", color=PALETTE[0])
        flags = " ".join("--" + one.replace("_", "-") for one in names)
        axes.text(0.52, -place, flags, va="center", family="monospace", fontsize=8.5)
    axes.set(xlim=(0, 1.1), ylim=(-7.6, 0.6))
    checks = [
        near("components", len(components), 8, 0),
        near("their settings that the suite lacks", len(missing), 0, 0),
        near("settings found", sum(len(names) - 1 for names in components.values()), 16, 0),
    ]
    return Shown(
        checks, figure, "A table: each of eight components beside the settings and flags of the suite that hold it."
    )


def questions(measured) -> list[Question]:
    parameters = measured["S15"]["parameters by the formula"]
    forward = measured["S13"]["parities right of 256, best function of the last bit"]
    return [
        Question(
            "How many parameters has a network of 2 inputs, 4 hidden units and 1 output, all with biases?",
            ("12", f"{parameters:.0f}", "8"),
            1,
            "Each of the 4 hidden units has 2 weights and a bias, the output 4 weights and a bias: 12 + 5.",
        ),
        Question(
            "A feed-forward network sees only the last bit of a stream. For how many of the 256 streams of 8 bits can "
            "it tell the parity of all bits?",
            ("256", f"{forward:.0f}", "0"),
            1,
            "For either last bit half of the streams have an even sum. It takes a state that remembers.",
        ),
        Question(
            "W has a row for each input and a column for each unit. How are the sums of a layer computed from x?",
            ("W x", "W^T x, or x W", "Either, if W is square"),
            1,
            "With a square W the wrong reading runs as well, and is off by "
            f"{measured['E04']['largest difference of W x from the sum over i']:.0f} in the example.",
        ),
    ]
