"""Piecewise-linear encoding of numbers: a network sees in which bin a number lies, and where in it."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class PiecewiseLinear(keras.layers.Layer):
    """Turns each number into the filling of bins: those below it are full (1), those above empty (0), its own partly.

    With edges `e[0] < e[1] < ... < e[K]` of a feature, `y[k] = clip((x - e[k]) / (e[k + 1] - e[k]), 0, 1)`; the first
    bin may fall to -3 and the last rise to 4, so that numbers outside the edges differ too. A linear layer on top is a
    piecewise-linear function of x, which can bend at every edge: what a network on the plain number learns slowly.
    Features with fewer bins than others are filled up with zeros. The same in training and inference.

    Args:
        edges: One increasing sequence of at least two numbers per encoded feature.
        columns: Which features are encoded, as positions in the last axis of the inputs; None for all.

    Call arguments:
        inputs: Tensor of shape (batch, features).

    Returns:
        Tensor of shape (batch, encoded features, bins), bins being those of the feature that has most.

    Raises:
        ValueError: If edges do not increase, a feature has fewer than two, or `columns` are not as many.

    Reference:
        Gorishniy et al. 2022, On embeddings for numerical features in tabular deep learning (arXiv:2203.05556).
    """

    def __init__(self, edges, columns=None, **kwargs):
        super().__init__(**kwargs)
        self.edges = [[float(edge) for edge in feature] for feature in edges]
        for position, feature in enumerate(self.edges):
            if len(feature) < 2 or not np.all(np.diff(feature) > 0):
                raise ValueError(
                    "`edges` must hold at least two increasing numbers per feature. "
                    f"Received: edges[{position}]={feature}"
                )
        self.columns = None if columns is None else [int(column) for column in columns]
        if self.columns is not None and len(self.columns) != len(self.edges):
            raise ValueError(
                "`columns` must name a feature for each of `edges`. "
                f"Received: {len(self.columns)} columns, {len(self.edges)} edges"
            )
        bins = max(len(feature) for feature in self.edges) - 1
        shape = (len(self.edges), bins)
        # Bins that a feature lacks: a slope of 0 keeps them empty.
        self.start, self.slope = np.zeros(shape), np.zeros(shape)
        self.lowest, self.highest = np.zeros(shape), np.ones(shape)
        for position, feature in enumerate(self.edges):
            count = len(feature) - 1
            self.start[position, :count] = feature[:-1]
            self.slope[position, :count] = 1 / np.diff(feature)
            self.lowest[position, 0] = -3
            self.highest[position, count - 1] = 4

    def call(self, inputs):
        def constant(values):
            return ops.convert_to_tensor(values, dtype=inputs.dtype)

        if self.columns is not None:
            inputs = ops.take(inputs, self.columns, axis=-1)
        filled = (ops.expand_dims(inputs, -1) - constant(self.start)) * constant(self.slope)
        return ops.minimum(ops.maximum(filled, constant(self.lowest)), constant(self.highest))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], *self.start.shape)

    def get_config(self):
        return {**super().get_config(), "edges": self.edges, "columns": self.columns}
