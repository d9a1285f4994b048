"""Batches of texts of static shapes, a few of them: rows of similar length share a bucket.

The bounds of the buckets are those with the least padding. In an epoch the rows of a bucket that fill no batch move on
to the next longer one; those left in the last fill none and are left out, others each epoch. So every epoch has as many
batches as the rows fill. The order of epoch e depends on (seed, e) alone. Rows are evaluated by their length.
"""

from dataclasses import dataclass

import numpy as np

from data.stream import stream
from data.text.pair_batches import least_padding
from data.text.ragged_rows import RaggedRows

MOST_BUCKETS = 4
MULTIPLE = 8  # lengths are multiples of it


@dataclass(frozen=True, eq=False)
class TextBatches:
    """Rows with their labels, in buckets.

    Attributes:
        rows: the texts.
        labels: (N, ...).
        bounds: lengths that rows are filled up to, ascending.
    """

    rows: RaggedRows
    labels: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of(cls, rows, labels):
        rounded = -(-np.maximum(rows.lengths, 1) // MULTIPLE) * MULTIPLE
        return cls(rows, labels, least_padding(rounded, MOST_BUCKETS))

    def epoch(self, batch_size, seed, epoch):
        """The batches of an epoch, shuffled: a list of pairs of a length and rows (batch_size,)."""
        random = np.random.default_rng([seed, epoch])
        order = random.permutation(len(self.rows))
        bucket_of = np.searchsorted(self.bounds, self.rows.lengths[order])
        found, left = [], np.zeros(0, int)
        for number, bound in enumerate(self.bounds):
            some = np.concatenate([left, order[bucket_of == number]])
            full = len(some) // batch_size * batch_size
            found += [(int(bound), rows) for rows in some[:full].reshape(-1, batch_size)]
            left = some[full:]
        return [found[place] for place in random.permutation(len(found))]

    def dataset(
        self, batch_size, *, seed=None, first_epoch=0, first_step=0, epochs=1, steps_per_epoch=None, prefetch=4
    ):
        """A dataset of `(dict of model input, labels)`; arguments as of `pipeline.batches`.

        Without a seed the rows come in the order of `RaggedRows.by_length`, so that a long one lengthens few others.
        """
        if seed is None:
            order = self.rows.by_length
            starts = range(0, len(self.rows), batch_size)
            count = len(starts)
        else:
            batch_size = min(batch_size, len(self.rows))
            steps = min(steps_per_epoch or len(self.rows), len(self.rows) // batch_size)
            count = max(steps * (epochs - first_epoch) - first_step, 0)

        def batches():
            if seed is None:
                for start in starts:
                    rows = order[start : start + batch_size]
                    longest = np.searchsorted(self.bounds, self.rows.lengths[rows].max(initial=1))
                    yield self.rows.filled(rows, int(self.bounds[longest])), self.labels[rows]
                return
            for epoch in range(first_epoch, epochs):
                chosen = self.epoch(batch_size, seed, epoch)[:steps]
                for length, rows in chosen[first_step if epoch == first_epoch else 0 :]:
                    yield self.rows.filled(rows, length), self.labels[rows]

        inputs = {"ids": ("int32", [None, None])}
        if self.rows.weights is not None:
            inputs["weights"] = ("float32", [None, None])
        if self.rows.features is not None:
            inputs["features"] = ("float32", [None, self.rows.features.shape[1]])
        labels = (self.labels.dtype.name, [None, *self.labels.shape[1:]])
        return stream(batches, inputs, [labels], count, prefetch=prefetch)
