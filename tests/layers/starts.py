"""Which weights begin alike. Weights, groups or heads that begin equal, and see the same, stay equal for ever."""

import itertools

import numpy as np


def alike(weights) -> list[str]:
    """Names the pairs of weights, and the axes of single weights, that begin with the same draws.

    A weight of at most two numbers comes from a constant initializer (zeros, ones, and LSTM's bias of zeros with ones
    for the forget gate) and is passed over, as are the integers of seeds. Of the others

    - no two may begin with the same draws up to a factor: one seed, also at another shape and fan;
    - no two slices along an axis may be equal: groups, members, heads, gates, units.
    """
    values = {weight.path: np.asarray(weight, np.float64) for weight in weights if "int" not in str(weight.dtype)}
    drawn = {path: value for path, value in values.items() if np.unique(value).size > 2}
    faults = [f"{a} and {b}" for a, b in itertools.combinations(drawn, 2) if same_draws(drawn[a], drawn[b])]
    for path, value in drawn.items():
        for axis in range(value.ndim if value.ndim > 1 else 0):
            if len({part.tobytes() for part in np.moveaxis(value, axis, 0)}) < value.shape[axis]:
                faults.append(f"{path} along axis {axis}")
    return faults


def same_draws(a, b) -> bool:
    """Whether both begin with the same numbers, times a factor."""
    length = min(a.size, b.size, 100)
    a, b = a.ravel()[:length], b.ravel()[:length]
    return bool(np.ptp(a)) and np.allclose(a * b[0], b * a[0], rtol=1e-4, atol=1e-9)
