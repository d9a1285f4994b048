r"""History: who found what, and when

Networks of neurons were proposed, praised, given up and taken up again, more than once. The dates here are those of the
papers, each named in the table below.
"""

from itertools import product

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.question import Question
from lectures.shown import Shown, at_least, near

EVENTS = {
    "threshold neuron": (1943, "McCulloch and Pitts, A logical calculus of the ideas immanent in nervous activity"),
    "learning by use": (1949, "Hebb, The Organization of Behavior"),
    "perceptron, report": (1957, "Rosenblatt, The perceptron: a perceiving and recognizing automaton"),
    "perceptron, paper": (1958, "Rosenblatt, The perceptron: a probabilistic model for information storage"),
    "delta rule": (1960, "Widrow and Hoff, Adaptive switching circuits"),
    "limits of perceptrons": (1969, "Minsky and Papert, Perceptrons"),
    "reverse differentiation": (1970, "Linnainmaa, master's thesis, Helsinki"),
    "Neocognitron": (1980, "Fukushima, Neocognitron"),
    "Hopfield network": (1982, "Hopfield, Neural networks and physical systems"),
    "backpropagation": (1986, "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors"),
    "universal approximation": (1989, "Cybenko, Approximation by superpositions of a sigmoidal function"),
    "LSTM": (1997, "Hochreiter and Schmidhuber, Long short-term memory"),
    "LeNet": (1998, "LeCun, Bottou, Bengio and Haffner, Gradient-based learning"),
    "layer-wise pre-training": (2006, "Hinton, Osindero and Teh, A fast learning algorithm for deep belief nets"),
    "ReLU": (2010, "Nair and Hinton, Rectified linear units improve restricted Boltzmann machines"),
    "deep ReLU networks": (2011, "Glorot, Bordes and Bengio, Deep sparse rectifier neural networks"),
    "AlexNet": (2012, "Krizhevsky, Sutskever and Hinton, ImageNet classification"),
    "Adam, VGG, GoogLeNet": (2014, "Kingma and Ba; Simonyan and Zisserman; Szegedy and others"),
    "batch norm, ResNet": (2015, "Ioffe and Szegedy; He, Zhang, Ren and Sun"),
    "Transformer": (2017, "Vaswani and others, Attention is all you need"),
}


def drawn(events, height):
    """Events one below the other, at their years, with their papers."""
    figure, axes = canvas(10.4, height)
    for k, (name, (year, source)) in enumerate(events.items()):
        axes.plot([1940, year], [k, k], color="#dddddd", linewidth=0.8, zorder=1)
        axes.plot(year, k, "o", color=PALETTE[0])
        axes.annotate(f"{year}  {name}", (2020, k), fontsize=8, va="center", weight="bold")
        axes.annotate(source[:88], (2066, k), fontsize=7, va="center")
    axes.set(xlim=(1940, 2166), ylim=(len(events) - 0.5, -1.3), yticks=[], xlabel="year")
    axes.set_xticks(range(1940, 2020, 10))
    return figure, axes


