"""What a network can see of a point besides its coordinates: each feature by its name, with its formula as code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Feature:
    """A function of x and y: how the page writes it, and how Python (with NumPy) and JavaScript compute it."""

    label: str
    code: str


FEATURES = {
    "x": Feature("X₁", "x"),
    "y": Feature("X₂", "y"),
    "xSquared": Feature("X₁²", "x * x"),
    "ySquared": Feature("X₂²", "y * y"),
    "xTimesY": Feature("X₁X₂", "x * y"),
    "sinX": Feature("sin X₁", "sin(x)"),
    "sinY": Feature("sin X₂", "sin(y)"),
    "cosX": Feature("cos X₁", "cos(x)"),
    "cosY": Feature("cos X₂", "cos(y)"),
}


def compute(names: Sequence[str], x, y, sin=np.sin, cos=np.cos) -> list:
    """The features of coordinates of any array library, whose `sin` and `cos` are given."""
    formulas = {
        "x": lambda: x,
        "y": lambda: y,
        "xSquared": lambda: x * x,
        "ySquared": lambda: y * y,
        "xTimesY": lambda: x * y,
        "sinX": lambda: sin(x),
        "sinY": lambda: sin(y),
        "cosX": lambda: cos(x),
        "cosY": lambda: cos(y),
    }
    return [formulas[name]() for name in names]


def table(names: Sequence[str], points: np.ndarray) -> np.ndarray:
    """Features, float32 (N, F), of points (N, 2)."""
    columns = compute(names, points[:, 0], points[:, 1])
    return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((len(points), 0), np.float32)
