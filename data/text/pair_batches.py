"""Yields batches of translation: token ids of static shapes, a few of them, all known before training starts.

Pairs of similar length share a bucket. A bucket has one shape, so a compiler sees as many shapes as there are buckets;
its number of sentences makes about the same number of tokens in each. The bounds of the buckets are those with the
least padding (dynamic programming over the lengths). Every pair comes exactly once in an epoch: those that fill no
batch of their bucket move on to the next longer one, and what is left in the last is filled up with rows whose labels
are padding, so that they count for nothing.

A model learns to give the next token: `target` starts with the start token, `labels` ends with the end token. The
source ends with the end token too. The order of epoch e depends on (seed, e) alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cli.errors import UserError
from data.stream import stream
from data.text.subwords import END, PADDING, START

MULTIPLE = 8  # batch sizes are multiples of it, where a bucket has room for that many


@dataclass(frozen=True)
class Bucket:
    """The static shape of some batches: sentences, tokens of the source, tokens of the target (start or end too)."""

    size: int
    source_length: int
    target_length: int


@dataclass(frozen=True, eq=False)
class PairBatches:
    """Pairs as token ids, and the buckets that they are batched in.

    Attributes:
        sources, targets: (N,) int32 arrays, the ids of each sentence without start and end.
        buckets: from the shortest to the longest.
        bucket_of: (N,) the shortest bucket that a pair fits in, -1 where it fits in none.
        too_long: positions of the pairs longer than the model allows; they are in no batch.
        draw: function of rows and a seed that gives other ids of the same pairs for training, or None. A sentence whose
            drawn ids have no room in its bucket keeps its own.
    """

    sources: list[np.ndarray]
    targets: list[np.ndarray]
    buckets: tuple[Bucket, ...]
    bucket_of: np.ndarray
    too_long: np.ndarray
    draw: Callable | None = None

    def __len__(self):
        """Pairs that are in the batches."""
        return int(np.count_nonzero(self.bucket_of >= 0))

    @property
    def steps_per_epoch(self):
        """Batches of an epoch; every epoch has equally many."""
        return len(self.plan(None))

    @property
    def padding(self):
        """Share of the ids of an epoch, source and target, that are padding."""
        used = np.flatnonzero(self.bucket_of >= 0)
        tokens = sum(len(self.sources[row]) + len(self.targets[row]) + 2 for row in used)
        shapes = [self.buckets[bucket] for bucket, _ in self.plan(None)]
        return 1 - tokens / sum(shape.size * (shape.source_length + shape.target_length) for shape in shapes)

    def notes(self):
        """Returns sentences for the user: the shapes, the padding, and what is left out."""
        shapes = ", ".join(f"{b.size}x{b.source_length}/{b.target_length}" for b in self.buckets)
        sentences = [
            f"Batches (sentences x source / target tokens): {shapes}; "
            f"{self.steps_per_epoch} an epoch, {self.padding:.0%} padding."
        ]
        if len(self.too_long):
            sentences.append(
                f"Left out: {len(self.too_long)} of {len(self.sources)} pairs are longer than the model allows."
            )
        return tuple(sentences)

    def plan(self, order):
        """Returns the batches of an epoch, `(bucket, rows)`, from short to long; rows may be fewer than the size.

        Args:
            order: (N,) order in which the pairs are dealt out; None for that of the data.
        """
        order = np.arange(len(self.sources)) if order is None else order
        batches, left = [], np.zeros(0, int)
        for number, bucket in enumerate(self.buckets):
            rows = np.concatenate([left, order[self.bucket_of[order] == number]])
            full = len(rows) // bucket.size * bucket.size
            batches += [(number, part) for part in rows[:full].reshape(-1, bucket.size)]
            left = rows[full:]
        last, size = len(self.buckets) - 1, self.buckets[-1].size
        return batches + [(last, left[first : first + size]) for first in range(0, len(left), size)]

    def epoch(self, seed, epoch):
        """Returns the shuffled plan of an epoch, a pure function of (seed, epoch)."""
        random = np.random.default_rng([seed, epoch])
        batches = self.plan(random.permutation(len(self.sources)))
        return [batches[position] for position in random.permutation(len(batches))]

    def arrays(self, bucket, rows, seed=None):
        """Returns one batch: `({"source", "target"}, labels)`, int32 (size, length of the bucket); a seed draws."""
        shape = self.buckets[bucket]
        sources, targets = ([ids[row] for row in rows] for ids in (self.sources, self.targets))
        if self.draw and seed is not None:
            drawn = self.draw(rows, seed)
            sources = _with_room(drawn[0], sources, shape.source_length)
            targets = _with_room(drawn[1], targets, shape.target_length)
        source = np.full((shape.size, shape.source_length), PADDING, np.int32)
        target = np.full((shape.size, shape.target_length), PADDING, np.int32)
        labels = np.full((shape.size, shape.target_length), PADDING, np.int32)
        for place in range(shape.size):
            filled = place % len(rows)  # what fills up is real text, so that no sentence is empty ...
            ids, answer = sources[filled], targets[filled]
            source[place, : len(ids)], source[place, len(ids)] = ids, END
            target[place, 0], target[place, 1 : len(answer) + 1] = START, answer
            if place < len(rows):  # ... but has no labels
                labels[place, : len(answer)], labels[place, len(answer)] = answer, END
        return {"source": source, "target": target}, labels

    def dataset(self, seed=None, *, first_epoch=0, first_step=0, epochs=1, prefetch=4):
        """Returns a tf.data dataset of `({"source", "target"}, labels)`, int32 (None, None): one shape per bucket.

        Args:
            seed: int for training: one continuous dataset of the epochs from `first_epoch` to before `epochs`. None for
                validation: every pair once, from short to long.
            first_epoch, first_step, epochs: as for `pipeline.batches`.
            prefetch: batches prepared ahead.
        """

        def rows():
            if seed is None:
                yield from (self.arrays(*one) for one in self.plan(None))
                return
            for epoch in range(first_epoch, epochs):
                for number, one in enumerate(self.epoch(seed, epoch)):
                    if epoch > first_epoch or number >= first_step:
                        yield self.arrays(*one, seed=(seed, epoch, number))

        ids = ("int32", [None, None])
        epochs_left = 1 if seed is None else max(epochs - first_epoch, 0)
        count = max(self.steps_per_epoch * epochs_left - first_step, 0)
        return stream(rows, {"source": ids, "target": ids}, [ids], count, prefetch=prefetch)


def _with_room(drawn, plain, length):
    """The drawn ids of each sentence, the plain ones where they and one token more are longer than `length`."""
    return [ids if len(ids) < length else own for ids, own in zip(drawn, plain, strict=True)]


def _longer(lengths, drawn, longest):
    """The lengths with the end token of drawn ids, or of the plain ones where these are longer or alone allowed."""
    ours = np.array([len(ids) for ids in drawn], int) + 1
    return np.where(ours <= (longest or np.inf), np.maximum(lengths, ours), lengths)


def make(sources, targets, *, tokens=4096, buckets=4, longest_source=None, longest_target=None, draw=None):
    """Chooses the buckets of pairs of token ids.

    Args:
        sources, targets: sequences of int arrays, ids without start and end.
        tokens: of a batch, counted in the longer of source and target, padding included; at least one pair is in it.
        buckets: number of shapes, at most.
        longest_source, longest_target: tokens that the model allows, the end token included; None for no limit.
        draw: as for `PairBatches`; buckets then have room for what it once gave of each pair.

    Raises:
        UserError: numbers differ or are not positive, or no pair is short enough.
    """
    if len(sources) != len(targets):
        raise UserError(f"`sources` and `targets` must be equally many. Received: {len(sources)} and {len(targets)}")
    if tokens < 1 or buckets < 1:
        raise UserError(f"`tokens` and `buckets` must be positive. Received: tokens={tokens}, buckets={buckets}")
    source_lengths = np.array([len(ids) for ids in sources], int) + 1
    target_lengths = np.array([len(ids) for ids in targets], int) + 1
    fits = source_lengths <= (longest_source or np.inf)
    fits &= target_lengths <= (longest_target or np.inf)
    if not fits.any():
        raise UserError(
            f"no pair is as short as the model allows. Received: {len(sources)} pairs, longest_source="
            f"{longest_source}, longest_target={longest_target}. Allow more tokens."
        )
    if draw:
        once = draw(np.arange(len(sources)), (0,))
        source_lengths = _longer(source_lengths, once[0], longest_source)
        target_lengths = _longer(target_lengths, once[1], longest_target)
    lengths = np.maximum(source_lengths, target_lengths)
    bounds = least_padding(lengths[fits], buckets)
    bucket_of = np.where(fits, np.searchsorted(bounds, lengths), -1)
    shapes, longest = [], np.zeros(2, int)
    for number, bound in enumerate(bounds):
        inside = bucket_of == number
        # A shorter pair may move on to this bucket, so it is nowhere narrower than those before it.
        longest = np.maximum(longest, [source_lengths[inside].max(), target_lengths[inside].max()])
        size = max(1, tokens // bound)
        size = size // MULTIPLE * MULTIPLE if size >= MULTIPLE else size
        shapes.append(Bucket(int(size), *map(int, longest)))
    return PairBatches(list(sources), list(targets), tuple(shapes), bucket_of, np.flatnonzero(~fits), draw)


def least_padding(lengths, count):
    """Returns at most `count` bounds, ascending, the last the longest, for which rounding lengths up adds least."""
    values, numbers = np.unique(lengths, return_counts=True)
    before = np.concatenate([[0], np.cumsum(numbers)])
    count = min(count, len(values))
    cost = np.full((count + 1, len(values) + 1), np.inf)
    cost[0, 0] = 0
    cut = np.zeros((count + 1, len(values) + 1), int)
    for bucket in range(1, count + 1):
        for end in range(bucket, len(values) + 1):
            tokens = cost[bucket - 1, :end] + (before[end] - before[:end]) * values[end - 1]
            cut[bucket, end] = np.argmin(tokens)
            cost[bucket, end] = tokens[cut[bucket, end]]
    bounds, end = [], len(values)
    for bucket in range(count, 0, -1):
        bounds.append(values[end - 1])
        end = cut[bucket, end]
    return np.array(bounds[::-1])