def s09_time_line():
    r"""What was criticised in 1969 is one layer, and two layers were known to suffice

    McCulloch and Pitts wired neurons by hand in 1943, Rosenblatt's perceptron learned in 1957 and 1958, and in 1969
    Minsky and Papert proved what a single layer cannot compute. Of more layers they wrote of their "intuitive judgment
    that the extension is sterile" (as quoted). XOR shows both: trying thousands of weights, one neuron gets at most
    three of the four cases, and two neurons before it get all. A rule that trains them became known in 1986; deep
    networks came back in 2006, after a way was found to begin.

    Formula: x_1 \oplus x_2 = \text{OR}(x_1, x_2) \wedge \neg\, \text{AND}(x_1, x_2)

    Source: Minsky and Papert 1969, Perceptrons; the papers in the picture

    Where: `python -m apps.classify --data xor logistic`, then `mlp`
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    xor = np.array([0, 1, 1, 0])
    grid = np.arange(-2, 2.25, 0.25)
    one_neuron = max(np.sum((x @ [w1, w2] > bound) == xor) for w1, w2, bound in product(grid, grid, grid))
    hidden = np.stack([x.sum(1) > 0.5, x.sum(1) > 1.5], 1)
    two_layers = np.sum((hidden @ [1, -1] > 0.5) == xor)
    years = [year for year, _ in EVENTS.values()]
    # Picture
    figure, axes = drawn(EVENTS, 5.2)
    for first, last, text in ((1970, 1980, "quiet years"), (1998, 2006, "quiet years")):
        axes.axvspan(first, last, color="#f3e9dc", zorder=0)
        axes.annotate(text, ((first + last) / 2, -0.7), ha="center", fontsize=7)
    checks = [
        near("first year of the line", years[0], 1943, 0),
        near("last year of the line", years[-1], 2017, 0),
        near("events out of order", sum(a > b for a, b in zip(years, years[1:], strict=False)), 0, 0),
        near("cases of XOR that one neuron gets", one_neuron, 3, 0),
        near("cases of XOR that two layers get", two_layers, 4, 0),
        near("years between the critique and backpropagation", EVENTS["backpropagation"][0] - 1969, 17, 0),
    ]
    return Shown(checks, figure, "Twenty events from 1943 to 2017, with gaps after 1970 and before 2006.")


def e28_dates():
    r"""Pre-training is of 2006, and ReLU of 2010

    The lectures date layer-wise pre-training to 2007 in one place and 2006 in another, and ReLU to 2011. The paper on
    deep belief nets is of 2006; a second one, on autoencoders, followed in 2007. Rectified units in networks of this
    kind are of 2010, for Boltzmann machines, and of 2011, for deep networks without pre-training.

    Formula: 2006 < 2010 < 2011

    Source: Hinton, Osindero and Teh 2006; Bengio, Lamblin, Popovici and Larochelle 2007, Greedy layer-wise training;
    Nair and Hinton 2010; Glorot, Bordes and Bengio 2011; dates as printed on the papers

    Where: `layers/activations.py` (`relu`)
    """
    printed = {"layer-wise pre-training": 2007, "ReLU": 2011}
    right = {name: EVENTS[name][0] for name in printed}
    late = {name: printed[name] - right[name] for name in printed}
    # Picture
    figure, axes = canvas(5.6, 2.4)
    for k, name in enumerate(printed):
        axes.plot(right[name], k, "o", color=PALETTE[0], markersize=9, label="first paper" if k == 0 else None)
        axes.plot(printed[name], k, "X", color=PALETTE[1], markersize=9, label="printed" if k == 0 else None)
        axes.annotate(name, (2005.6, k + 0.22), fontsize=9)
    axes.set(xlabel="year", xlim=(2005.3, 2012.7), ylim=(-0.5, 1.7), yticks=[], xticks=range(2006, 2013))
    axes.legend(fontsize=8, loc="lower right")
    checks = [
        near("right: year of layer-wise pre-training", right["layer-wise pre-training"], 2006, 0),
        near("wrong: printed later by years", late["layer-wise pre-training"], 1, 0),
        near("right: year of rectified units", right["ReLU"], 2010, 0),
        near("wrong: printed later by years, ReLU", late["ReLU"], 1, 0),
        at_least("years from pre-training to deep ReLU networks without it", EVENTS["deep ReLU networks"][0] - 2006, 5),
    ]
    return Shown(checks, figure, "Both printed dates stand a year to the right of the first papers.")


def questions(measured) -> list[Question]:
    one = measured["S09"]["cases of XOR that one neuron gets"]
    gap = measured["S09"]["years between the critique and backpropagation"]
    year = measured["E28"]["right: year of rectified units"]
    return [
        Question(
            "How many of the four cases of XOR can a single neuron get right?",
            ("2", "4", f"{one:.0f}"),
            2,
            "A line can leave one of the four points on the wrong side, never none.",
        ),
        Question(
            "How many years lie between the book Perceptrons and the paper that made backpropagation known?",
            (f"{gap:.0f}", "7", "37"),
            0,
            "1969 and 1986. The method itself had been found in between, more than once.",
        ),
        Question(
            "When were rectified units first used in such networks, by the papers named here?",
            ("2006", f"{year:.0f}", "2012"),
            1,
            "Nair and Hinton 2010; Glorot, Bordes and Bengio followed in 2011.",
        ),
    ]
