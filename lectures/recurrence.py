r"""Recurrence: a memory that gates protect

A recurrent network reads a sequence step by step. A long short-term memory keeps a row of numbers beside its output:
each step multiplies them, which forgets, and adds to them, which remembers. How much is decided by gates, which are
numbers between 0 and 1.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, near


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def s85_lstm(inputs: int = 3, units: int = 4, steps: int = 12):
    r"""Twelve lines of NumPy equal Keras's LSTM

    Each step makes four rows of numbers of the input and the last output: how much to write, how much to keep, what to
    write, how much to show. The memory is multiplied to forget and added to in order to remember; what is added, and
    what is shown, lies between -1 and 1 by tanh. The weights here are Keras's own, and so is the output, to the last
    digits of single precision.

    Formula: c \leftarrow f \odot c + i \odot g, \qquad h \leftarrow o \odot \tanh(c)

    Source: the lectures, "multiply to forget, sum to remember"; Hochreiter and Schmidhuber 1997, Long short-term memory

    Where: `layers/lstm.py`; docs/proofs.md, the rows of LSTM
    """
    import keras

    keras.utils.set_random_seed(0)
    layer = keras.layers.LSTM(units, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, steps, inputs)).astype("float32")
    expected = np.asarray(layer(x))
    w, r, b = layer.get_weights()
    h = c = np.zeros((2, units))
    memory, outputs, gates, written = [], [], [], []
    for t in range(steps):
        i, f, g, o = np.split(x[:, t] @ w + h @ r + b, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        memory.append(c)
        outputs.append(h)
        gates.append([i, f, o])
        written.append(g)
    outputs = np.stack(outputs, axis=1)
    # Picture
    figure, axes = panels(2, width=8.6)
    for unit in range(units):
        axes[0].plot(range(1, steps + 1), [one[0, unit] for one in memory], color=PALETTE[unit], label=f"unit {unit}")
        axes[1].plot(range(1, steps + 1), outputs[0, :, unit], color=PALETTE[unit], label="by hand")
        axes[1].plot(range(1, steps + 1), expected[0, :, unit], "o", color=PALETTE[unit], markersize=4)
    axes[0].set(xlabel="step", ylabel="memory c", ylim=(-0.5, 0.8))
    axes[0].legend(fontsize=8, ncols=2)
    axes[1].set(xlabel="step", ylabel="output h (dots: Keras)")
    parameters = sum(one.size for one in (w, r, b))
    checks = [
        at_most("by hand less Keras, largest difference", np.abs(outputs - expected).max(), 1e-6),
        near("parameters: 4 (inputs + units + 1) units", parameters, 4 * (3 + 4 + 1) * 4, 0),
        at_least("smallest gate is above 0", np.min(gates), 1e-3),
        at_most("largest gate is below 1", np.max(gates), 0.999),
        at_most("largest of what is written, in size", np.abs(written).max(), 1),
        at_least("largest output, so that there is something to compare", np.abs(outputs).max(), 0.1),
    ]
    return Shown(checks, figure, "The lines computed by hand run through the dots of Keras at every step.")


def e26_gates(opening: float = 4.0, steps: int = 100):
    r"""Gates are numbers between 0 and 1, not 0 or 1

    The lectures print that a gate is "0 or 1". It is a sigmoid, and it is never quite either. A forget gate of 0.982
    looks open; yet after a hundred steps a sixth of the memory is left, where a gate of exactly 1 would have kept it
    all. And it must not be a step: the slope of a step is 0, so that no gate could learn when to open.

    Formula: c_{100} = \sigma(4)^{100} c_0, \qquad \sigma' = \sigma (1 - \sigma) > 0

    Source: the lectures, on LSTM gates; corrected here. Gers, Schmidhuber and Cummins 2000, Learning to forget

    Where: `layers/lstm.py`, whose `forget_bias` opens the gate at the start
    """
    gate = sigmoid(opening)
    left = gate ** np.arange(steps + 1)
    step_left = float(opening > 0) ** np.arange(steps + 1)
    small = 1e-4
    slope = (sigmoid(opening + small) - sigmoid(opening - small)) / (2 * small)
    step_slope = (float(opening + small > 0) - float(opening - small > 0)) / (2 * small)
    # Picture
    figure, axes = canvas()
    axes.plot(step_left, "--", color=PALETTE[1], label="gate of 0 or 1: all is kept")
    axes.plot(left, color=PALETTE[0], label=f"sigmoid of {opening:g}: {gate:.3f} a step")
    for one, colour in ((2.0, PALETTE[5]), (6.0, PALETTE[2])):
        axes.plot(sigmoid(one) ** np.arange(steps + 1), color=colour, label=f"sigmoid of {one:g}: {sigmoid(one):.3f}")
    axes.set(xlabel="steps", ylabel="share of the memory that is left", ylim=(0, 1.5))
    axes.legend(fontsize=8, loc="upper right")
    checks = [
        near("an open gate", gate, 0.98201, 0.0005),
        near("right: memory left after 100 steps", left[-1], 0.16287, 0.001),
        near("wrong: a gate of 0 or 1 keeps", step_left[-1], 1, 0),
        near("right: slope of the gate", slope, 0.017663, 0.0001),
        near("wrong: slope of a step", step_slope, 0, 0),
    ]
    return Shown(checks, figure, "With a sigmoid gate of 0.982 the memory fades over a hundred steps to a sixth.")


def questions(measured) -> list[Question]:
    left = measured["E26"]["right: memory left after 100 steps"]
    parameters = measured["S85"]["parameters: 4 (inputs + units + 1) units"]
    return [
        Question(
            "A forget gate stands at 0.982 for a hundred steps. Which share of the memory is left?",
            ("all of it", f"{left:.2f}", "0.98"),
            1,
            "It is multiplied a hundred times.",
        ),
        Question(
            "How many parameters has an LSTM with 3 inputs and 4 units?",
            ("32", "112", f"{parameters:.0f}"),
            2,
            "Four gates, each with 3 + 4 weights and a bias for every unit.",
        ),
        Question(
            "Why is a gate not a step from 0 to 1?",
            ("Its slope would be 0, and it could not learn.", "It would be slower.", "It would keep too little."),
            0,
            "Backpropagation multiplies by the slope of the gate.",
        ),
    ]
