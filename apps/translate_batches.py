"""Sentence pairs as batches of token ids, for a configuration of `apps.translate`."""


def learn_subwords(config, splits):
    """The subwords of source and target: one object twice for a joint dictionary."""
    from data.subwords import learn_pair

    size = config.vocab_size
    if size is None:
        letters = sum(map(len, splits.train.sources)) + sum(map(len, splits.train.targets))
        size = min(max(round(letters / 60_000) * 100, 500), 16_000)
    joint = config.dictionary == "joint"
    return learn_pair(splits, size, joint=joint, lower=config.lower, split_digits=True)


def tokens_for(config, pairs) -> int:
    """The tokens of an update that were asked for, or those for the number of training pairs."""
    return config.tokens or (2048 if len(pairs) < 20_000 else 4096)


def batch(config, pairs, source, target, *, training: bool = False):
    """The batches of the pairs of one split (`PairBatches`); for training with the subwords that dropout leaves."""
    from data.pair_batches import make

    def draw(rows, seed):
        sides = (source, pairs.sources), (target, pairs.targets)
        return [
            subwords.draw(sentences[rows], config.subword_dropout, (*seed, side))
            for side, (subwords, sentences) in enumerate(sides)
        ]

    return make(
        source.encode(pairs.sources),
        target.encode(pairs.targets),
        tokens=tokens_for(config, pairs),
        buckets=config.buckets,
        longest_source=config.longest_tokens,
        longest_target=config.longest_tokens,
        draw=draw if training and config.subword_dropout else None,
    )
