"""Yields batches of captioning: images (or their features) with token ids, of a few static shapes known beforehand.

Captions of similar length share a bucket; all buckets have the same number of rows, so an epoch has equally many
batches whatever captions it draws. What fills no batch of its bucket moves on to the next longer one, and the last
batch is filled up with rows whose labels are padding, so that they count for nothing.

An epoch shows each image once, with one of its captions: another one each epoch, all of them in turn; or, with `every`,
each image with each caption. A model learns to give the next token: `target` starts with the start token, `labels` ends
with the end token. What epoch e shows, and in what order, depends on (seed, e) alone.
"""

from dataclasses import dataclass

import numpy as np

from cli.errors import UserError
from data.stream import stream
from data.text.pair_batches import least_padding
from data.text.subwords import END, PADDING, SPECIALS, START, UNKNOWN


@dataclass(frozen=True, eq=False)
class CaptionBatches:
    """Images and captions as token ids, and the lengths that they are batched in.

    Attributes:
        images: (N, ...) array or memory map of pixels or features.
        ids: (P,) int32 arrays, the ids of each caption without start and end.
        image_of: (P,) position of each caption's image; captions of one image are neighbours.
        lengths: tokens of each bucket (start or end too), ascending.
        bucket_of: (P,) the shortest bucket that a caption fits in, -1 where it is longer than the model allows.
        size: rows of every batch.
        name: of the first input: "image" or "features".
        every: whether an epoch shows every caption.
        mirrored: None, or (N, ...) the same of the mirrored images: training then shows either, as chance has it.
    """

    images: np.ndarray
    ids: list[np.ndarray]
    image_of: np.ndarray
    lengths: tuple[int, ...]
    bucket_of: np.ndarray
    size: int
    name: str
    every: bool
    mirrored: np.ndarray | None = None

    @property
    def num_too_long(self):
        """Captions that are in no batch."""
        return int(np.count_nonzero(self.bucket_of < 0))

    @property
    def steps_per_epoch(self):
        """Batches of a training epoch; every epoch has equally many."""
        rows = np.flatnonzero(self.bucket_of >= 0)
        return -(-(len(rows) if self.every else len(np.unique(self.image_of[rows]))) // self.size)

    @property
    def padding(self):
        """Share of the ids of all captions, once each, that are padding."""
        tokens = sum(len(self.ids[row]) + 1 for row in np.flatnonzero(self.bucket_of >= 0))
        return 1 - tokens / sum(self.size * self.lengths[bucket] for bucket, _ in self.plan(None))

    def notes(self):
        """Returns sentences for the user: the shapes, the padding, and what is left out."""
        shapes = ", ".join(map(str, self.lengths))
        what = "every caption" if self.every else "one caption of each image"
        sentences = [
            f"Batches of {self.size} captions, of {shapes} tokens; {self.steps_per_epoch} an epoch ({what}), "
            f"{self.padding:.0%} padding."
        ]
        if self.num_too_long:
            sentences.append(
                f"Left out: {self.num_too_long} of {len(self.ids)} captions are longer than the model allows."
            )
        return tuple(sentences)

    def chosen(self, seed, epoch):
        """Returns which captions an epoch shows: all, or one of each image, all of an image's in turn."""
        rows = np.flatnonzero(self.bucket_of >= 0)
        if self.every:
            return rows
        _, first, counts = np.unique(self.image_of[rows], return_index=True, return_counts=True)
        offset = np.random.default_rng([seed, 0]).integers(0, 2**31, len(first))
        return rows[first + (offset + epoch) % counts]

    def plan(self, order):
        """Returns batches `(bucket, captions)`, from short to long; the last may have fewer captions than the size.

        Args:
            order: captions in the order in which they are dealt out; None for all, in the order of the data.
        """
        order = np.arange(len(self.ids)) if order is None else order
        batches, left = [], np.zeros(0, int)
        for bucket in range(len(self.lengths)):
            rows = np.concatenate([left, order[self.bucket_of[order] == bucket]])
            full = len(rows) // self.size * self.size
            batches += [(bucket, part) for part in rows[:full].reshape(-1, self.size)]
            left = rows[full:]
        return batches + ([(len(self.lengths) - 1, left)] if len(left) else [])

    def epoch(self, seed, epoch):
        """Returns the shuffled plan of an epoch, a pure function of (seed, epoch)."""
        random = np.random.default_rng([seed, 1, epoch])
        batches = self.plan(random.permutation(self.chosen(seed, epoch)))
        return [batches[position] for position in random.permutation(len(batches))]

    def arrays(self, bucket, rows, mirror=None):
        """Returns one batch: `({name: (size, ...), "target": int32 (size, length)}, labels int32 (size, length))`.

        `mirror`, None or bool (size,), says which rows are shown mirrored.
        """
        length = self.lengths[bucket]
        target = np.full((self.size, length), PADDING, np.int32)
        labels = np.full((self.size, length), PADDING, np.int32)
        filled = rows[np.arange(self.size) % len(rows)]  # what fills up is real, so that no caption is empty ...
        for place, row in enumerate(filled):
            ids = self.ids[row]
            target[place, 0], target[place, 1 : len(ids) + 1] = START, ids
            if place < len(rows):  # ... but has no labels
                labels[place, : len(ids)], labels[place, len(ids)] = ids, END
        return {self.name: self.shown(self.image_of[filled], mirror), "target": target}, labels

    def shown(self, images, mirror=None):
        """Returns what batches hold of some images, by their positions (n,): (n, ...), mirrored where `mirror`, None or
        bool (n,), says so."""
        values = np.asarray(self.images[images])
        if mirror is not None:
            values[mirror] = self.mirrored[images[mirror]]
        return values

    def dataset(self, seed=None, *, first_epoch=0, first_step=0, epochs=1, finish=None, word_dropout=0.0, prefetch=4):
        """Returns a tf.data dataset of `({name, "target"}, labels)`, one shape per bucket.

        Args:
            seed: int for training: one continuous dataset of the epochs from `first_epoch` to before `epochs`. None for
                validation: every caption once, from short to long.
            first_epoch, first_step, epochs: as for `pipeline.batches`.
            finish: None, or what is done to the images of a batch, such as `ImagePrepare.finish`.
            word_dropout: in training, share of the tokens in `target` that are hidden (unknown), in [0, 1), so that
                the image has to be looked at where a caption could be guessed from its beginning.
            prefetch: batches prepared ahead.
        """

        def batches():
            if seed is None:
                for bucket, rows in self.plan(None):
                    yield self.arrays(bucket, rows)
                return
            for epoch in range(first_epoch, epochs):
                random = np.random.default_rng([seed, 2, epoch])
                for number, (bucket, rows) in enumerate(self.epoch(seed, epoch)):
                    chances = random.random((self.size, self.lengths[bucket])) if word_dropout else None
                    mirror = random.random(self.size) < 0.5 if self.mirrored is not None else None
                    if epoch > first_epoch or number >= first_step:
                        inputs, labels = self.arrays(bucket, rows, mirror)
                        yield {**inputs, "target": hidden(inputs["target"], word_dropout, chances)}, labels

        ids = ("int32", [self.size, None])
        left = max(self.steps_per_epoch * max(epochs - first_epoch, 0) - first_step, 0)
        count = len(self.plan(None)) if seed is None else left
        return stream(
            batches,
            {self.name: (self.images.dtype, [self.size, *self.images.shape[1:]]), "target": ids},
            [ids],
            count,
            finish={self.name: finish} if finish else None,
            prefetch=prefetch,
        )


def hidden(target, share, chances):
    """Returns tokens with a share of them, special ones excepted, replaced by the unknown token: where chances fall
    below `share`; uniform numbers in [0, 1) of the shape of `target`, or None where nothing is hidden.
    """
    if not share:
        return target
    return np.where((chances < share) & (target >= len(SPECIALS)), np.int32(UNKNOWN), target)


def encode(captions, subwords):
    """Returns the ids of every caption, `subwords.encode` of `Captions`: per image a list of int32 arrays."""
    ids = iter(subwords.encode(captions.all_captions()))
    return [[next(ids) for _ in texts] for texts in captions.captions]


def make(images, ids, *, batch_size=64, buckets=3, longest=None, name="image", every=False, mirrored=None):
    """Chooses the lengths of the buckets: those with the least padding.

    Args:
        images: (N, ...) numbers: pixels, or features such as (N, regions, channels).
        ids: per image its captions, each an int array of ids without start and end (`encode`).
        batch_size: rows of a batch; at most the number of images.
        buckets: number of lengths, at most.
        longest: tokens that the model allows, the end token included; None for no limit.
        name: of the first input: "image" or "features".
        every: whether an epoch shows every caption, or one of each image.
        mirrored: None, or what `images` are of the mirrored images, for training.

    Raises:
        UserError: numbers differ or are not positive, or no caption is short enough.
    """
    if len(images) != len(ids):
        raise UserError(f"`images` and `ids` must be equally many. Received: {len(images)} and {len(ids)}")
    if batch_size < 1 or buckets < 1:
        raise UserError(
            f"`batch_size` and `buckets` must be positive. Received: batch_size={batch_size}, buckets={buckets}"
        )
    flat = [caption for captions in ids for caption in captions]
    image_of = np.repeat(np.arange(len(ids)), [len(captions) for captions in ids])
    lengths = np.array([len(caption) for caption in flat], int) + 1
    fits = lengths <= (longest or np.inf)
    if not fits.any():
        raise UserError(
            f"no caption is as short as the model allows. Received: {len(flat)} captions, longest={longest}. "
            f"Allow more tokens."
        )
    bounds = least_padding(lengths[fits], buckets)
    bucket_of = np.where(fits, np.searchsorted(bounds, lengths), -1)
    size = min(batch_size, len(np.unique(image_of[fits])))
    return CaptionBatches(images, flat, image_of, tuple(map(int, bounds)), bucket_of, size, name, every, mirrored)
