"""Batches of sentences alone, as token ids of one length: for what reads or writes them without a picture."""

from dataclasses import dataclass

import numpy as np

from data.stream import stream
from data.text.subwords import END, PADDING, START


@dataclass(frozen=True, eq=False)
class SentenceBatches:
    """Sentences, and what each of them tells.

    Attributes:
        ids: (P,) int32 arrays, the tokens of each sentence without start and end.
        labels: int32 (P,), the class of each; None where the next token is what is learned.
        length: Tokens that all are padded to, start or end included; longer ones are cut.
        size: Sentences of a batch.
    """

    ids: list[np.ndarray]
    labels: np.ndarray | None
    length: int
    size: int

    @property
    def steps_per_epoch(self):
        """Batches of a training epoch; those that fill no batch are another rest each epoch."""
        return len(self.ids) // self.size

    def arrays(self, rows, kept=None):
        """Returns `({"target"}, labels)` of some sentences; `kept` (n,) cuts each to so many of its tokens, from 1."""
        ids = [self.ids[row][: self.length - 1] for row in rows]
        if kept is not None:
            ids = [one[:count] for one, count in zip(ids, kept, strict=True)]
        inputs, following = started(ids, self.length)
        return {"target": inputs}, following if self.labels is None else self.labels[rows]

    def dataset(self, seed=None, *, first_epoch=0, first_step=0, epochs=1, cut=0.0, prefetch=4):
        """Returns a tf.data dataset of `({"target"}, labels)`.

        Args:
            seed: int for training: shuffled, the same for the same (seed, epoch). None for validation: every sentence
                once, in order.
            first_epoch, first_step, epochs: as for `pipeline.batches`.
            cut: in training, share of the sentences that end somewhere in the middle.
            prefetch: batches prepared ahead.
        """

        def batches():
            if seed is None:
                for start in range(0, len(self.ids), self.size):
                    yield self.arrays(np.arange(start, min(start + self.size, len(self.ids))))
                return
            for epoch in range(first_epoch, epochs):
                random = np.random.default_rng([seed, 1, epoch])
                order = random.permutation(len(self.ids))
                for step in range(self.steps_per_epoch):
                    rows = order[step * self.size : (step + 1) * self.size]
                    kept = None
                    if cut:
                        lengths = np.array([len(self.ids[row]) for row in rows])
                        shorter = 1 + np.floor(random.random(len(rows)) * lengths).astype(int)
                        kept = np.where(random.random(len(rows)) < cut, shorter, lengths)
                    if epoch > first_epoch or step >= first_step:
                        yield self.arrays(rows, kept)

        left = max(self.steps_per_epoch * max(epochs - first_epoch, 0) - first_step, 0)
        count = -(-len(self.ids) // self.size) if seed is None else left
        size = None if seed is None else self.size
        labels = ("int32", [size, self.length] if self.labels is None else [size])
        return stream(batches, {"target": ("int32", [size, self.length])}, [labels], count, prefetch=prefetch)


def started(ids, length):
    """Returns tokens int32 (n, length) that begin with the start token, and those that follow, with the end token."""
    inputs = np.full((len(ids), length), PADDING, np.int32)
    following = np.full((len(ids), length), PADDING, np.int32)
    for row, one in enumerate(ids):
        inputs[row, 0], inputs[row, 1 : len(one) + 1] = START, one
        following[row, : len(one)], following[row, len(one)] = one, END
    return inputs, following
