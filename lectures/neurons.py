r"""Neurons, gates and the perceptron

A neuron weighs its inputs, adds them up and compares. With weights chosen by hand it is a gate; with a rule that
changes the weights it learns any line that separates two classes; and one line is all that it can draw.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.shown import Shown, near

GATES = ("AND", "OR", "NOT")
POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)


def s01_mcculloch_pitts(threshold_and: float = 2, threshold_or: float = 1):
    r"""The McCulloch-Pitts neuron computes AND, OR and NOT

    Inputs are 0 or 1, weights are +1 or -1, and the neuron answers 1 where the sum reaches its threshold. The weights
    are set by hand: "adjustable, but not learned".

    Formula: y = 1 \text{ if } \sum_i w_i x_i \ge \theta, \text{ else } 0

    Source: McCulloch and Pitts 1943, A logical calculus of the ideas immanent in nervous activity

    Where: `python -m apps.classify --data and logistic` learns the gate instead
    """
    found_and = threshold_and <= POINTS @ [1, 1]
    found_or = threshold_or <= POINTS @ [1, 1]
    found_not = np.array([0, 1]) * -1 >= 0
    right = [found_and == [0, 0, 0, 1], found_or == [0, 1, 1, 1], found_not == [1, 0]]
    # Picture
    figure, axes = canvas()
    sums = np.arange(3)
    for name, threshold, colour in (("AND", threshold_and, PALETTE[0]), ("OR", threshold_or, PALETTE[1])):
        axes.step([-0.5, threshold, 2.5], [0, 0, 1], where="pre", color=colour)
        axes.plot(sums, (sums >= threshold) + 0.0, "o", color=colour, label=f"{name}: threshold {threshold:g}")
    axes.set(xlabel="sum of the two inputs", ylabel="output", xticks=sums, yticks=[0, 1])
    axes.legend()
    checks = [near(f"cases of {gate} right", sum(one), len(one), 0) for gate, one in zip(GATES, right, strict=True)]
    return Shown(checks, figure, "Two steps over the sum of the inputs: OR rises at 1, AND at 2.")


def questions(measured):
    """Three questions on the chapter."""
    return []
