"""Sentence pairs as batches of token ids."""

from dataclasses import dataclass


def learn_subwords(splits, size: int | None, coverage: float | None, *, joint: bool, lower: bool):
    """The subwords of source and target, learned from the training pairs, and notes about their number.

    Args:
        splits: `TranslationSplits`.
        size: Subwords; None for one for 600 letters, between 500 and 16000, and enough for the characters.
        coverage: Share of the characters that get a subword; None for all, if these are not too many.
        joint: One dictionary for both languages.
        lower: Without capitals.

    Returns:
        Source and target, one object twice for a joint dictionary; and sentences for the user.
    """
    from data.text.dictionary_size import fitting
    from data.text.subwords import learn

    sources, targets = list(splits.train.sources), list(splits.train.targets)
    letters = sum(map(len, sources)) + sum(map(len, targets))
    usual, found, notes = min(max(round(letters / 60_000) * 100, 500), 16_000), [], []
    for sentences in [sources + targets] if joint else [sources, targets]:
        pieces, share, note = fitting(sentences, usual, size, coverage, lower=lower)
        found.append(learn(sentences, pieces, lower=lower, split_digits=True, coverage=share))
        notes += [note] if note else []
    return found[0], found[-1], tuple(notes)


@dataclass(frozen=True)
class Batching:
    """How pairs become batches.

    Attributes:
        tokens: Of an update, of the longer side, padding included.
        buckets: Lengths that batches are padded to.
        longest: Tokens of a side; longer pairs are left out.
        subword_dropout: Probability that a merge of subwords is left out in training.
    """

    tokens: int
    buckets: int
    longest: int
    subword_dropout: float

    def of(self, pairs, source, target, *, training: bool = False):
        """The `PairBatches` of the pairs of one split; for training with the subwords that dropout leaves."""
        from data.text.pair_batches import make

        def draw(rows, seed):
            sides = (source, pairs.sources), (target, pairs.targets)
            return [
                subwords.draw(sentences[rows], self.subword_dropout, (*seed, side))
                for side, (subwords, sentences) in enumerate(sides)
            ]

        return make(
            source.encode(pairs.sources),
            target.encode(pairs.targets),
            tokens=self.tokens,
            buckets=self.buckets,
            longest_source=self.longest,
            longest_target=self.longest,
            draw=draw if training and self.subword_dropout else None,
        )
