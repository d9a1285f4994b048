"""Features computed by a network, in place of raw records."""

import numpy as np

from data.splits import Split


class FeaturePrepare:
    """Stands where a preparing function is asked for when the records are already `(N, width)` features."""

    def __init__(self, width: int):
        self.input_shape = (width,)

    def fixed(self, inputs):
        """`{"features": (N, width)}` -> the same array in float32."""
        return np.asarray(inputs["features"], np.float32)

    def finish(self, fixed):
        return fixed


def of(split: Split, compute) -> Split:
    """Return `split` with its inputs replaced by `compute(split)`, features (N, width) in the same order."""
    return Split({"features": compute(split)}, split.labels, split.origins)
