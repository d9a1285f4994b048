"""Captions as batches of token ids."""

from dataclasses import dataclass, replace


def texts(captions, lower: bool):
    """`Captions` as they are learned: without the full stop at the end, which says nothing of the image.

    Args:
        captions: `Captions`.
        lower: Whether they lose their capitals.
    """

    def clean(text: str) -> str:
        shorter = text.rstrip(" .") or text
        return shorter.lower() if lower else shorter

    return replace(captions, captions=tuple(tuple(map(clean, some)) for some in captions.captions))


def learn_subwords(captions, size: int | None, coverage: float | None, lower: bool):
    """The subwords of training captions, and a note about their number, "" where there is nothing to say.

    Args:
        captions: `Captions`, already `texts`.
        size: Subwords; None for one for 80 words, between 200 and 8000, and enough for the characters.
        coverage: Share of the characters that get a subword; None for all, if these are not too many.
        lower: Without capitals.
    """
    from data.text.dictionary_size import fitting
    from data.text.subwords import learn

    captions = captions.all_captions()
    words = sum(len(caption.split()) for caption in captions)
    usual = min(max(round(words / 8000) * 100, 200), 8000)
    pieces, share, note = fitting(captions, usual, size, coverage, lower=lower)
    return learn(captions, pieces, lower=lower, split_digits=True, coverage=share), note


@dataclass(frozen=True)
class Batching:
    """How captions become batches.

    Attributes:
        size: Captions of an update.
        buckets: Lengths that batches are padded to.
        longest: Tokens of a caption; longer training captions are left out.
        every: Whether an epoch shows each image with all its captions.
        mirror: Whether half of the training images are mirrored.
        lower: Whether captions lose their capitals.
    """

    size: int
    buckets: int
    longest: int
    every: bool
    mirror: bool
    lower: bool

    def of(self, part, subwords, inputs, *, training: bool = False):
        """The `CaptionBatches` of one part of the splits; for training with mirrored images, if so set."""
        from data.captions.caption_batches import encode, make

        return make(
            inputs.values(part),
            encode(texts(part, self.lower), subwords),
            batch_size=self.size,
            buckets=self.buckets,
            longest=self.longest,
            name=inputs.name,
            every=self.every,
            mirrored=inputs.values(part, mirrored=True) if training and self.mirror else None,
        )
