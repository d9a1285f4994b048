"""Yields made-up tables with two number columns whose best possible score is known.

| name | classes | what it shows | best accuracy possible |
|---|---|---|---|
| and, or, xor | 0, 1 | Boolean gates: the exact points (0,0) (0,1) (1,0) (1,1) in every split | 1 |
| gaussians | a, b | two round clouds of deviation 1, centres 3 apart: a straight line is best | 0.9332 = Phi(1.5) |
| circles | inner, outer | radius 0.5 or 1, blurred by a normal error of 0.1 | 0.9938 = Phi(2.5) |
| moons | upper, lower | two half circles, every point less than 0.2 from its arc, the arcs 0.5 apart | 1 |
| spirals | first, second | two arms, 1.75 turns, every point less than 0.08 from its arm, the arms 0.25 apart | 1 |

and one of eight columns: `one_hot_8`, a single 1 in each of eight rows (Mitchell 1997), for autoencoders.
"""

import numpy as np

from data.splits import Split, Splits
from data.tables.column_kinds import ColumnKind
from data.tables.number_column import NumberColumn
from data.tables.table_features import TablePrepare

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}
GATE_COPIES = 64  # of the four points in the training split, so that an epoch has more than one step
ROWS = (1200, 300, 500)  # train, validation, test
BEST_ACCURACY = {
    "and": 1.0,
    "or": 1.0,
    "xor": 1.0,
    "gaussians": 0.9332,
    "circles": 0.9938,
    "moons": 1.0,
    "spirals": 1.0,
}
NUMBER = ColumnKind("number", "plain")
ONE_HOT = "one_hot_8"
ONE_HOT_COPIES = 100  # an epoch is a hundred of Mitchell's
TURNS = 1.75
ARM_SPACING = 0.25  # between neighbouring arms of the two spirals, along a radius


def make(name, seed):
    """Makes the splits of a toy; each split has its own random draws, half of them of each class.

    Args:
        name: a key of `BEST_ACCURACY`, or `ONE_HOT`.
        seed: of the draws.
    """
    if name in GATES:
        return _gate(name)
    if name == ONE_HOT:
        return _one_hot(8)
    classes, draw = SHAPES[name]
    parts = []
    for part, rows in zip(("train", "validation", "test"), ROWS, strict=True):
        random = np.random.default_rng([seed, len(parts)])
        labels = random.permutation(np.arange(rows, dtype=np.int32) % 2)
        points = draw(labels, random).astype(np.float32)
        parts.append(_split(points, labels, [f"{name}/{part}[{row}]" for row in range(rows)]))
    note = (
        f"Made data: {' / '.join(map(str, ROWS))} rows for training, validation and test, "
        f"drawn with seed {seed}; no classifier can expect an accuracy above {BEST_ACCURACY[name]:.4g}."
    )
    return _splits(name, parts, classes, note)


def _gate(name):
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    labels = np.array(GATES[name], np.int32)
    origins = [f"{name}({int(x)}, {int(y)})" for x, y in points]
    exact = _split(points, labels, origins)
    train = exact.take(np.tile(np.arange(4), GATE_COPIES))
    note = f"The four points of the gate are training ({GATE_COPIES} times each), validation and test alike."
    return _splits(name, [train, exact, exact.take(np.arange(4))], ("0", "1"), note)


def _one_hot(size):
    """Mitchell 1997, figure 4.7: rows of zeros with a single one, which go in as they are, not standardised."""
    names = [f"bit {place}" for place in range(1, size + 1)]
    rows = np.eye(size, dtype=np.float32)
    columns = {name: rows[:, place] for place, name in enumerate(names)}
    origins = np.array([f"{ONE_HOT}[{row}]" for row in range(size)], dtype=object)
    exact = Split(columns, np.arange(size, dtype=np.int32), origins)
    train = exact.take(np.tile(np.arange(size), ONE_HOT_COPIES))
    prepare = TablePrepare(NumberColumn(name, 0.0, 1.0, 0.0, 0.0, missing=False) for name in names)
    note = f"The {size} rows are training ({ONE_HOT_COPIES} times each), validation and test alike."
    parts = (train, exact, exact.take(np.arange(size)))
    return Splits(ONE_HOT, "table", *parts, prepare=prepare, classes=tuple(names), notes=(note,))


def _split(points, labels, origins):
    return Split({"x": points[:, 0], "y": points[:, 1]}, labels, np.array(origins, dtype=object))


def _splits(name, parts, classes, note):
    prepare = TablePrepare.fit(parts[0].inputs, {"x": NUMBER, "y": NUMBER})
    return Splits(name, "table", *parts, prepare=prepare, classes=classes, notes=(note,))


def _gaussians(labels, random):
    centres = np.array([[-1.5, 0.0], [1.5, 0.0]])
    return centres[labels] + random.normal(size=(len(labels), 2))


def _circles(labels, random):
    radius = np.array([0.5, 1.0])[labels] + 0.1 * random.normal(size=len(labels))
    angle = random.uniform(0, 2 * np.pi, len(labels))
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def moon_arcs(labels, along):
    """Points on the two arcs: `along` in [0, 1] from one end to the other."""
    x, y = np.cos(np.pi * along), np.sin(np.pi * along)
    return np.where(labels[:, None] == 0, np.stack([x, y], 1), np.stack([1 - x, 0.5 - y], 1))


def spiral_arms(labels, along):
    """Points on the two arms: `along` in [0, 1] from the inner to the outer end."""
    turn = 2 * np.pi * (0.25 + TURNS * along)
    radius = ARM_SPACING * turn / np.pi
    angle = turn + np.pi * labels
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _disc(count, radius, random):
    """Points spread evenly over a disc."""
    angle = random.uniform(0, 2 * np.pi, count)
    return (radius * np.sqrt(random.uniform(size=count)))[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _moons(labels, random):
    return moon_arcs(labels, random.uniform(size=len(labels))) + _disc(len(labels), 0.2, random)


def _spirals(labels, random):
    along = np.sqrt(random.uniform(size=len(labels)))  # evenly along the arm, whose turns grow longer outwards
    return spiral_arms(labels, along) + _disc(len(labels), 0.08, random)


SHAPES = {
    "gaussians": (("a", "b"), _gaussians),
    "circles": (("inner", "outer"), _circles),
    "moons": (("upper", "lower"), _moons),
    "spirals": (("first", "second"), _spirals),
}
