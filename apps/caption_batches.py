"""Captions as batches of token ids, for a configuration of `apps.caption`."""

from dataclasses import replace


def texts(config, captions):
    """`Captions` as they are learned: lower-case, without the full stop at the end, which says nothing of the image."""

    def clean(text: str) -> str:
        shorter = text.rstrip(" .") or text
        return shorter if config.keep_capitals else shorter.lower()

    return replace(captions, captions=tuple(tuple(map(clean, some)) for some in captions.captions))


def learn_subwords(config, splits):
    """The subwords of the training captions."""
    from data.subwords import learn

    captions = texts(config, splits.train).all_captions()
    size = config.vocab_size
    if size is None:
        words = sum(len(caption.split()) for caption in captions)
        size = min(max(round(words / 8000) * 100, 200), 8000)
    return learn(captions, size, lower=not config.keep_capitals, split_digits=True)


def batch(config, part, subwords, inputs, *, training: bool = False):
    """The batches of one part of the splits (`CaptionBatches`); for training with mirrored images, if so set."""
    from data.caption_batches import encode, make

    return make(
        inputs.values(part),
        encode(texts(config, part), subwords),
        batch_size=config.trainer.batch_size or 64,
        buckets=config.buckets,
        longest=config.longest_tokens,
        name=inputs.name,
        every=config.every_caption,
        mirrored=inputs.values(part, mirrored=True) if training and config.mirror else None,
    )
