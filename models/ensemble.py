"""Ensemble of networks on piecewise-linear encodings of their inputs, trained side by side in one pass.

The encodings are those of Gorishniy et al., 2022 (arXiv:2203.05556); the members differ by their first weights and by
the rows that they do not see, as in bagging (Breiman, 1996) and deep ensembles (Lakshminarayanan et al., 2017,
arXiv:1612.01474).
"""

from dataclasses import dataclass

import numpy as np

from cli.errors import UserError
from models.settings import COUNT, SHARE, check


@dataclass(frozen=True)
class Ensemble:
    """Networks side by side on piecewise-linear encodings of the columns, each beside a linear path that starts from
    ridge regression; the answer is their mean."""

    members: int = 16
    """Networks; they share no weight."""
    folds: int = 8
    """Parts of the rows: each member is trained without one of them, and these rows tell how well the ensemble does
    and how wide its intervals must be. 0: every member is trained on the training split. Where you name the validation
    rows, or split by group or time, it is 0."""
    hidden: tuple[int, ...] = (128, 128)
    """Units of each hidden layer of a member."""
    bins: int = 32
    """Bins of equal count into which the values of a column are divided."""
    embedding: int = 8
    """Numbers into which the encoding of each column is condensed."""
    dropout: float = 0.1
    """Fraction of hidden units dropped in training, in [0, 1)."""

    def __post_init__(self):
        check(self, folds=COUNT, dropout=SHARE)
        if self.folds and (self.folds < 2 or self.members % self.folds or self.members < 2 * self.folds):
            raise UserError(
                "`folds` must be 0, or at least 2 and go into `members` twice or more, so that every row has two "
                f"members that never saw it. Received: folds={self.folds}, members={self.members}"
            )

    def build(self, input_shape: tuple[int, ...], num_outputs: int, features: np.ndarray, linear: np.ndarray):
        """Return a `keras.Model` from `(batch, columns)` to float32 outputs `(batch, members, num_outputs)`.

        Args:
            input_shape: (columns,).
            num_outputs: numbers that each member gives.
            features: prepared training rows (N, columns), whose quantiles are the edges of the bins.
            linear: (members, columns + 1) weights and, last, the bias from which the linear paths start.
        """
        import keras

        from layers import Activation, Dropout, GroupedDense, HeNormal, LecunNormal, PiecewiseLinear, Zeros

        columns, edges = bin_edges(features, self.bins)
        inputs = keras.Input(input_shape, name="inputs")
        x = inputs
        if columns:
            x = PiecewiseLinear(edges, columns, name="encoding")(inputs)  # (batch, encoded columns, bins)
            # Each member has an embedding of its own: a shared one would learn from rows that a member must not see.
            units = self.embedding * self.members
            x = GroupedDense(units, len(columns), kernel_initializer=LecunNormal(), name="embedding")(x)
            x = Activation("relu", name="embedding_relu")(x)
            x = keras.layers.Reshape((len(columns), self.members, self.embedding), name="by_member")(x)
            x = keras.layers.Permute((2, 1, 3), name="members_first")(x)
            x = keras.layers.Reshape((self.members, len(columns) * self.embedding), name="flatten")(x)
            plain = keras.layers.RepeatVector(self.members, name="plain_columns")(inputs)
            x = keras.layers.Concatenate(name="with_plain_columns")([x, plain])
        for i, units in enumerate(self.hidden, start=1):
            x = GroupedDense(units, self.members, kernel_initializer=HeNormal(), name=f"hidden_{i}")(x)
            x = Activation("relu", name=f"relu_{i}")(x)  # (batch, members, units)
            if self.dropout:
                x = Dropout(self.dropout, name=f"dropout_{i}")(x)
        # Zeros: the first answer is that of ridge regression, and what follows has to do better on rows not seen.
        bend = GroupedDense(num_outputs, self.members, kernel_initializer=Zeros(), dtype="float32", name="bend")(x)
        straight = GroupedDense(num_outputs, self.members, kernel_initializer=Zeros(), dtype="float32", name="straight")
        outputs = keras.layers.Add(dtype="float32", name="outputs")([straight(inputs), bend])
        kernel, bias = np.zeros((self.members, *input_shape, num_outputs)), np.zeros((self.members, num_outputs))
        kernel[:, :, 0], bias[:, 0] = linear[:, :-1], linear[:, -1]
        straight.set_weights([kernel, bias])
        return keras.Model(inputs, outputs, name="ensemble")


def bin_edges(features: np.ndarray, bins: int) -> tuple[list[int], list[list[float]]]:
    """Positions of the columns (N, columns) with more than two values, and the edges of bins of equal count of each."""
    columns, edges = [], []
    for position, values in enumerate(np.asarray(features, np.float64).T):
        if len(np.unique(values)) > 2:
            found = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
            # Bins narrower than this would turn rounding errors of the inputs into visible steps.
            keep = np.concatenate([[True], np.diff(found) > 1e-6])
            columns.append(position)
            edges.append(found[keep].tolist())
    return columns, edges
