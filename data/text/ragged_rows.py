"""Rows of different lengths as flat arrays: what texts become before they are filled up to batches."""

from dataclasses import dataclass

import numpy as np

PADDING = 0


@dataclass(frozen=True, eq=False)
class RaggedRows:
    """N rows of ids, with a weight for each id and other columns where there are any.

    Attributes:
        starts: int64 (N + 1,): row n holds the ids from starts[n] to before starts[n + 1].
        ids: int32 (M,), none of them 0, which fills up.
        weights: float32 (M,), or None where every id counts alike.
        features: float32 (N, F) of other columns, or None.
    """

    starts: np.ndarray
    ids: np.ndarray
    weights: np.ndarray | None
    features: np.ndarray | None

    def __len__(self):
        return len(self.starts) - 1

    @property
    def lengths(self):
        """Ids of each row, int64 (N,)."""
        return np.diff(self.starts)

    @property
    def by_length(self):
        """Indices of the rows, the shortest first: int64 (N,)."""
        return np.argsort(self.lengths, kind="stable")

    def filled(self, rows, length=None):
        """The model input of some rows.

        Args:
            rows: indices (n,).
            length: to which the rows are filled up, or None for the longest of them.

        Returns:
            Dict of "ids" int32 (n, length), and "weights" float32 (n, length), "features" float32 (n, F) where there
            are any.
        """
        first, lengths = self.starts[rows], self.lengths[rows]
        length = int(lengths.max(initial=1)) if length is None else length
        place = np.arange(length)
        inside = place < lengths[:, None]
        source = np.where(inside, first[:, None] + place, 0)
        flat = self.ids if len(self.ids) else np.zeros(1, np.int32)
        found = {"ids": np.where(inside, flat[source], np.int32(PADDING))}
        if self.weights is not None:
            flat = self.weights if len(self.weights) else np.zeros(1, np.float32)
            found["weights"] = np.where(inside, flat[source], np.float32(0))
        if self.features is not None:
            found["features"] = self.features[rows]
        return found


def joined(parts):
    """The rows of several `RaggedRows`, one after the other."""
    starts = np.concatenate([[0], np.cumsum(np.concatenate([part.lengths for part in parts]))]).astype(np.int64)
    first = parts[0]
    return RaggedRows(
        starts,
        np.concatenate([part.ids for part in parts]),
        None if first.weights is None else np.concatenate([part.weights for part in parts]),
        None if first.features is None else np.concatenate([part.features for part in parts]),
    )
